using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

[Trait("Scenario", "A6")]
public sealed class CrashCampaignTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Seed = 20_261_121;
    private const int Files = 2_000;
    private const int Replicas = 2;

    private static int Kills => Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 1_000 : 50;

    /// <summary>Whoever owns the scan is killed at a random moment and replaced, many times a scan.</summary>
    [Fact]
    public async Task Scanners_that_are_killed_at_random_moments_leave_what_an_undisturbed_scan_leaves()
    {
        var random = new Random(Seed);
        TwinTargets twins;
        await using (var scanner = await ScannerProcess.StartAsync(database))
        {
            twins = await TwinTargets.CreateAsync(database, Files, Seed, "batch_size = 10, options = '{\"limit\": {\"opensPerSecond\": 1000}}'");
        }

        using var tree = twins;
        var replicas = new List<RealScanner>();
        try
        {
            var kills = 0;
            while (kills < Kills)
            {
                twins.Disturb(100);
                var control = await ScanControlAsync(twins);
                var subject = await twins.Tree.QueueAsync("full");
                while (kills < Kills)
                {
                    while (replicas.Count < Replicas)
                    {
                        replicas.Add(RealScanner.Launch(database, lease: TimeSpan.FromSeconds(1)));
                    }

                    await twins.Tree.UntilAsync($"""
                        select s.ended_at is not null or exists (
                            select from scheduler.scan_segments g where g.scan_id = s.id and g.lease_until >= now())
                        from scheduler.scans s where s.id = {subject}
                        """);
                    await Task.Delay(random.Next(400));
                    if (await OwnerAmongAsync(replicas) is not { } victim)
                    {
                        break; // It has ended.
                    }

                    await victim.KillAsync();
                    victim.Dispose();
                    replicas.Remove(victim);
                    kills++;
                }

                replicas.Add(await RealScanner.StartAsync(database));
                await twins.Tree.EndOfAsync(subject);
                await twins.AssertEqualAsync(control, subject);
            }
        }
        finally
        {
            replicas.ForEach(r => r.Dispose());
        }

        var takeovers = await database.ScalarAsync<long>($"""
            select sum(g.attempt - 1)::bigint
            from scheduler.scan_segments g join scheduler.scans s on s.id = g.scan_id where s.target_id = {twins.Subject}
            """);
        Assert.True(takeovers >= Kills * 9 / 10, $"Of {Kills} kills only {takeovers} left a segment behind.");
    }

    private async Task<RealScanner?> OwnerAmongAsync(List<RealScanner> replicas)
    {
        var owner = await database.ScalarAsync<string>(
            "select lease_owner from scheduler.scan_segments where status = 'running' and lease_until >= now() limit 1");
        return owner is null ? null : replicas.Find(r => owner.Contains(
            string.Create(CultureInfo.InvariantCulture, $":{r.Id}:"), StringComparison.Ordinal));
    }

    private async Task<long> ScanControlAsync(TwinTargets twins)
    {
        await using var scanner = await ScannerProcess.StartAsync(database);
        return await twins.ScanControlAsync();
    }
}
