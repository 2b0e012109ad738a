using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Fixity.Core;
using Fixity.Query.Changes;

namespace Fixity.Query.Exports.Manifests;

/// <summary>Writes a BagIt 1.0 bag (RFC 8493) without its payload, as a zip that is made while it is sent.</summary>
internal sealed class BagWriter(ReadSnapshot snapshot, ManifestOf of)
{
    private const int ChunkBytes = 32 * 1024;

    private readonly string _algorithm = of.Algorithm.Name();
    private readonly HashAlgorithmName _digest =
        of.Algorithm == ChecksumAlgorithm.Md5 ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;

    private readonly List<(string Name, string Checksum)> _tagFiles = [];

    // A bag in an archive lies in one folder of its own.
    private string Folder => string.Create(CultureInfo.InvariantCulture, $"fixity-bag-{of.TargetId}/");

    public async Task<ManifestTotals> WriteAsync(PipeWriter output, CancellationToken cancellation)
    {
        var totals = new ManifestTotals();
        await using (var zip = await ZipArchive.CreateAsync(
            output.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellation))
        {
            await WriteTagFileAsync(
                zip, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", cancellation);
            await Export.FlushAsync(output, cancellation);
            await WriteTagFileAsync(
                zip, $"manifest-{_algorithm}.txt", write => WritePayloadAsync(write, totals, cancellation), cancellation);
            if (totals.LeftOut > 0)
            {
                await WriteTagFileAsync(zip, "left-out.txt", write => WriteLeftOutAsync(write, cancellation), cancellation);
            }

            await WriteTagFileAsync(zip, "bag-info.txt", Info(totals), cancellation);
            var tags = string.Concat(_tagFiles.Select(file => $"{file.Checksum}  {file.Name}\n"));
            await WriteTagFileAsync(zip, $"tagmanifest-{_algorithm}.txt", tags, cancellation);
        }

        return totals;
    }

    /// <summary>LF, CR and % are the only characters that RFC 8493 encodes.</summary>
    internal static string Encode(string name) => name
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);

    private async Task WritePayloadAsync(
        Func<string, Task> write, ManifestTotals totals, CancellationToken cancellation)
    {
        await foreach (var entry in await ManifestFiles.ReadAsync(snapshot, of, cancellation))
        {
            if (ManifestRules.Judge(ManifestFormat.Bagit, entry) != LeftOut.No)
            {
                totals.Omit();
                continue;
            }

            totals.Add(entry);
            await write($"{Convert.ToHexStringLower(entry.Checksum!)}  data/{Encode(Encoding.UTF8.GetString(entry.Name))}\n");
        }
    }

    // Read a second time rather than kept: it may be all of them.
    private async Task WriteLeftOutAsync(Func<string, Task> write, CancellationToken cancellation)
    {
        await foreach (var entry in await ManifestFiles.ReadAsync(snapshot, of, cancellation))
        {
            if (ManifestRules.Judge(ManifestFormat.Bagit, entry) is not LeftOut.No and var reason)
            {
                var name = FilePath.FromRaw(entry.Name).ToString();
                await write($"{reason.Words(of.Algorithm)}: data/{Encode(name)}\n");
            }
        }
    }

    // Metadata of the bag in the words of RFC 8493; with files left out it is not the whole payload, and says so.
    private string Info(ManifestTotals totals)
    {
        var place = of.Base.Length == 0 ? "" : $", folder {of.Base.TrimEnd('/')}";
        var left = totals.LeftOut == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"Fixity-Left-Out: {totals.LeftOut} (see left-out.txt)\n");
        return string.Create(CultureInfo.InvariantCulture, $"""
            Bagging-Date: {of.At:yyyy-MM-dd}
            Payload-Oxum: {totals.Bytes}.{totals.Listed}
            Bag-Software-Agent: Fixity {ProductVersion.Text}
            External-Description: {OneLine($"Target {of.TargetName}{place}, as recorded at {of.At:yyyy-MM-ddTHH:mm:ssZ}")}
            Fixity-Damaged: {totals.Damaged}
            {left}
            """).TrimEnd('\n') + "\n";
    }

    private static string OneLine(string text) =>
        string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));

    private Task WriteTagFileAsync(ZipArchive zip, string name, string text, CancellationToken cancellation) =>
        WriteTagFileAsync(zip, name, write => write(text), cancellation);

    private async Task WriteTagFileAsync(
        ZipArchive zip, string name, Func<Func<string, Task>, Task> fill, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(_digest);
        var entry = zip.CreateEntry(Folder + name, CompressionLevel.Fastest);
        entry.LastWriteTime = of.At;
        var chunk = new ArrayBufferWriter<byte>(ChunkBytes * 2);
        await using (var stream = await entry.OpenAsync(cancellation))
        {
            await fill(async text =>
            {
                Encoding.UTF8.GetBytes(text, chunk);
                if (chunk.WrittenCount >= ChunkBytes)
                {
                    await PourAsync(stream);
                }
            });
            await PourAsync(stream);
        }

        _tagFiles.Add((name, Convert.ToHexStringLower(digest.GetHashAndReset())));

        async Task PourAsync(Stream stream)
        {
            digest.AppendData(chunk.WrittenSpan);
            await stream.WriteAsync(chunk.WrittenMemory, cancellation);
            chunk.ResetWrittenCount();
        }
    }
}
