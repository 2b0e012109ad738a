using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class SplitTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Files = 16_000;
    private const int SplitFiles = 10_000;

    [Fact]
    public async Task An_idle_scanner_takes_over_half_of_what_another_has_ahead_and_together_they_find_the_same()
    {
        using var twins = await TakeBaselinesAsync();
        var control = await DisturbAsync(twins);

        using var one = RealScanner.Start(database, splitFiles: SplitFiles);
        using var other = RealScanner.Start(database, splitFiles: SplitFiles);
        var scan = await twins.Tree.QueueAsync("full");
        await twins.Tree.EndOfAsync(scan);

        Assert.Equal(2, await OwnersAsync(scan, one, other));
        await twins.AssertEqualAsync(control, scan);
    }

    private static Task<int> OwnersAsync(long scan, params RealScanner[] scanners) => Task.FromResult(
        scanners.Count(s => s.Output.Contains($"Scan {scan} of target", StringComparison.Ordinal)));

    private async Task<TwinTargets> TakeBaselinesAsync()
    {
        await using var scanner = await ScannerProcess.StartAsync(database);
        return await TwinTargets.CreateAsync(database, Files, seed: 7, "batch_size = 20, workers = 2");
    }

    private async Task<long> DisturbAsync(TwinTargets twins)
    {
        await using var scanner = await ScannerProcess.StartAsync(database);
        twins.Disturb(200);
        return await twins.ScanControlAsync();
    }
}
