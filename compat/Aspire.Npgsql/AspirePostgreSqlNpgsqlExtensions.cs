using System.Data.Common;
using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Gives a host its PostgreSQL data source by the name of a connection string.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string SectionName = "Aspire:Npgsql";

    /// <summary>Registers the data source, and unless disabled its health check, traces and metrics.</summary>
    /// <remarks>
    /// A missing connection string is reported when the data source is first asked for, not here: by then the host
    /// has a logger, and a tool that only builds the host (OpenAPI generation) needs no database.
    /// </remarks>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = ReadSettings(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        RegisterDataSource(builder.Services, settings, connectionName, configureDataSourceBuilder);
        RegisterSignals(builder.Services, settings);
    }

    private static NpgsqlSettings ReadSettings(IConfiguration configuration, string connectionName)
    {
        var settings = new NpgsqlSettings();
        var section = configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);

        if (configuration.GetConnectionString(connectionName) is { } connectionString)
        {
            settings.ConnectionString = connectionString;
        }

        return settings;
    }

    private static void RegisterDataSource(
        IServiceCollection services,
        NpgsqlSettings settings,
        string connectionName,
        Action<NpgsqlDataSourceBuilder>? configure)
    {
        services.TryAddSingleton(provider =>
        {
            if (string.IsNullOrEmpty(settings.ConnectionString))
            {
                throw new InvalidOperationException(
                    $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' " +
                    $"or under the 'ConnectionString' key in '{SectionName}' configuration section.");
            }

            var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            source.UseLoggerFactory(provider.GetService<ILoggerFactory>());
            configure?.Invoke(source);
            return source.Build();
        });
        services.TryAddSingleton<DbDataSource>(static p => p.GetRequiredService<NpgsqlDataSource>());
        services.TryAddTransient(static p => p.GetRequiredService<NpgsqlDataSource>().CreateConnection());
        services.TryAddTransient<DbConnection>(static p => p.GetRequiredService<NpgsqlConnection>());
    }

    private static void RegisterSignals(IServiceCollection services, NpgsqlSettings settings)
    {
        if (!settings.DisableHealthChecks)
        {
            services.AddHealthChecks().Add(new HealthCheckRegistration(
                "PostgreSql",
                static p => new NpgsqlHealthCheck(p.GetRequiredService<NpgsqlDataSource>()),
                failureStatus: null,
                tags: null));
        }

        // Npgsql emits both by itself; they only have to be listened to.
        if (!settings.DisableTracing)
        {
            services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource("Npgsql"));
        }

        if (!settings.DisableMetrics)
        {
            services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter("Npgsql"));
        }
    }
}
