using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Fixity.Data;

/// <summary>Ready means: the database answers, and its schema is the one this version was written for.</summary>
internal sealed class SchemaHealthCheck(NpgsqlDataSource database) : IHealthCheck
{
    // Below the probe's own time-out, so that the answer names the cause.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var found = await ReadVersionAsync(limit.Token);
            return found == Schema.Version
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"Schema version is {found}, this service needs {Schema.Version}.");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return HealthCheckResult.Unhealthy("The database has no schema yet; run the migrations.");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database did not answer within {Patience.TotalSeconds:F0} s.");
        }
    }

    private async Task<int> ReadVersionAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select coalesce(max(version), 0) from public.schema_migrations");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
