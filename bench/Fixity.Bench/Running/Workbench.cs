using Fixity.Bench.Trees;

namespace Fixity.Bench.Running;

/// <summary>What every job of one run shares: the folder, the sizes, the trees, the database server and our program.</summary>
internal sealed record Workbench(string Folder, bool IsQuick, Cluster Cluster)
{
    private readonly HashSet<string> _warm = new(StringComparer.Ordinal);

    public static string Program { get; } =
        Shell.Quote(Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path."));

    public int Rounds => IsQuick ? 3 : 5;

    public TreeShape MixedShape => new("mixed", IsQuick ? 10_000 : 100_000, 0, 1);

    /// <summary>So much that hashing takes long beside the start of a second scanner, which is not what is measured.</summary>
    public TreeShape SharedShape => new("even", IsQuick ? 4_000 : 8_000, 1 << 20, 8);

    public TreeShape SmallShape => new("small", IsQuick ? 100_000 : 1_000_000, 0, 2);

    public TreeShape BigShape => new("big", 1, IsQuick ? 1L << 30 : 8L << 30, 3);

    public TreeShape ShareBigShape => new("big", 1, IsQuick ? 256L << 20 : 1L << 30, 5);

    public TreeShape ShareSmallShape => new("even", IsQuick ? 2_000 : 10_000, 4_096, 6);

    public static TreeShape ShareListShape { get; } = new("small", 50_000, 0, 7);

    public TreeShape[] FlatShapes =>
        [.. (IsQuick ? [1_000L, 10_000, 100_000] : new[] { 10_000L, 100_000, 1_000_000 })
            .Select(files => new TreeShape("flat", files, 0, 4))];

    /// <summary>The folder of a tree, made if it is not there.</summary>
    public string Tree(TreeShape shape)
    {
        var folder = Path.Combine(Folder, "trees", shape.FolderName);
        if (_warm.Add(folder))
        {
            JobRunner.Say($"tree {TreeMaker.Describe(shape)}");
            Directory.CreateDirectory(Path.Combine(Folder, "trees"));
            TreeMaker.Make(folder, shape);
        }

        return folder;
    }

    /// <summary>Every path of the tree, with NUL between: what <c>xargs -0 -a</c> takes.</summary>
    public static async Task<string> ListAsync(string tree, CancellationToken cancellation)
    {
        var list = tree + ".list";
        await Shell.RunAsync($"find {Shell.Quote(tree)} -type f -print0 | LC_ALL=C sort -z > {Shell.Quote(list)}", cancellation);
        return list;
    }

    public static Participant Ours(string name, string arguments) => new(name, $"{Program} {arguments}") { IsFixity = true };
}
