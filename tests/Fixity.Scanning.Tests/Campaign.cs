using Fixity.Core;
using Fixity.Storage;
using Fixity.Testing.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Scanning.Tests;

/// <summary>What happens to a tree and to the scans over it: plain data, so that a failure shrinks to what matters.</summary>
/// <param name="Limits">Workers, batch size, window, files a batch.</param>
public sealed record Campaign(int[] Limits, ScanCase[] Scans)
{
    public static Arbitrary<Campaign> Arbitrary() => Arb.From(Generator(), Shrink);

    private static Gen<Campaign> Generator() =>
        from workers in Gen.Choose(1, 4)
        from batch in Gen.Choose(1, 11)
        from window in Gen.Choose(1, 300)
        from files in Gen.Choose(1, 30)
        from scans in ScanCase.Generator().ArrayOf(5)
        select new Campaign([workers, batch, window, files], scans);

    private static IEnumerable<Campaign> Shrink(Campaign campaign)
    {
        for (var i = 0; i < campaign.Scans.Length; i++)
        {
            yield return campaign with { Scans = Without(campaign.Scans, i) };
        }

        for (var i = 0; i < campaign.Scans.Length; i++)
        {
            foreach (var smaller in campaign.Scans[i].Shrink())
            {
                var scans = (ScanCase[])campaign.Scans.Clone();
                scans[i] = smaller;
                yield return campaign with { Scans = scans };
            }
        }
    }

    internal static T[] Without<T>(T[] all, int index) => [.. all[..index], .. all[(index + 1)..]];

    public override string ToString() => $"limits {string.Join(' ', Limits)}\n{string.Join('\n', Scans.AsEnumerable())}";
}

/// <param name="Faulty">Index of a path whose folder cannot be listed; -1: none.</param>
public sealed record ScanCase(
    Mutation[] Mutations, Disturbance[] Disturbances, int DuePercent, int Salt, int Patterns, int Faulty)
{
    public static Gen<ScanCase> Generator() =>
        from mutations in Gen.Choose(0, 30).SelectMany(count => Mutation.Generator().ArrayOf(count))
        from disturbances in Gen.Choose(0, 5).SelectMany(count => Disturbance.Generator().ArrayOf(count))
        from due in Gen.Choose(0, 100)
        from salt in Gen.Choose(0, 1_000)
        from patterns in Gen.Choose(-3, PatternCases.All.Length - 1)
        from faulty in Gen.Choose(-2 * Tree.Paths.Length, Tree.Paths.Length - 1)
        select new ScanCase(mutations, disturbances, due, salt, Math.Max(patterns, 0), Math.Max(faulty, -1));

    public IEnumerable<ScanCase> Shrink()
    {
        for (var i = 0; i < Mutations.Length; i++)
        {
            yield return this with { Mutations = Campaign.Without(Mutations, i) };
        }

        for (var i = 0; i < Disturbances.Length; i++)
        {
            yield return this with { Disturbances = Campaign.Without(Disturbances, i) };
        }

        if (Patterns > 0)
        {
            yield return this with { Patterns = 0 };
        }

        if (Faulty >= 0)
        {
            yield return this with { Faulty = -1 };
        }
    }

    public bool IsDue(string path) => (uint)(path.Sum(c => c * 31) + Salt) % 100 < DuePercent;

    public override string ToString() =>
        $"scan: due {DuePercent} % ({Salt}), patterns {Patterns}, faulty {Faulty}, "
        + $"[{string.Join(", ", Mutations.AsEnumerable())}], [{string.Join(", ", Disturbances.AsEnumerable())}]";
}

public enum MutationKind
{
    Put,
    Remove,
    Touch,
    Edit,
    Rot,
    Tamper,
    Chmod,
    BreakOrMend,
    MoveCtime,
    Move,
}

/// <param name="Path">Index into <see cref="Tree.Paths"/>.</param>
public sealed record Mutation(MutationKind Kind, int Path, int Value)
{
    public static Gen<Mutation> Generator() =>
        from kind in Gen.Choose(0, (int)MutationKind.Move + 6)
        from path in Gen.Choose(0, Tree.Paths.Length - 1)
        from value in Gen.Choose(0, 10_000)
        select new Mutation(kind > (int)MutationKind.Move ? MutationKind.Put : (MutationKind)kind, path, value);

