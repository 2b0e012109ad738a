using System.Net;
using System.Text;
using Fixity.Core;

namespace Fixity.Query.Tests.Exports;

/// <summary>Manifests, judged by the tools that they are for.</summary>
[Trait("Category", "Database")]
public sealed class ManifestTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task Sha256sum_finds_every_file_as_it_should_be_whatever_its_name()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);

        var list = await SaveAsync(tree, $"target={target}&format=sha256sum");
        var (exitCode, said) = await tree.RunAsync("sha256sum", "--check", "--strict", list);

        Assert.True(exitCode == 0, said);
        Assert.Equal(OddTree.Names.Length, said.Split(": OK\n").Length - 1);
    }

    [Fact]
    public async Task Sha256sum_finds_the_damage_and_the_list_says_of_what_it_lists()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);
        await query.Database.ExecuteAsync($"""
            update scanner.files set state = 3, observed_checksum = '\xab', state_since = '2026-01-02Z'
            where target_id = {target} and path = 'plain';
            update scanner.files set checksum = null, algorithm = null, state = 4 where target_id = {target} and path = '#hash';
            update scanner.files set algorithm = 1 where target_id = {target} and path = '%%%%';
            update scanner.files set algorithm = 1, checksum = sha256('x'), previous_algorithm = 2, previous_checksum = checksum
            where target_id = {target} and path = 'a,b';
            update scanner.files set state = 2 where target_id = {target} and path = '-';
            update scanner.files set state = 6 where target_id = {target} and path = '--help';
            """);
        await File.WriteAllTextAsync(Path.Join(tree.Root.FullName, "plain"), "rot");

        var list = await SaveAsync(tree, $"target={target}&format=sha256sum");
        var text = await File.ReadAllTextAsync(list, Encoding.Latin1);
        var (exitCode, said) = await tree.RunAsync("sha256sum", "--check", "--strict", list);

        Assert.Equal(1, exitCode);
        Assert.Equal(["./plain: FAILED"], said.Split('\n').Where(line => line.EndsWith("FAILED", StringComparison.Ordinal)));
        Assert.Equal(OddTree.Names.Length - 5, said.Split(": OK\n").Length - 1);
        Assert.Contains("# damaged since 2026-01-02T00:00:00Z, listed as it should be: plain\n", text, StringComparison.Ordinal);
        Assert.Contains("# left out, never read to its end: #hash\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "# left out, not read since the target's algorithm became sha256: %%%%\n", text, StringComparison.Ordinal);
        Assert.Contains("./a,b\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("./--help", text, StringComparison.Ordinal);
        Assert.Matches($@"# end: {OddTree.Names.Length - 4} listed, \d+ bytes; 1 of them damaged; 2 left out\n$", text);
    }

    [Fact]
    public async Task Md5sum_reads_the_same_of_a_target_that_keeps_it()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Md5);

        var (exitCode, said) = await tree.RunAsync(
            "md5sum", "--check", "--strict", await SaveAsync(tree, $"target={target}&format=md5sum"));

        Assert.True(exitCode == 0, said);
    }

    [ToolFact("b3sum")]
    public async Task B3sum_finds_every_file_whose_name_it_can_read_and_is_told_of_the_others_first()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Blake3);

        var (status, problem) = await query.GetProblemAsync($"/exports/manifest?target={target}&format=b3sum");
        var list = await SaveAsync(tree, $"target={target}&format=b3sum&incomplete=true");
        var (exitCode, said) = await tree.RunAsync("b3sum", "--check", list);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("urn:fixity:problem:manifest-incomplete", problem.GetProperty("type").GetString());
        // One that is no UTF-8 and one with the mark that b3sum puts in such a place.
        Assert.StartsWith("2 files", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(exitCode == 0, said);
        Assert.Equal(OddTree.Names.Length - 2, said.Split(": OK\n").Length - 1);

        // A folder whose names are all fine needs no leave.
        var folder = await SaveAsync(tree, $"target={target}&format=b3sum&path=sub");
        Assert.EndsWith("  ./\U0001F600/x\n", await File.ReadAllTextAsync(folder), StringComparison.Ordinal);
    }

    [ToolFact("hashdeep")]
    public async Task Hashdeep_audits_the_tree_by_it()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);

        var list = await SaveAsync(tree, $"target={target}&format=hashdeep");
        var text = await File.ReadAllTextAsync(list, Encoding.Latin1);
        var whole = await tree.RunAsync("hashdeep", "-a", "-k", list, "-r", "-l", "-v", ".");

        // It has no way to write a line end in a name: those that have one are named as left out, and then they are new.
        Assert.Contains("## left out, its name cannot be written in this format: new\\nline\n", text, StringComparison.Ordinal);
        Assert.Equal(1, whole.ExitCode);
        Assert.Matches("New files found: +3\n", whole.Said);
        Assert.Matches("Files moved: +0\n", whole.Said);

        foreach (var name in new[] { "new\nline", "end\n", "endcr\r" })
        {
            File.Delete(Path.Join(tree.Root.FullName, name));
        }

        var (exitCode, said) = await tree.RunAsync("hashdeep", "-a", "-k", list, "-r", "-l", "-v", ".");
        Assert.True(exitCode == 0, said);
        Assert.Contains("Audit passed", said, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Join(tree.Root.FullName, "plain"), "rot");
        Assert.Equal(1, (await tree.RunAsync("hashdeep", "-a", "-k", list, "-r", "-l", ".")).ExitCode);
    }

    [Fact]
    public async Task Names_are_relative_to_the_folder_that_was_asked_for()
    {
        using var tree = await TreeAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);

        Assert.Equal(["./\U0001F600/x"], await NamesAsync($"target={target}&format=sha256sum&path=sub"));
        Assert.Equal(["./x"], await NamesAsync($"target={target}&format=sha256sum&path=sub/\U0001F600/x"));
    }

    [Fact]
    public async Task What_a_target_does_not_keep_is_refused_with_both_names()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFilesAsync(target, "a");
        foreach (var format in new[] { "sha256sum", "md5sum", "hashdeep", "bagit" })
        {
            var (status, problem) = await query.GetProblemAsync($"/exports/manifest?target={target}&format={format}");

            Assert.Equal(HttpStatusCode.Conflict, status);
            Assert.Equal("urn:fixity:problem:other-algorithm", problem.GetProperty("type").GetString());
            var detail = problem.GetProperty("detail").GetString()!;
            Assert.Contains("blake3", detail, StringComparison.Ordinal);
            Assert.Contains(format == "md5sum" ? "md5" : "sha256", detail, StringComparison.Ordinal);
            Assert.EndsWith("Ask for b3sum.", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_empty_list_is_not_made()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.AddFileAsync(target, "gone", state: 2);

        foreach (var path in new[]
        {
            $"target={target}&format=b3sum", $"target={target}&format=b3sum&path=gone", "target=987654&format=b3sum",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync($"/exports/manifest?{path}")).Status);
        }
    }

    private static async Task<OddTree> TreeAsync()
    {
        var tree = new OddTree();
        await tree.FillAsync();
        return tree;
    }

    private async Task<string[]> NamesAsync(string asked)
    {
        var text = await query.Client.GetStringAsync(new Uri($"/api/v1/exports/manifest?{asked}", UriKind.Relative));
        return [.. text.Split('\n').Where(line => line.Length > 66 && line[0] != '#').Select(line => line[66..])];
    }

    /// <summary>Beside the tree, where the tools do not take it for one of the files.</summary>
    private async Task<string> SaveAsync(OddTree tree, string asked)
    {
        using var response = await query.Client.GetAsync(new Uri($"/api/v1/exports/manifest?{asked}", UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var path = tree.Root.FullName + "." + response.Content.Headers.ContentDisposition!.FileName!.Trim('"');
        await using var file = File.Create(path);
        await response.Content.CopyToAsync(file);
        return path;
    }
}
