using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Fixity.Core;

namespace Fixity.Query.Tests.Exports;

/// <summary>Bags, read by the letter of RFC 8493.</summary>
[Trait("Category", "Database")]
public sealed partial class BagTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_bag_is_whole_once_its_payload_is_beside_it()
    {
        using var tree = new OddTree();
        await tree.FillAsync();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);

        var bag = await OpenAsync($"target={target}&format=bagit");

        Assert.All(bag.Keys, name => Assert.StartsWith($"fixity-bag-{target}/", name, StringComparison.Ordinal));
        Assert.Equal(
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", Text(bag, target, "bagit.txt"));
        var listed = Lines(Text(bag, target, "manifest-sha256.txt"));
        var bytes = 0L;
        foreach (var (checksum, path) in listed)
        {
            // Decoded as the RFC says, and read as a tool would.
            var name = Decode(path["data/".Length..]);
            var content = await File.ReadAllBytesAsync(Path.Join(tree.Root.FullName, name));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), checksum);
            bytes += content.Length;
        }

        // All but the one that is no UTF-8, which is named apart.
        Assert.Equal(OddTree.Names.Length - 1, listed.Select(line => line.Path).Distinct().Count());
        var info = Text(bag, target, "bag-info.txt");
        Assert.Contains($"\nPayload-Oxum: {bytes}.{listed.Count}\n", info, StringComparison.Ordinal);
        Assert.All(info.TrimEnd('\n').Split('\n'), line => Assert.Matches("^[A-Za-z-]+: .+", line));
        Assert.Contains("\nFixity-Left-Out: 1 ", info, StringComparison.Ordinal);
        Assert.Equal(
            "its name cannot be written in this format: data/bad\\xff\n", Text(bag, target, "left-out.txt"));
        Assert.Equal(
            [
                .. bag.Where(file => !file.Key.Contains("tagmanifest", StringComparison.Ordinal))
                    .Select(file => (Convert.ToHexStringLower(SHA256.HashData(file.Value)), file.Key[(file.Key.IndexOf('/', StringComparison.Ordinal) + 1)..]))
                    .OrderBy(file => file.Item2, StringComparer.Ordinal),
            ],
            Lines(Text(bag, target, "tagmanifest-sha256.txt")).OrderBy(file => file.Path, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_bag_of_md5_and_of_a_folder_alone_has_neither_more_nor_less()
    {
        var target = await query.Database.AddTargetAsync(name: "line\nbreak");
        await query.Database.AddFilesAsync(target, "a/b", "a/c/d", "e");
        await query.Database.ExecuteAsync($"""
            update scheduler.targets set checksum_algorithm = 3 where id = {target};
            update scanner.files set algorithm = 3, checksum = decode(md5(path), 'hex') where target_id = {target}
            """);

        var bag = await OpenAsync($"target={target}&format=bagit&path=a");

        Assert.Equal(["data/b", "data/c/d"], Lines(Text(bag, target, "manifest-md5.txt")).Select(line => line.Path));
        Assert.Equal(4, bag.Count);
        Assert.Contains("Target line break, folder a,", Text(bag, target, "bag-info.txt"), StringComparison.Ordinal);
        Assert.Contains($"fixity-bag-{target}/tagmanifest-md5.txt", bag.Keys);
    }

    [ToolFact("unzip")]
    public async Task A_zip_that_was_made_while_it_was_sent_is_sound()
    {
        using var tree = new OddTree();
        var target = await tree.RecordAsync(query.Database, ChecksumAlgorithm.Sha256);
        var path = tree.Root.FullName + ".zip";
        await File.WriteAllBytesAsync(path, await query.Client.GetByteArrayAsync(
            new Uri($"/api/v1/exports/manifest?target={target}&format=bagit", UriKind.Relative)));

        var (exitCode, said) = await tree.RunAsync("unzip", "-t", path);

        Assert.True(exitCode == 0, said);
    }

    private static string Decode(string path) => Encoded().Replace(path, found => found.Value switch
    {
        "%25" => "%",
        "%0D" => "\r",
        "%0A" => "\n",
        _ => throw new InvalidDataException($"{found.Value} needs no encoding."),
    });

    private static List<(string Checksum, string Path)> Lines(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return
        [
            .. text[..^1].Split('\n').Select(line =>
            {
                var found = Line().Match(line);
                Assert.True(found.Success, line);
                return (found.Groups[1].Value, found.Groups[2].Value);
            }),
        ];
    }

    private static string Text(Dictionary<string, byte[]> bag, int target, string name) =>
        Encoding.UTF8.GetString(bag[$"fixity-bag-{target}/{name}"]);

    private async Task<Dictionary<string, byte[]>> OpenAsync(string asked)
    {
        var bytes = await query.Client.GetByteArrayAsync(new Uri($"/api/v1/exports/manifest?{asked}", UriKind.Relative));
        await using var zip = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var content = new MemoryStream();
            await using var stream = await entry.OpenAsync();
            await stream.CopyToAsync(content);
            files.Add(entry.FullName, content.ToArray());
        }

        return files;
    }

    [GeneratedRegex("^([0-9a-f]+)[ \t]+(.+)$", RegexOptions.Singleline)]
    private static partial Regex Line();

    [GeneratedRegex("%..", RegexOptions.Singleline)]
    private static partial Regex Encoded();
}
