using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Scanner.Scans;
using Fixity.Storage;
using Npgsql;

namespace Fixity.Scanner.Storages;

/// <summary>Reads how targets are reached, and remembers who was refused: a login that failed is not tried again by
/// itself, because accounts get locked.</summary>
internal sealed class TargetAccessStore(NpgsqlDataSource database, CredentialsReader credentials)
{
    /// <exception cref="StorageException">The credentials cannot be used, or were refused and nobody asked for more.</exception>
    /// <exception cref="TargetOptionsException">The connection cannot be read.</exception>
    public async Task<TargetAccess> ReadAsync(SegmentClaim claim, TargetOptions options, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select t.connection::text, coalesce(c.version, 0), c.reference, c.sealed,
                asked.trigger = 'manual', st.refused_credentials
            from scheduler.scans s
            join scheduler.scans asked on asked.id = (scheduler.chain_of(s.id))[1]
            join scheduler.targets t on t.id = s.target_id
            left join scheduler.target_credentials c on c.target_id = t.id
            left join scanner.target_states st on st.target_id = t.id
            where s.id = $1
            """);
        command.With(claim.ScanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        var (access, isAskedFor, refused) = ReadAccess(row, claim.Target, options);
        return !isAskedFor && refused == access.Stamp
            ? throw new StorageException(
                StorageFault.Configuration, default,
                "The storage refused this login before, and it was not tried again, so that the account is not locked. "
                + "Correct the credentials, test the connection, or start a scan by hand.")
            {
                Reason = StorageReasons.LoginRefused,
            }
            : access;
    }

    public async Task<bool> RememberRefusalAsync(int targetId, TargetAccess access, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scanner.target_states set refused_credentials = $2 where target_id = $1
            """);
        command.With(targetId).With(access.Stamp);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>The login was let in after all: scans may use it again.</summary>
    public async Task ForgetRefusalAsync(int targetId, TargetAccess access, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scanner.target_states set refused_credentials = null
            where target_id = $1 and refused_credentials = $2
            """);
        command.With(targetId).With(access.Stamp);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private (TargetAccess Access, bool IsAskedFor, long? Refused) ReadAccess(
        NpgsqlDataReader row, TargetSettings target, TargetOptions options)
    {
        var json = row.GetString(0);
        var kept = new KeptCredentials(
            row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
            KeptCredentials.PlaceOfTarget(target.Id));
        var settings = new StorageSettings(target.Type, target.Root)
        {
            Connection = ReadConnection(json),
            Credentials = credentials.Read(kept),
            Options = options,
        };
        return (
            TargetAccess.Of(settings, json, row.GetInt64(1), kept.Reference), row.GetBoolean(4),
            row.IsDBNull(5) ? null : row.GetInt64(5));
    }

    private static TargetConnection ReadConnection(string json)
    {
        try
        {
            return TargetConnectionColumn.Read(json);
        }
        catch (JsonException failure)
        {
            throw new TargetOptionsException($"The connection of the target cannot be read: {failure.Message}", failure);
        }
    }
}
