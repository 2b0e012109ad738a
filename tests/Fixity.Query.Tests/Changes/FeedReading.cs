using System.Text.Json.Nodes;
using Npgsql;

namespace Fixity.Query.Tests.Changes;

/// <summary>Reads the feed as a SIEM does, and writes as a scanner does.</summary>
internal static class FeedReading
{
    /// <summary>Pages from a cursor to the first empty one.</summary>
    public static async Task<(List<long> Ids, string Cursor)> DrainAsync(
        this RunningQuery query, string filter, string? cursor = null, int limit = 200)
    {
        var ids = new List<long>();
        while (true)
        {
            var page = await query.GetAsync(
                $"/changes?order=commit&limit={limit}{filter}" + (cursor is null ? "" : $"&cursor={cursor}"));
            cursor = (string)page["nextCursor"]!;
            if (page.Ids() is not [_, ..] found)
            {
                return (ids, cursor);
            }

            ids.AddRange(found);
        }
    }

    public static long[] Ids(this JsonObject page) => [.. page["items"]!.AsArray().Select(item => (long)item!["id"]!)];

    /// <summary>An event in a transaction that stays open.</summary>
    public static async Task<(NpgsqlConnection Open, long Id)> BeginChangeAsync(
        this RunningQuery query, int target, string path, string type = "added")
    {
        var connection = await query.Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("begin", connection);
        await command.ExecuteNonQueryAsync();
        return (connection, await connection.AddChangeAsync(target, path, type));
    }

    public static async Task<long> AddChangeAsync(
        this NpgsqlConnection connection, int target, string path, string type = "added")
    {
        await using var command = new NpgsqlCommand("""
            insert into scanner.change_events (target_id, file_id, path, type) values ($1, 1, $2, $3) returning id
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public static async Task CommitAsync(this NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("commit", connection);
        await command.ExecuteNonQueryAsync();
        await connection.DisposeAsync();
    }

    public static Task AnnounceAsync(this RunningQuery query) =>
        query.Database.ExecuteAsync("select pg_notify('fixity_events', '')");
}
