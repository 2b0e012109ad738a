using Fixity.Data.Statements;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fixity.Data;

/// <summary>Gives a service its <see cref="NpgsqlDataSource"/>, restricted to its role, the settings, and the check behind
/// <c>/readyz</c>.</summary>
public static class DatabaseRegistration
{
    /// <summary>Name of the connection string, and of the database resource in the application model.</summary>
    public const string ConnectionName = "fixitydb";

    /// <summary>Tag of the health checks that <c>/readyz</c> asks.</summary>
    public const string ReadyTag = "ready";

    private const string PoolSize = "Maximum Pool Size";
    private const int MostReaders = 24;

    /// <param name="role">One of <see cref="DatabaseRole"/>; every connection runs as it, whatever login opened it.</param>
    public static void AddFixityDatabase(this IHostApplicationBuilder builder, string role)
    {
        builder.AddNpgsqlDataSource(ConnectionName, settings =>
        {
            settings.DisableHealthChecks = true; // The schema check below asks the database anyway.
            if (settings.ConnectionString is { Length: > 0 } given)
            {
                settings.ConnectionString = AsRole(given, role);
            }
        }, static source =>
        {
            source.Name = ConnectionName; // What its metrics call the pool; else it is the connection string.
            StatementMetrics.Count(source);
        });
        builder.Services.AddHealthChecks().AddCheck<SchemaHealthCheck>("schema", HealthStatus.Unhealthy, [ReadyTag]);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<SettingsReader>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SettingsReader>());
    }

    /// <summary>The same connection string with the role set at the start of each session.</summary>
    /// <remarks>
    /// A start-up option and not SET ROLE: the pool's DISCARD ALL resets a session to its start-up values, so the
    /// role survives every return to the pool.
    /// </remarks>
    public static string AsRole(string connectionString, string role)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Compiling a statement pays where it runs once for long; those of scanner and alert run often, over a page or a
        // batch. One of them that is stopped in the middle of a transaction must not hold up the one that takes over from it.
        // The lists of the query service are planned over ten years of partitions and read one page; each reader takes a core
        // for it and a lock on each partition, so that more of them than this only wait for each other within the database.
        var options = role switch
        {
            DatabaseRole.Scanner or DatabaseRole.Alert =>
                $"-c role={role} -c jit=off -c idle_in_transaction_session_timeout=30s",
            DatabaseRole.Query => $"-c role={role} -c jit=off",
            _ => $"-c role={role}",
        };
        settings.Options = string.IsNullOrEmpty(settings.Options) ? options : $"{settings.Options} {options}";
        if (role == DatabaseRole.Query && !settings.ShouldSerialize(PoolSize))
        {
            settings.MaxPoolSize = MostReaders;
        }

        // Baselines are streamed: a refill of the buffer costs more than what is in a small one.
        settings.ReadBufferSize = role == DatabaseRole.Scanner ? 64 * 1024 : settings.ReadBufferSize;
        settings.ApplicationName ??= role;
        return settings.ConnectionString;
    }
}
