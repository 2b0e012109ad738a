using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Scheduler.Targets;
using Npgsql;

namespace Fixity.Scheduler.Storage;

/// <summary>Notes on which storage server each target lies.</summary>
internal sealed class ServerKeyStore(NpgsqlDataSource database, ILogger<ServerKeyStore> logger)
{
    /// <summary>Of a target that is being saved, in the caller's transaction.</summary>
    public static async Task SetAsync(
        NpgsqlConnection connection, int targetId, TargetType type, TargetConnection settings,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update scheduler.targets set server_key = $2 where id = $1 and server_key is distinct from $2", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = ServerKey.Of(type, settings) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Of targets that were saved by a version which did not; any replica may, any number of times.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        var noted = 0;
        foreach (var (targetId, key) in await ReadMissingAsync(cancellation))
        {
            await using var command = database.CreateCommand(
                "update scheduler.targets set server_key = $2 where id = $1 and server_key is null");
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            noted += await command.ExecuteNonQueryAsync(cancellation);
        }

        if (noted > 0)
        {
            logger.ServersNoted(noted);
        }
    }

    private async Task<List<(int TargetId, string Key)>> ReadMissingAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, type, connection from scheduler.targets
            where server_key is null and type in ('nfs', 'smb', 's3') and deleted_at is null
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var missing = new List<(int, string)>();
        while (await row.ReadAsync(cancellation))
        {
            if (ServerKey.Of(TargetTypeWords.Read(row.GetString(1)), TargetConnectionColumn.Read(row.GetString(2))) is { } key)
            {
                missing.Add((row.GetInt32(0), key));
            }
        }

        return missing;
    }
}
