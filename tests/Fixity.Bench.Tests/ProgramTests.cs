using System.Diagnostics;
using System.Globalization;
using Fixity.Bench.Measured;
using Fixity.Bench.Trees;
using Fixity.Testing.Postgres;

namespace Fixity.Bench.Tests;

/// <summary>The programs of the benchmark as processes, on fifty files: that they run, and count what is there.</summary>
public sealed class ProgramTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const int Files = 50;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-bench-");

    private string Tree => Path.Combine(_folder.FullName, "tree");

    [Fact]
    public async Task The_programs_count_every_file_and_byte()
    {
        await MakeTreeAsync();
        var bytes = Directory.EnumerateFiles(Tree, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

        var walk = await RunAsync("walk", Tree);
        var hash = await RunAsync("hash", Tree, "--threads", "2", "--repeat", "2");

        Assert.Equal((Files, bytes), (walk.Files, walk.Bytes));
        Assert.Equal((2 * Files, 2 * bytes), (hash.Files, hash.Bytes));
        Assert.Equal(64, hash.Checksum?.Length);
        Assert.True(hash.PeakBytes > 1 << 20);
        Assert.True(hash.CpuSeconds > 0);
    }

    [Fact]
    public async Task A_scan_records_the_tree_and_a_second_one_writes_nothing()
    {
        await MakeTreeAsync();

        var first = await RunAsync("scan", Tree, "--database", database.ConnectionString);
        var (rows, written) = await ReadRowsAsync();
        var second = await RunAsync("scan", Tree, "--database", database.ConnectionString);

        Assert.Equal(("completed", "completed"), (first.Status, second.Status));
        Assert.Equal((Files, Files), (first.Files, second.Files));
        Assert.Equal(Files, rows);
        Assert.Equal((rows, written), await ReadRowsAsync());
        Assert.True(first.WalBytes > 0);
        Assert.True(first.Bytes > 0);
        Assert.Equal(0, second.Bytes);
    }

    [Fact]
    public async Task What_is_ingested_is_what_the_baseline_gives()
    {
        const int Rows = 2_500;

        var ingest = await RunAsync("ingest", "--rows", $"{Rows}", "--database", database.ConnectionString);
        var target = await database.ScalarAsync<int>("select id from scheduler.targets where root = '/bench/ingest'");
        var baseline = await RunAsync("baseline", "--target", $"{target}", "--database", database.ConnectionString);

        Assert.Equal((Rows, Rows), (ingest.Files, baseline.Files));
    }

    [Fact]
    public async Task Churn_rewrites_so_many_files_and_no_others()
    {
        await MakeTreeAsync();
        var before = Contents();

        await RunBareAsync("churn", Tree, "--every", "10", "--seed", "1");

        Assert.Equal(Files / 10, Contents().Count(now => before[now.Key] != now.Value));
    }

    [Theory]
    [InlineData("mixed")]
    [InlineData("small")]
    [InlineData("flat")]
    public void A_shape_and_a_seed_decide_every_byte(string kind)
    {
        var shape = new TreeShape(kind, 120, 0, Seed: 5);
        TreeMaker.Make(Tree, shape);
        var first = Contents();
        TreeMaker.Make(Path.Combine(_folder.FullName, "other"), shape);

        Assert.Equal(120, first.Count);
        Assert.Equal(
            first.Values.Order(),
            Contents(Path.Combine(_folder.FullName, "other")).Values.Order());
    }

    [Fact]
    public void A_folder_of_somebody_elses_is_left_alone()
    {
        Directory.CreateDirectory(Tree);
        File.WriteAllText(Path.Combine(Tree, "mine"), "precious");

        Assert.Throws<ArgumentException>(() => TreeMaker.Make(Tree, new TreeShape("mixed", 1, 0, 1)));
        Assert.True(File.Exists(Path.Combine(Tree, "mine")));
    }

    [Fact]
    public async Task A_wrong_word_is_said_and_is_no_success()
    {
        using var process = Start("hash");
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("the folder", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<string> MakeTreeAsync() =>
        RunBareAsync("make-tree", Tree, "--shape", "mixed", "--files", Files.ToString(CultureInfo.InvariantCulture));

    /// <summary>How many rows the tree has, and the last transaction that wrote one of them.</summary>
    private async Task<(long Rows, long Transaction)> ReadRowsAsync() => (
        await database.ScalarAsync<long>($"""
            select count(*) from scanner.files f join scheduler.targets t on t.id = f.target_id where t.root = '{Tree}'
            """),
        await database.ScalarAsync<long>($"""
            select max(f.xmin::text::bigint) from scanner.files f join scheduler.targets t on t.id = f.target_id
            where t.root = '{Tree}'
            """));

    private Dictionary<string, string> Contents(string? tree = null) =>
        Directory.EnumerateFiles(tree ?? Tree, "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, f => Convert.ToHexString(File.ReadAllBytes(f)), StringComparer.Ordinal);

    private static async Task<Figures> RunAsync(params string[] arguments) =>
        Figures.Parse(await RunBareAsync(arguments));

    private static async Task<string> RunBareAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return output;
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(Figures).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
