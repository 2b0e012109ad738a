using System.Globalization;
using System.Text.Json;
using Fixity.Data.Columns;
using Fixity.Scheduler.Storage;
using Fixity.Scheduler.Targets;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Scheduler.Probes;

/// <summary>Asks the scanners to try a storage, over <c>scheduler.probes</c>, and waits for what the first of them says.</summary>
internal sealed class ProbeStore(NpgsqlDataSource database, CredentialStore credentials, TimeProvider clock)
{
    // A scanner gives each probe 8 s; the answer is to be there within 10.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9.5);

    // A notification may be lost with its connection's buffer; the table is not.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan CleaningPatience = TimeSpan.FromSeconds(5);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The stored credentials cannot be opened.</exception>
    public async Task<ProbeAnswer> RunAsync(ProbeRequest request, CancellationToken cancellation)
    {
        var begun = clock.GetTimestamp();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var listen = new NpgsqlCommand("listen fixity_probe_answers", connection))
        {
            // Before it is asked: an answer may come at once.
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        var id = await AskAsync(connection, request, cancellation);
        try
        {
            return await AnswerAsync(connection, id, begun, cancellation);
        }
        finally
        {
            await ForgetAsync(id);
        }
    }

    private async Task<long> AskAsync(NpgsqlConnection connection, ProbeRequest request, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var id = await InsertAsync(connection, request, cancellation);

        // After the insert: the box is bound to the id.
        var (reference, box) = await CredentialsAsync(connection, request, PlaceOf(id), cancellation);
        await using var command = new NpgsqlCommand("""
            with stale as (
                delete from scheduler.probes where requested_at < now() - interval '1 hour'
            ), filled as (
                update scheduler.probes set reference = $2, sealed = $3 where id = $1 returning id
            )
            select pg_notify('fixity_probes', id::text)::text from filled
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reference });
        command.Parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = box });
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    private static async Task<long> InsertAsync(
        NpgsqlConnection connection, ProbeRequest request, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into scheduler.probes (target_id, type, root, connection, requested_by)
            values ($1, $2, $3, $4, $5)
            returning id
            """, connection);
        var (settings, p) = (request.Settings, command.Parameters);
        p.Add(new NpgsqlParameter<int?> { TypedValue = request.IsSaved ? request.Saved!.TargetId : null });
        p.Add(new NpgsqlParameter<string> { TypedValue = settings.Type.Word() });
        p.Add(new NpgsqlParameter<string> { TypedValue = settings.Root! });
        p.Add(new NpgsqlParameter<string>
        {
            TypedValue = TargetConnectionColumn.Write(settings.Connection!),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        p.Add(new NpgsqlParameter<string?> { TypedValue = request.By });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<(string? Reference, byte[]? Box)> CredentialsAsync(
        NpgsqlConnection connection, ProbeRequest request, string place, CancellationToken cancellation) =>
        request.Settings switch
        {
            // The scanner takes the target's own, and knows by it that what comes of it holds for them.
            _ when request.IsSaved => (null, null),
            { Credentials: { Reference: { } reference } } => (reference, null),
            { Credentials: { Clear: false } asked } => (null, credentials.Seal(asked.ToCredentials(), place)),
            { Credentials: null } settings when request.Saved is { } saved && CredentialRules.AreTakenBy(settings.Type) =>
                await credentials.CopyAsync(connection, saved.TargetId, place, cancellation),
            _ => (null, null),
        };

    private async Task<ProbeAnswer> AnswerAsync(
        NpgsqlConnection connection, long id, long begun, CancellationToken cancellation)
    {
        while (true)
        {
            var (taken, answer) = await ReadAsync(connection, id, begun, cancellation);
            if (answer is not null)
            {
                return answer;
            }

            if (clock.GetElapsedTime(begun) >= Patience)
            {
                var (verdict, message) = taken
                    ? (ProbeVerdicts.Unreachable, "The storage did not answer in time.")
                    : await WereOthersTestedAsync(connection, id, cancellation)
                        ? (ProbeVerdicts.Busy, "All scanners were busy with other tests. Test it again in a moment.")
                        : (ProbeVerdicts.NoScanner, "No scanner took the test; is one running?");
                return new ProbeAnswer(verdict, message, null, null, TookMs(begun));
            }

            await connection.WaitAsync(LookAgain, cancellation);
        }
    }

    // Who was at another one while this one waited lives, and had no time for it.
    private static async Task<bool> WereOthersTestedAsync(
        NpgsqlConnection connection, long id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select exists (
                select from scheduler.probes p, scanner.probe_answers other
                where p.id = $1 and other.taken_at > now() - $2
                    and (other.answered_at is null or other.answered_at > p.requested_at))
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = 2 * Patience });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<(bool Taken, ProbeAnswer? Answer)> ReadAsync(
        NpgsqlConnection connection, long id, long begun, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select verdict, message, identity, details from scanner.probe_answers where probe_id = $1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (true, ReadAnswer(row, TookMs(begun))) : (false, null);
    }

    private static ProbeAnswer? ReadAnswer(NpgsqlDataReader row, long tookMs)
    {
        if (row.IsDBNull(0))
        {
            return null;
        }

        var verdict = row.GetString(0);
        return new ProbeAnswer(
            verdict,
            row.IsDBNull(1) ? verdict : row.GetString(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.IsDBNull(3) ? null : EntriesIn(row.GetString(3)),
            tookMs);
    }

    private static string[]? EntriesIn(string details)
    {
        using var json = JsonDocument.Parse(details);
        return json.RootElement.TryGetProperty("entries", out var entries) && entries.ValueKind == JsonValueKind.Array
            ? [.. entries.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)]
            : null;
    }

    // On a token of its own, whatever became of the request: a secret does not lie about, and a scanner that comes late
    // does not log in for somebody who has gone.
    private async Task ForgetAsync(long id)
    {
        using var patience = new CancellationTokenSource(CleaningPatience, clock);
        await using var command = database.CreateCommand("delete from scheduler.probes where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await command.ExecuteNonQueryAsync(patience.Token);
    }

    private long TookMs(long begun) => (long)clock.GetElapsedTime(begun).TotalMilliseconds;

    private static string PlaceOf(long id) => string.Create(CultureInfo.InvariantCulture, $"probe:{id}:credentials");
}
