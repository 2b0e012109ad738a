using System.Diagnostics;
using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

[Trait("Scenario", "A6")]
public sealed class CrashCampaignTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Seed = 20_261_121;
    private const int Files = 2_000;
    private const int Replicas = 3;

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

                    if (await LiveOwnerAsync(replicas, twins.Subject) is null)
                    {
                        break; // The scan has ended.
                    }

                    await Task.Delay(random.Next(400));
                    if (await LiveOwnerAsync(replicas, twins.Subject) is not { } victim)
                    {
                        break;
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

        var resumed = await database.ScalarAsync<long>(
            $"select count(*) from scheduler.scans where target_id = {twins.Subject} and trigger = 'resume'");
        Assert.True(resumed >= Kills * 9 / 10, $"Of {Kills} kills only {resumed} left a scan behind.");
    }

    /// <summary>Waits until one that lives owns the target's scan; null: it has ended. A dead one's lease holds for a while,
    /// and then the scan goes on as another.</summary>
    private async Task<RealScanner?> LiveOwnerAsync(List<RealScanner> replicas, int target)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var owner = await database.ScalarAsync<string>($"""
                select case when s.ended_at is null then coalesce(g.lease_owner, '') end
                from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id
                where s.target_id = {target} order by s.id desc limit 1
                """);
            var live = replicas.Find(r => owner is not null && owner.Contains(
                string.Create(CultureInfo.InvariantCulture, $":{r.Id}:"), StringComparison.Ordinal));
            if (owner is null || live is not null)
            {
                return live;
            }

            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(1), $"{owner} left the scan to nobody");
            await Task.Delay(20);
        }
    }

    private async Task<long> ScanControlAsync(TwinTargets twins)
    {
        await using var scanner = await ScannerProcess.StartAsync(database);
        return await twins.ScanControlAsync();
    }
}