    public void ApplyTo(FakeStorage storage)
    {
        var path = Tree.Paths[Path];
        if (!storage.Files.TryGetValue(path, out var file))
        {
            Tree.Put(storage, path, new FakeFile(Content(Value), Value % 3));
            return;
        }

        switch (Kind)
        {
            case MutationKind.Remove:
                storage.Remove(path);
                break;
            case MutationKind.Move:
                storage.Remove(path);
                Tree.Put(storage, Tree.Paths[(Path + Value) % Tree.Paths.Length], file with { CtimeNs = file.CtimeNs + 1 });
                break;
            default:
                storage.Put(path, Changed(file));
                break;
        }
    }

    private FakeFile Changed(FakeFile file) => Kind switch
    {
        MutationKind.Touch => file with { MtimeNs = file.MtimeNs + 1, CtimeNs = file.CtimeNs + 1 },
        MutationKind.Edit => file with
        {
            Content = Content(Value),
            MtimeNs = file.MtimeNs + 5,
            CtimeNs = file.CtimeNs + 5,
        },
        MutationKind.Rot when file.Content.Length > 0 => file.WithFlippedBit(Value % file.Content.Length),
        MutationKind.Tamper when file.Content.Length > 0 =>
            file.WithFlippedBit(Value % file.Content.Length) with { CtimeNs = file.CtimeNs + 3 },
        MutationKind.Chmod => file with { Mode = Value % 8, CtimeNs = file.CtimeNs + 1 },
        MutationKind.BreakOrMend => file with
        {
            ReadFault = file.ReadFault is null ? StorageFault.ReadFailed : null,
        },
        _ => file with { CtimeNs = file.CtimeNs + 1 },
    };

    private static byte[] Content(int seed)
    {
        var content = new byte[seed % 4 == 0 ? seed : seed % 10];
        new Random(seed).NextBytes(content);
        return content;
    }

    public override string ToString() => $"{Kind} {Path}/{Value}";
}

public enum DisturbanceKind
{
    RefusedCommit,
    LostAnswer,
    Stop,
    Cancel,
    Split,
}

/// <param name="After">Commits or reads before it; for a split the index of the path.</param>
public sealed record Disturbance(DisturbanceKind Kind, int After)
{
    public static Gen<Disturbance> Generator() =>
        from kind in Gen.Choose(0, (int)DisturbanceKind.Split + 2)
        from after in Gen.Choose(1, 8)
        from path in Gen.Choose(0, Tree.Paths.Length - 1)
        let known = (DisturbanceKind)Math.Min(kind, (int)DisturbanceKind.Split)
        select new Disturbance(known, known == DisturbanceKind.Split ? path : after);

    public override string ToString() => $"{Kind} {After}";
}

/// <summary>The paths that a campaign is about: hostile names, up to three deep.</summary>
internal static class Tree
{
    private static readonly string[] Names =
        ["a", "a.txt", "a-b", "a0", "b", "B", "é", "z\u0001", "日本", "x\\\\y", "\\xff", " ", "~"];

    public static FilePath[] Paths { get; } =
    [
        .. Enumerable.Range(0, 60).Select(i => FilePath.FromEscaped((i % 3) switch
        {
            0 => Names[i % 13],
            1 => $"{Names[i % 7]}/{Names[i % 13]}",
            _ => $"{Names[i % 5]}/{Names[i % 7]}/{Names[i % 11]}",
        })).Distinct(),
    ];

    // A name is a file or a folder, never both.
    public static void Put(FakeStorage storage, FilePath path, FakeFile file)
    {
        if (!storage.Files.Keys.Any(other => other.IsBelow(path) || path.IsBelow(other)))
        {
            storage.Put(path, file);
        }
    }
}

/// <summary>Patterns, and what they leave out told without them.</summary>
internal sealed record PatternCases(string[] Include, string[] Exclude, Func<string[], bool> LeavesOut)
{
    public static PatternCases[] All { get; } =
    [
        new([], [], _ => false),
        new([], ["b"], names => names.Contains("b")),
        new([], ["*.txt", "!/a.txt"], names => names.Skip(1).Contains("a.txt")),
        new(["/a/", "é"], [], names => !(names.Length > 1 && names[0] == "a") && !names.Contains("é")),
        new([], ["/a/*", "!/a/b"], names => names.Length > 1 && names[0] == "a" && names[1] != "b"),
    ];

    public TargetOptions Options => new() { Include = Include, Exclude = Exclude };
}
