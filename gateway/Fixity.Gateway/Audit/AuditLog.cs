using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Gateway.Audit;

/// <summary>Who did what, and from where: <c>gateway.audit_log</c>, which nobody can rewrite.</summary>
internal sealed class AuditLog(NpgsqlDataSource database, TimeProvider clock)
{
    public static string? AddressOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };

    /// <param name="details">Never a secret.</param>
    public async Task AppendAsync(
        HttpContext context, string actor, string action, string? @object, JsonObject? details,
        CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            insert into gateway.audit_log (at, actor, action, object, details, address) values ($1, $2, $3, $4, $5, $6)
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = action });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = @object });
        command.Parameters.Add(new NpgsqlParameter<string>
        {
            TypedValue = details?.ToJsonString() ?? "{}",
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = AddressOf(context) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>Up to <paramref name="count"/> entries before <paramref name="beforeId"/>, newest first.</returns>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(long beforeId, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, at, actor, action, object, details, address
            from gateway.audit_log where id < $1 order by id desc limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = beforeId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        var entries = new List<AuditEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            entries.Add(ReadEntry(row));
        }

        return entries;
    }

    private static AuditEntry ReadEntry(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4), JsonSerializer.Deserialize<JsonElement>(row.GetString(5)),
        row.IsDBNull(6) ? null : row.GetString(6));
}

/// <param name="Details">What is worth knowing about this action; differs from action to action.</param>
internal sealed record AuditEntry(
    long Id, DateTimeOffset At, string Actor, string Action, string? Object, JsonElement Details, string? Address);
