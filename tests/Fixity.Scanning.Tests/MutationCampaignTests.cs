namespace Fixity.Scanning.Tests;

/// <summary>Thousands of seeded acts on real files: no edit is called rot, no rot is called edit.</summary>
public sealed class MutationCampaignTests
{
    private const int ActsPerScan = 50;

    private static readonly int Acts = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 5_000 : 500;

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task Every_act_gets_its_own_verdict()
    {
        using var tree = new MutatedTree(seed: 4, files: 200);
        await tree.ScanAsync();
        for (var acts = 0; acts < Acts; acts += ActsPerScan)
        {
            tree.Mutate(ActsPerScan);
            await tree.ScanAsync();

            Assert.Equal(tree.Expected.Order(StringComparer.Ordinal), tree.Baseline.Events.Order(StringComparer.Ordinal));
            AssertDamageIsFound(tree);
        }
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task Writers_at_work_meanwhile_change_no_verdict_and_get_none_of_rot()
    {
        using var tree = new MutatedTree(seed: 5, files: 100);
        var busy = Directory.CreateDirectory(Path.Join(tree.Root, "busy")).FullName;
        using var done = new CancellationTokenSource();
        Task[] writers = [WriteAsync(busy, 1, done.Token), WriteAsync(busy, 2, done.Token)];
        await tree.ScanAsync();
        for (var acts = 0; acts < Acts / 2; acts += ActsPerScan)
        {
            tree.Mutate(ActsPerScan);
            await tree.ScanAsync();

            var ofWriters = tree.Baseline.Events.ToLookup(e => e.Contains(" busy/", StringComparison.Ordinal));
            Assert.Equal(tree.Expected.Order(StringComparer.Ordinal), ofWriters[false].Order(StringComparer.Ordinal));
            Assert.DoesNotContain(
                ofWriters[true], e => e.StartsWith("corrupted", StringComparison.Ordinal)
                    || e.StartsWith("tampered", StringComparison.Ordinal));
        }

        await done.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Contains(tree.Baseline.Rows.Keys, path => path.ToString().StartsWith("busy/", StringComparison.Ordinal));
    }

    private static void AssertDamageIsFound(MutatedTree tree)
    {
        foreach (var file in tree.Baseline.Batches.SelectMany(batch => batch.Corrupted))
        {
            var wound = tree.Wounds.Single(wound => wound.Path == file.Path.ToString());
            if (file.Metadata.SizeBytes <= 1 << 20)
            {
                Assert.Null(file.Damage);
                continue;
            }

            // Whole groups of 64 KiB, and just those that were hit.
            var range = Assert.Single(file.Damage ?? []);
            Assert.InRange(wound.Offset, range.Offset, range.Offset + range.Length - 1);
            Assert.InRange(wound.Offset + wound.Length, range.Offset, range.Offset + range.Length);
            Assert.InRange(range.Length, 1, 64 * 1024);
        }
    }

    // In place and by replacement, of one size, so that torn reads and swapped files are possible and only times can tell.
    private static Task WriteAsync(string folder, int writer, CancellationToken stop) => Task.Run(
        () =>
        {
            var random = new Random(writer);
            var content = new byte[8_000];
            while (!stop.IsCancellationRequested)
            {
                random.NextBytes(content);
                var path = Path.Join(folder, $"{writer}-{random.Next(20)}");
                if (random.Next(2) == 0)
                {
                    File.WriteAllBytes(path, content);
                }
                else
                {
                    File.WriteAllBytes(path + ".new", content);
                    File.Move(path + ".new", path, overwrite: true);
                }
            }
        },
        CancellationToken.None);
}
