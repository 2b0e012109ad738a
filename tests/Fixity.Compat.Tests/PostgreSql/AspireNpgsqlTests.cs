using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fixity.Compat.Tests.PostgreSql;

public sealed class AspireNpgsqlTests
{
    // Port 1 (tcpmux) is refused at once on the loopback of any machine that tests run on.
    private const string Unreachable = "Host=127.0.0.1;Port=1;Username=u;Password=p;Database=d;Timeout=5";

    [Fact]
    public void A_missing_connection_string_is_named_when_the_data_source_is_asked_for()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddNpgsqlDataSource("fixitydb");
        using var host = builder.Build();

        var failure = Assert.Throws<InvalidOperationException>(
            () => host.Services.GetRequiredService<NpgsqlDataSource>());

        Assert.Contains("ConnectionStrings:fixitydb", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionStrings:fixitydb")]
    [InlineData("Aspire:Npgsql:ConnectionString")]
    [InlineData("Aspire:Npgsql:fixitydb:ConnectionString")]
    public void The_connection_string_is_found_in_each_place_that_the_package_reads(string key)
    {
        using var host = BuildHost(new() { [key] = Unreachable });

        var source = host.Services.GetRequiredService<NpgsqlDataSource>();

        Assert.Equal("d", new NpgsqlConnectionStringBuilder(source.ConnectionString).Database);
        Assert.Same(source, host.Services.GetRequiredService<DbDataSource>());
    }

    [Fact]
    public void Code_has_the_last_word_over_configuration()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:fixitydb"] = Unreachable;
        builder.AddNpgsqlDataSource(
            "fixitydb",
            settings => settings.ConnectionString += ";Application Name=settings",
            source => source.ConnectionStringBuilder.MaxPoolSize = 7);
        using var host = builder.Build();

        var used = new NpgsqlConnectionStringBuilder(
            host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.Equal("settings", used.ApplicationName);
        Assert.Equal(7, used.MaxPoolSize);
    }

    [Fact]
    public async Task The_health_check_is_unhealthy_while_the_database_is_out_of_reach()
    {
        using var host = BuildHost(new() { ["ConnectionStrings:fixitydb"] = Unreachable });

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        var (name, entry) = Assert.Single(report.Entries);
        Assert.Equal("PostgreSql", name);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.IsAssignableFrom<NpgsqlException>(entry.Exception);
    }

    [Fact]
    public async Task Traces_of_the_database_are_collected_unless_disabled()
    {
        Assert.True(await IsTracedAsync(disabled: false));
        Assert.False(await IsTracedAsync(disabled: true));
    }

    private static async Task<bool> IsTracedAsync(bool disabled)
    {
        using var host = BuildHost(new()
        {
            ["ConnectionStrings:fixitydb"] = Unreachable,
            ["Aspire:Npgsql:DisableTracing"] = disabled.ToString(),
        });
        using var sameName = new ActivitySource("Npgsql");
        await host.StartAsync();
        var listened = sameName.HasListeners();
        await host.StopAsync();
        return listened;
    }

    private static IHost BuildHost(Dictionary<string, string?> configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.AddNpgsqlDataSource("fixitydb");
        return builder.Build();
    }
}
