using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Scanner.Scans;
using Fixity.Scanner.Storages;
using Fixity.Storage;
using Npgsql;

namespace Fixity.Scanner.Probes;

/// <summary>One question: can the storage be read with these settings?</summary>
/// <param name="TargetId">Null: of a target that is not saved yet.</param>
/// <param name="Waited">For a scanner that had time for it.</param>
/// <param name="IsOfSavedLogin">Asked with the credentials that the target has: what comes of it holds for its scans.</param>
internal sealed record ProbeRequest(
    long Id, int? TargetId, string Type, string Root, string ConnectionJson, KeptCredentials Credentials,
    long CredentialsVersion, TimeSpan Waited, bool IsOfSavedLogin)
{
    /// <exception cref="JsonException">The connection cannot be read.</exception>
    public StorageSettings SettingsWith(StorageCredentials? credentials) => new(Type, Root)
    {
        Connection = TargetConnectionColumn.Read(ConnectionJson),
        Credentials = credentials,
    };
}

/// <param name="Verdict"><c>ok</c>, or a word of <see cref="StorageReasons"/>.</param>
/// <param name="Message">The same for people.</param>
internal sealed record ProbeAnswer(
    string Verdict, string Message, string? Identity = null, IReadOnlyList<string>? Entries = null);

/// <summary>Takes questions that the scheduler wrote, each by one scanner only, and writes the answers.</summary>
internal sealed class ProbeStore(NpgsqlDataSource database, ScannerOwner owner)
{
    /// <remarks>Nothing that is so old that too little time would be left to find anything out: its asker is told that all
    /// scanners are busy.</remarks>
    public async Task<List<ProbeRequest>> TakeAsync(int atMost, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with gone as (
                delete from scanner.probe_answers where taken_at < now() - interval '1 hour'
            ), taken as (
                insert into scanner.probe_answers (probe_id, taken_by)
                select p.id, $1 from scheduler.probes p
                where p.requested_at > now() - $3
                    and not exists (select from scanner.probe_answers a where a.probe_id = p.id)
                order by p.id limit $2
                on conflict (probe_id) do nothing
                returning probe_id
            )
            select p.id, p.target_id, p.type, p.root, p.connection::text, p.reference, p.sealed,
                c.reference, c.sealed, coalesce(c.version, 0), greatest(now() - p.requested_at, interval '0')
            from taken
            join scheduler.probes p on p.id = taken.probe_id
            left join scheduler.target_credentials c on c.target_id = p.target_id
            order by p.id
            """);
        command.With(owner.Name).With(atMost).With(StorageProbing.LatestStart);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var requests = new List<ProbeRequest>();
        while (await row.ReadAsync(cancellation))
        {
            requests.Add(ReadRequest(row));
        }

        return requests;
    }

    public async Task AnswerAsync(ProbeRequest request, ProbeAnswer answer, TimeSpan took, CancellationToken cancellation)
    {
        var details = JsonSerializer.Serialize(
            new { answer.Entries, TookMs = (long)took.TotalMilliseconds }, JsonSerializerOptions.Web);
        await using var command = database.CreateCommand("""
            with answered as (
                update scanner.probe_answers
                set answered_at = now(), verdict = $2, message = $3, identity = $4, details = $5::jsonb
                where probe_id = $1
                returning probe_id
            )
            select pg_notify('fixity_probe_answers', probe_id::text)::text from answered
            """);
        command.With(request.Id).With(answer.Verdict).With(answer.Message).With(answer.Identity).With(details);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static ProbeRequest ReadRequest(NpgsqlDataReader row)
    {
        var id = row.GetInt64(0);
        int? targetId = row.IsDBNull(1) ? null : row.GetInt32(1);
        var given = ReadKept(row, 5, KeptCredentials.PlaceOfProbe(id));
        var isSaved = targetId is not null && given is { Reference: null, Sealed: null };
        return new ProbeRequest(
            id, targetId, row.GetString(2), row.GetString(3), row.GetString(4),
            isSaved ? ReadKept(row, 7, KeptCredentials.PlaceOfTarget(targetId.GetValueOrDefault())) : given,
            row.GetInt64(9), row.GetTimeSpan(10), isSaved);
    }

    private static KeptCredentials ReadKept(NpgsqlDataReader row, int at, string place) => new(
        row.IsDBNull(at) ? null : row.GetString(at),
        row.IsDBNull(at + 1) ? null : row.GetFieldValue<byte[]>(at + 1),
        place);
}
