using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Gateway.Audit;

/// <summary>Who did what, and from where: <c>gateway.audit_log</c>, which nobody can rewrite unseen.</summary>
internal sealed class AuditLog(NpgsqlDataSource database, TimeProvider clock, ILogger<AuditLog> logger)
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
        // Number and hash are the database's to give, in one statement with the entry.
        await using var command = database.CreateCommand("""
            insert into gateway.audit_log (at, actor, action, object, details, address, correlation_id)
            values ($1, $2, $3, $4, $5, $6, $7)
            returning id, hash
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
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = CorrelationOf(context) });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        Announce(row);
    }

    // Wherever logs are kept, they know the chain's ends up to their own time.
    private void Announce(NpgsqlDataReader row) =>
        logger.Appended(row.GetInt64(0), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(1)));

    // The same as in the problem that an answer carries, and in each line that is logged about the request.
    private static string CorrelationOf(HttpContext context) =>
        Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}
