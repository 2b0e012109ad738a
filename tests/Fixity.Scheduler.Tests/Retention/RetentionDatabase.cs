using Fixity.Core;
using Fixity.Data;
using Fixity.Scheduler.Retention;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Scheduler.Tests.Retention;

/// <summary>A database of one test's own, because a run looks at all of it; with the runner that a scheduler has.</summary>
public abstract class RetentionDatabase : IAsyncLifetime
{
    private NpgsqlDataSource _scheduler = null!;

    protected TestDatabase Database { get; } = new();

    private protected RetentionStore Runs { get; private set; } = null!;

    private RetentionRunner Runner { get; set; } = null!;

    public virtual async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        _scheduler = Database.DataSourceAs(DatabaseRole.Scheduler);
        Runs = new RetentionStore(_scheduler);
        Runner = new RetentionRunner(Runs, TimeProvider.System, NullLogger<RetentionRunner>.Instance);
    }

    public async Task DisposeAsync()
    {
        await _scheduler.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>One run from its beginning, or from where it was left, to its end.</summary>
    private protected async Task<RetentionRun> RunAsync()
    {
        await Runs.RequestAsync("ada", default);
        await GoOnAsync();
        return (await Runs.ListAsync(default))[0];
    }

    /// <summary>As the worker does, on a connection that can be found and killed.</summary>
    protected async Task GoOnAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(
            DatabaseRegistration.AsRole(Database.ConnectionString, DatabaseRole.Scheduler))
        {
            ApplicationName = "retention",
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync();
        await Runner.RunAsync(connection, (await Runs.BeginAsync(default))!.Value, SettingValues.Default, default);
    }

    /// <summary>Events of one type, a file each, so many days old.</summary>
    protected Task AddEventsAsync(
        int target, int count, int daysOld, string type = "added", bool acknowledged = false, long file = 0) =>
        Database.ExecuteAsync($"""
            insert into scanner.change_events (detected_at, target_id, file_id, path, type, acknowledged_at)
            select now() - interval '{daysOld} days', {target}, {file} + n, 'file ' || n, '{type}',
                case when {acknowledged} then now() end
            from generate_series(1, {count}) n
            """);

    protected Task<long> CountAsync(string from) => Database.ScalarAsync<long>($"select count(*) from {from}")!;

    /// <summary>Makes the partition of a month, as older versions did, that so old events lie in.</summary>
    /// <returns>Its name.</returns>
    protected async Task<string> AddMonthAsync(int daysOld)
    {
        var month = (await Database.ScalarAsync<string>(
            $"select to_char(now() at time zone 'UTC' - interval '{daysOld} days', 'YYYY-MM')"))!;
        var name = $"scanner.change_events_{month.Replace('-', '_')}";
        await Database.ExecuteAsync($"""
            create table {name} partition of scanner.change_events
                for values from ('{month}-01Z') to (('{month}-01Z'::timestamptz at time zone 'UTC' + interval '1 month') at time zone 'UTC')
            """);
        return name;
    }

    /// <summary>Makes the partition of a year that so old events lie in.</summary>
    /// <returns>Its name.</returns>
    protected async Task<string> AddYearAsync(int daysOld)
    {
        await Database.ExecuteAsync(
            $"select scanner.ensure_change_partitions((now() at time zone 'UTC' - interval '{daysOld} days')::date, 1)");
        return (await Database.ScalarAsync<string>(
            $"select 'scanner.change_events_' || to_char(now() at time zone 'UTC' - interval '{daysOld} days', 'YYYY')"))!;
    }
}
