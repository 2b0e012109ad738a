using System.Text.Json;
using Fixity.Core;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Scheduler.GlobalSettings;

/// <summary>Reads and writes <c>scheduler.settings</c>; the table tells every service of a change.</summary>
internal sealed class SettingStore(NpgsqlDataSource database)
{
    public async Task<SettingList> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await ReadRowsAsync(connection, cancellation);
        return new SettingList([.. Settings.All.Select(setting => View(setting, rows.GetValueOrDefault(setting.Key)))]);
    }

    /// <param name="values">As <see cref="SettingRules"/> let them pass; null: the default.</param>
    /// <returns>What is another than before.</returns>
    public async Task<IReadOnlyList<SettingChange>> WriteAsync(
        IReadOnlyDictionary<string, JsonElement> values, string by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One writer at a time: what is told as "before" is what was replaced.
        await using (var wait = new NpgsqlCommand(
            "lock table scheduler.settings in share row exclusive mode", connection))
        {
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        var rows = await ReadRowsAsync(connection, cancellation);
        var changes = new List<SettingChange>();
        foreach (var (key, value) in values)
        {
            var before = rows.GetValueOrDefault(key)?.Value;
            var after = value.ValueKind == JsonValueKind.Null ? (JsonElement?)null : value;
            if (before is { } was && after is { } wanted ? JsonElement.DeepEquals(was, wanted) : before is null && after is null)
            {
                continue;
            }

            await WriteAsync(connection, key, after, by, cancellation);
            changes.Add(new SettingChange(
                key, Text(before ?? Settings.Find(key)!.DefaultJson), after is { } set ? Text(set) : null));
        }

        await transaction.CommitAsync(cancellation);
        return changes;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, string key, JsonElement? value, string by, CancellationToken cancellation)
    {
        await using var command = value is null
            ? new NpgsqlCommand("delete from scheduler.settings where key = $1", connection)
            : new NpgsqlCommand("""
                insert into scheduler.settings (key, value, updated_by) values ($1, $2, $3)
                on conflict (key) do update
                set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()
                """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        if (value is { } set)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Text(set), NpgsqlDbType = NpgsqlDbType.Jsonb });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Dictionary<string, Row>> ReadRowsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select key, value::text, updated_at, updated_by from scheduler.settings", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellation))
        {
            Add(row);
        }

        return rows;

        void Add(NpgsqlDataReader read) => rows.Add(read.GetString(0), ReadRow(read));
    }

    private static SettingView View(Setting setting, Row? row)
    {
        var problem = row is null ? null : setting.Refuse(row.Value);
        return new SettingView(
            setting.Key,
            setting.Type,
            row is null || problem is not null ? setting.DefaultJson : row.Value,
            setting.DefaultJson,
            setting.Minimum,
            setting.Maximum,
            setting.Words,
            setting.Sentence,
            row?.UpdatedAt,
            row?.UpdatedBy,
            problem);
    }

    // Escaped to ASCII, as a header wants it.
    private static string Text(JsonElement value) => JsonSerializer.Serialize(value);

    private static Row ReadRow(NpgsqlDataReader row) => new(
        JsonElement.Parse(row.GetString(1)), row.GetFieldValue<DateTimeOffset>(2), row.IsDBNull(3) ? null : row.GetString(3));

    private sealed record Row(JsonElement Value, DateTimeOffset UpdatedAt, string? UpdatedBy);
}
