using System.Text;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>Random trees, random changes, random interruptions: what the engine leaves behind equals a naive model.</summary>
public sealed class ScanEqualsModelTests
{
    private static readonly string[] Names =
        ["a", "a.txt", "a-b", "a0", "b", "B", "é", "z\u0001", "日本", "x\\\\y", "\\xff", " ", "~"];

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 25));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_any_interruptions_rows_and_events_equal_those_of_the_model(int seed)
    {
        for (var variant = 0; variant < 4; variant++)
        {
            await CampaignAsync(new Random((seed * 100) + variant));
        }
    }

    private static async Task CampaignAsync(Random random)
    {
        using var run = new SegmentRun();
        run.Limits = run.Limits with
        {
            Workers = random.Next(1, 5),
            BatchSize = random.Next(1, 12),
            Window = random.Next(1, 20),
            ProgressFiles = random.Next(1, 30),
        };
        var model = new NaiveModel();
        for (var scan = 0; scan < 5; scan++)
        {
            Mutate(run.Storage, random);
            var salt = random.Next();
            var percent = random.Next(0, 101);
            bool IsDue(string path) => (uint)(Encoding.UTF8.GetBytes(path).Sum(b => b * 31) + salt) % 100 < percent;

            run.Baseline.IsDue = row => IsDue(row.Path.ToString());
            run.Baseline.NewScan();
            await ScanWithInterruptionsAsync(run, random);
            model.Scan(run.Storage, IsDue);

            Assert.Equal(model.Describe(), NaiveModel.Describe(run.Baseline));
            Assert.Equal(
                model.Events.Order(StringComparer.Ordinal), run.Baseline.Events.Order(StringComparer.Ordinal));
        }
    }

    private static async Task ScanWithInterruptionsAsync(SegmentRun run, Random random)
    {
        for (var left = random.Next(0, 6); !run.Baseline.IsFinished; left--)
        {
            using var process = new FakeRestart(run);
            using var cancel = new CancellationTokenSource();
            Disturb(run, left > 0 ? random.Next(5) : 0, random.Next(1, 8), process, cancel);
            try
            {
                await process.GoOnAsync(cancel.Token);
            }
            catch (Exception lost) when (lost is DatabaseLostException or OperationCanceledException)
            {
                // As a killed process or a lost database would leave it: the next one goes on from the checkpoint.
            }
        }
    }

    private static void Disturb(
        SegmentRun run, int kind, int after, FakeRestart process, CancellationTokenSource cancel)
    {
        var batches = 0;
        var reads = 0;
        run.Baseline.Committing = _ => kind == 1 && ++batches == after ? throw new DatabaseLostException() : Task.CompletedTask;
        run.Baseline.Committed = _ =>
        {
            if (kind == 2 && ++batches == after)
            {
                throw new DatabaseLostException();
            }
        };
        run.Storage.Reading = async (_, _, _) =>
        {
            if (kind == 3 && Interlocked.Increment(ref reads) == after)
            {
                process.Control.Stop();
            }
            else if (kind == 4 && Interlocked.Increment(ref reads) == after)
            {
                await cancel.CancelAsync();
            }
        };
    }

    private static void Mutate(FakeStorage storage, Random random)
    {
        storage.ListingFaults.Clear();
        var paths = storage.Files.Keys.ToList();
        for (var change = random.Next(0, 30); change > 0; change--)
        {
            var known = paths.Count > 0 && random.Next(3) > 0;
            var path = known ? paths[random.Next(paths.Count)] : RandomPath(random);
            if (!known || !storage.Files.TryGetValue(path, out var file))
            {
                // A name is a file or a folder, never both.
                if (!storage.Files.Keys.Any(other => other.IsBelow(path) || path.IsBelow(other)))
                {
                    storage.Put(path, new FakeFile(RandomContent(random), random.Next(1, 4)));
                }

                continue;
            }

            switch (random.Next(7))
            {
                case 0:
                    storage.Remove(path);
                    break;
                case 1:
                    storage.Put(path, file with { MtimeNs = file.MtimeNs + random.Next(1, 3) });
                    break;
                case 2:
                    storage.Put(path, file with { Content = RandomContent(random), MtimeNs = file.MtimeNs + 5 });
                    break;
                case 3 when file.Content.Length > 0:
                    storage.Put(path, file.WithFlippedBit(random.Next(file.Content.Length)));
                    break;
                case 4:
                    storage.Put(path, file with { Mode = random.Next(8) });
                    break;
                case 5:
                    storage.Put(path, file with { ReadFault = file.ReadFault is null ? StorageFault.ReadFailed : null });
                    break;
                default:
                    storage.Put(path, file with { CtimeNs = file.CtimeNs + 1 });
                    break;
            }
        }

        if (random.Next(3) == 0 && paths.Count > 0)
        {
            storage.ListingFaults[paths[random.Next(paths.Count)].Parent.AsRangeKey()] = StorageFault.Denied;
        }
    }

    private static FilePath RandomPath(Random random) => FilePath.FromEscaped(
        string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)])));

    private static byte[] RandomContent(Random random)
    {
        var content = new byte[random.Next(4) == 0 ? random.Next(0, 10_000) : random.Next(0, 10)];
        random.NextBytes(content);
        return content;
    }

    private sealed class DatabaseLostException : Exception;
}
