using System.Text.RegularExpressions;
using Fixity.Scanning;
using Fixity.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Holds a target to the storage that its baseline was taken of, before anything else is looked at.</summary>
internal sealed partial class TargetIdentity(
    NpgsqlDataSource database, IOptions<ScannerOptions> options, ILogger<TargetIdentity> logger)
{
    /// <returns>The identity that the scan is held to; recorded now where none was.</returns>
    /// <exception cref="StorageIdentityChangedException">Another storage, or none, is at the root.</exception>
    public async Task<string> ConfirmAsync(IStorageBackend backend, SegmentClaim claim, CancellationToken cancellation)
    {
        var found = await ProbeAsync(backend, cancellation);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (recorded, epoch) = await ReadAsync(connection, claim.Target.Id, cancellation);
        if (recorded is not null && epoch >= claim.Target.IdentityEpoch && !IsSame(recorded, found.Identity))
        {
            throw new StorageIdentityChangedException(recorded, found.Identity);
        }

        if (await RecordAsync(connection, claim, found, cancellation))
        {
            logger.TargetOnline(claim.Target.Id);
        }

        await transaction.CommitAsync(cancellation);
        return found.Identity;
    }

    // What an older version recorded of a folder says less: what it did not know counts from now on.
    internal static bool IsSame(string recorded, string found) => found == recorded
        || (OfOlderVersion().IsMatch(recorded) && found.StartsWith(recorded + "/", StringComparison.Ordinal));

    private async Task<StorageProbe> ProbeAsync(IStorageBackend backend, CancellationToken cancellation)
    {
        try
        {
            return await backend.ProbeAsync(cancellation).WaitAsync(options.Value.ProbeTimeout, cancellation);
        }
        catch (Exception failure) when (failure is TimeoutException or StorageException { Fault: StorageFault.Timeout })
        {
            throw new StorageIdentityChangedException(expected: null, actual: null, failure);
        }
    }

    private static async Task<(string? Identity, int Epoch)> ReadAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select identity, identity_epoch from scanner.target_states where target_id = $1 for update
            """, connection);
        command.With(targetId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return Read(row);

        static (string?, int) Read(NpgsqlDataReader row) => (row.IsDBNull(0) ? null : row.GetString(0), row.GetInt32(1));
    }

    /// <returns>Whether the target was offline: then it is said, once, that it is back.</returns>
    private static async Task<bool> RecordAsync(
        NpgsqlConnection connection, SegmentClaim claim, StorageProbe found, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with before as (
                select target_id, state, state_since, state_reason from scanner.target_states where target_id = $1
            ), now_online as (
                update scanner.target_states t
                set identity = $2, identity_epoch = $3, refused_credentials = null, mtime_granularity_ns = $5,
                    state = case when t.state in ('offline', 'denied', 'unknown') then 'online' else t.state end,
                    state_since = case
                        when t.state in ('offline', 'denied', 'unknown') then now() else t.state_since end,
                    state_reason = case
                        when t.state in ('offline', 'denied', 'unknown') then null else t.state_reason end
                where t.target_id = $1
                    and (t.identity is distinct from $2 or t.identity_epoch <> $3 or t.refused_credentials is not null
                        or t.mtime_granularity_ns is distinct from $5
                        or t.state in ('offline', 'denied', 'unknown'))
                returning t.target_id
            ), event as (
                insert into scanner.target_events (target_id, scan_id, type, details)
                select b.target_id, $4, 'target.online',
                    jsonb_build_object('offlineSince', b.state_since, 'reason', b.state_reason)
                from before b join now_online using (target_id)
                where b.state in ('offline', 'denied')
                returning target_id
            )
            select pg_notify('fixity_events', '')::text,
                pg_notify('fixity_progress', json_build_object('kind', 'target', 'targetId', target_id)::text)::text
            from event
            """, connection);
        command.With(claim.Target.Id).With(found.Identity).With(claim.Target.IdentityEpoch).With(claim.ScanId)
            .With((long)found.MtimeGranularity.TotalNanoseconds);
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    [GeneratedRegex("^fs:[0-9a-f]+:[0-9a-f]+/ino:[0-9]+$")]
    private static partial Regex OfOlderVersion();
}
