using System.Text.Json;

namespace Fixity.Bitrot.Tests;

public sealed class BitrotCommandTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Each_damage_is_one_line_of_json()
    {
        var paths = Enumerable.Range(0, 5).Select(i => _scratch.Write($"file{i}", 1_000)).ToList();

        var (exit, output, _) = Run("overwrite", _scratch.Folder, "--pick", "3", "--bytes", "100", "--seed", "4");

        Assert.Equal(0, exit);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        foreach (var report in lines.Select(line => JsonDocument.Parse(line).RootElement))
        {
            Assert.Contains(report.GetProperty("path").GetString(), paths);
            Assert.Equal("overwrite", report.GetProperty("kind").GetString());
            Assert.Equal(100, report.GetProperty("length").GetInt64());
            Assert.Equal(4, report.GetProperty("seed").GetInt32());
            Assert.False(report.GetProperty("mtimeRestored").GetBoolean());
        }
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("overwrite")]
    [InlineData("truncate")]
    [InlineData("edit")]
    public void Every_verb_can_restore_the_modification_time(string verb)
    {
        var path = _scratch.Write("file", 1_000);
        var content = File.ReadAllBytes(path);
        var mtime = FileTimes.Of(path).ModifiedNs;

        Assert.Equal(0, Run(verb, path, "--restore-mtime").Exit);

        Assert.Equal(mtime, FileTimes.Of(path).ModifiedNs);
        Assert.NotEqual(content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_in_words()
    {
        var (exit, output, error) = Run("flip", Path.Combine(_scratch.Folder, "missing"));

        Assert.Equal(1, exit);
        Assert.Empty(output);
        Assert.Contains("missing", error, StringComparison.Ordinal);
    }

    private static (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = BitrotCommand.Create().Parse(arguments).Invoke(new() { Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
