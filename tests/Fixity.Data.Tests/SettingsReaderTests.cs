using Fixity.Core;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Data.Tests;

public sealed class SettingsReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(DatabaseRole.Scheduler)]
    [InlineData(DatabaseRole.Scanner)]
    [InlineData(DatabaseRole.Alert)]
    [InlineData(DatabaseRole.Query)]
    [InlineData(DatabaseRole.Gateway)]
    public async Task Every_service_hears_of_a_change(string role)
    {
        await using var source = database.DataSourceAs(role);
        using var reader = new SettingsReader(source, TimeProvider.System, NullLogger<SettingsReader>.Instance);
        await database.ExecuteAsync("delete from scheduler.settings");
        await reader.StartAsync(default);

        Assert.Equal(60, reader.Current.Of(Settings.ScanNowCooldownSeconds));
        await database.ExecuteAsync(
            "insert into scheduler.settings (key, value) values ('scan_now_cooldown_seconds', '5')");
        await HasAsync(reader, 5);
        await database.ExecuteAsync("delete from scheduler.settings");
        await HasAsync(reader, 60);
        await reader.StopAsync(default);
    }

    [Fact]
    public async Task A_reader_whose_connection_died_hears_of_the_next_change()
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "deaf" }.ConnectionString);
        using var reader = new SettingsReader(source, TimeProvider.System, NullLogger<SettingsReader>.Instance);
        await database.ExecuteAsync("delete from scheduler.settings");
        await reader.StartAsync(default);

        await database.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deaf'");
        await database.ExecuteAsync(
            "insert into scheduler.settings (key, value) values ('scan_now_cooldown_seconds', '7')");

        await HasAsync(reader, 7);
        await reader.StopAsync(default);
    }

    [Fact]
    public async Task A_service_starts_on_the_defaults_when_the_database_is_away()
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=none");
        using var reader = new SettingsReader(source, TimeProvider.System, NullLogger<SettingsReader>.Instance);

        await reader.StartAsync(default);

        Assert.Equal(60, reader.Current.Of(Settings.ScanNowCooldownSeconds));
        await reader.StopAsync(default);
    }

    private static async Task HasAsync(SettingsReader reader, int cooldown)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (reader.Current.Of(Settings.ScanNowCooldownSeconds) != cooldown)
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
