using System.Globalization;
using System.Text;
using Fixity.Data;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Npgsql;

namespace Fixity.Scheduler.Tests.Probes;

/// <summary>A probe as a scanner finds it, with the credentials that it was sealed for.</summary>
internal sealed record SeenProbe(
    long Id, int? TargetId, string Type, string Root, string Connection, string? Reference, string? Secret);

internal sealed record GivenAnswer(string Verdict, string? Message = null, string? Identity = null, string? Details = null);

/// <summary>Answers probes over the tables alone, with a scanner's rights, as <see cref="Answer"/> says; null: never.</summary>
internal sealed class StandInScanner : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _notifies;
    private Task _work = Task.CompletedTask;

    private StandInScanner(NpgsqlDataSource database, bool notifies) => (_database, _notifies) = (database, notifies);

    public List<SeenProbe> Seen { get; } = [];

    public Func<SeenProbe, GivenAnswer?> Answer { get; set; } = _ => new GivenAnswer("ok", "Reached.");

    /// <param name="notifies">False: the answer is only in the table, as when the notification was lost.</param>
    public static async Task<StandInScanner> StartAsync(TestDatabase database, bool notifies = true)
    {
        var scanner = new StandInScanner(database.DataSourceAs(DatabaseRole.Scanner), notifies);
        var connection = await scanner._database.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen fixity_probes", connection))
        {
            await listen.ExecuteNonQueryAsync();
        }

        scanner._work = scanner.WorkAsync(connection);
        return scanner;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _database.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync(NpgsqlConnection listening)
    {
        await using (listening)
        {
            var asked = new Queue<long>();
            listening.Notification += (_, n) => asked.Enqueue(long.Parse(n.Payload, CultureInfo.InvariantCulture));
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await listening.WaitAsync(_stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                while (asked.TryDequeue(out var id))
                {
                    await TakeAsync(id);
                }
            }
        }
    }

    private async Task TakeAsync(long id)
    {
        await using (var take = _database.CreateCommand("""
            insert into scanner.probe_answers (probe_id, taken_by) values ($1, 'stand-in') on conflict do nothing
            """))
        {
            take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            await take.ExecuteNonQueryAsync();
        }

        var probe = await ReadAsync(id);
        Seen.Add(probe);
        if (Answer(probe) is { } answer)
        {
            await WriteAsync(id, answer);
        }
    }

    private async Task<SeenProbe> ReadAsync(long id)
    {
        await using var command = _database.CreateCommand("""
            select p.target_id, p.type, p.root, p.connection, coalesce(p.reference, c.reference), coalesce(p.sealed, c.sealed)
            from scheduler.probes p
            left join scheduler.target_credentials c on c.target_id = p.target_id
            where p.id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return ReadProbe(id, row);
    }

    private static SeenProbe ReadProbe(long id, NpgsqlDataReader row)
    {
        using var box = new SecretBox(ServiceApplication<Program>.EncryptionKey);
        return new SeenProbe(
            id,
            row.GetFieldValue<int?>(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.IsDBNull(5) ? null : Encoding.UTF8.GetString(box.Open(row.GetFieldValue<byte[]>(5), PlaceOf(row, id))));
    }

    // Of what is saved, the target's own box is the one to open.
    private static string PlaceOf(NpgsqlDataReader row, long id) =>
        row.IsDBNull(0) ? $"probe:{id}:credentials" : $"target:{row.GetInt32(0)}:credentials";

    private async Task WriteAsync(long id, GivenAnswer answer)
    {
        await using var command = _database.CreateCommand("""
            with answered as (
                update scanner.probe_answers
                set verdict = $2, message = $3, identity = $4, details = $5::jsonb, answered_at = now()
                where probe_id = $1
            )
            select case when $6 then pg_notify('fixity_probe_answers', $1::text)::text end
            """);
        var p = command.Parameters;
        p.Add(new NpgsqlParameter<long> { TypedValue = id });
        p.Add(new NpgsqlParameter<string> { TypedValue = answer.Verdict });
        p.Add(new NpgsqlParameter<string?> { TypedValue = answer.Message });
        p.Add(new NpgsqlParameter<string?> { TypedValue = answer.Identity });
        p.Add(new NpgsqlParameter<string?> { TypedValue = answer.Details });
        p.Add(new NpgsqlParameter<bool> { TypedValue = _notifies });
        await command.ExecuteNonQueryAsync();
    }
}
