using System.Diagnostics;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Scans;

[Trait("Scenario", "A6")]
public sealed class DatabaseOutageTests(OwnServerDatabase database) : IClassFixture<OwnServerDatabase>
{
    private static TimeSpan Away =>
        TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 60 : 3);

    private static int Outages => Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 20 : 3;

    [Fact]
    public async Task A_database_that_loses_power_again_and_again_costs_no_finding_and_none_is_made_twice()
    {
        var (twins, control) = await PrepareAsync();
        using var disposed = twins;
        var random = new Random(5);
        var lease = TimeSpan.FromSeconds(2);
        using var one = await RealScanner.StartAsync(database, lease);
        using var other = await RealScanner.StartAsync(database, lease);
        var scan = await twins.Tree.QueueAsync("full");

        for (var outage = 0; outage < Outages && !await HasEndedAsync(twins); outage++)
        {
            var before = await database.ScalarAsync<long>(Last("g.batches", twins));
            await twins.Tree.UntilAsync(Last($"g.batches > {before + 3} or s.ended_at is not null", twins));
            await Task.Delay(random.Next(100));
            await database.StopServerAsync();
            // The first is shorter than the lease, the others longer.
            await Task.Delay(outage == 0 ? TimeSpan.FromSeconds(1) : Away);
            await database.StartServerAsync();
            await UntilReachableAsync();
        }

        await twins.AssertEqualAsync(control, scan);
    }

    [Fact]
    public async Task A_database_that_loses_power_while_a_batch_is_committed_has_it_once()
    {
        var (twins, control) = await PrepareAsync();
        using var disposed = twins;
        // A commit lasts long enough to be hit.
        await database.ExecuteAsync("""
            create or replace function scheduler.linger() returns trigger language plpgsql as $$
            begin
                perform pg_sleep(0.5);
                return null;
            end $$;
            create constraint trigger linger after update on scheduler.scan_segments deferrable initially deferred
                for each row when (new.batches % 60 = 59 and old.batches < new.batches) execute function scheduler.linger()
            """);
        using var scanner = await RealScanner.StartAsync(database);
        var scan = await twins.Tree.QueueAsync("full");

        await twins.Tree.UntilAsync("""
            select exists (select from pg_stat_activity
                where query ilike 'commit%' and state = 'active' and wait_event = 'PgSleep')
            """);
        await database.StopServerAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await database.StartServerAsync();
        await UntilReachableAsync();
        await database.ExecuteAsync("drop trigger linger on scheduler.scan_segments");
        await twins.AssertEqualAsync(control, scan);
    }

    private async Task<(TwinTargets Twins, long Control)> PrepareAsync()
    {
        await using var helper = await ScannerProcess.StartAsync(database);
        var twins = await TwinTargets.CreateAsync(database, 3_000, seed: 11, "batch_size = 10, options = '{\"limit\": {\"opensPerSecond\": 1000}}'");
        twins.Disturb(150);
        return (twins, await twins.ScanControlAsync());
    }

    // An outage longer than the lease loses the scan, and another goes on for it.
    private static string Last(string expression, TwinTargets twins) => $"""
        select {expression} from scheduler.scan_segments g join scheduler.scans s on s.id = g.scan_id
        where s.target_id = {twins.Subject} order by s.id desc limit 1
        """;

    private Task<bool> HasEndedAsync(TwinTargets twins) =>
        database.ScalarAsync<bool>(Last("s.ended_at is not null", twins));

    // The test's own pool holds connections that died with the server.
    private async Task UntilReachableAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await database.ScalarAsync<int>("select 1");
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(50);
            }
        }
    }
}
