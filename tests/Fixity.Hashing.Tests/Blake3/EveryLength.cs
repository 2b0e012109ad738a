using System.Security.Cryptography;
using Fixity.Hashing.Blake3;

namespace Fixity.Hashing.Tests.Blake3;

/// <summary>Lengths from nothing to beyond 100 KiB, each hashed in random pieces: the same for every kernel.</summary>
internal static class EveryLength
{
    private const int MaxBytes = (100 * 1024) + 1;

    private static readonly Lazy<string> Expected = new(SummaryOfReference);

    public static byte[] Content { get; } = MakeContent();

    /// <summary>All round every block boundary of the first two chunks and every chunk boundary, and a sample between.</summary>
    public static IReadOnlyList<int> Lengths { get; } =
    [
        .. Enumerable.Range(0, 33).SelectMany(block => Round(block * 64))
            .Concat(Enumerable.Range(0, 101).SelectMany(chunk => Round(chunk * 1024)))
            .Concat(Enumerable.Range(0, 250).Select(i => i * 409))
            .Where(length => length is >= 0 and <= MaxBytes).Distinct().Order(),
    ];

    /// <summary>A digest of all digests and group digests.</summary>
    internal static string Summary(Blake3Kernel kernel)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var checksum = new Blake3Checksum(kernel, withGroups: true);
        var random = new Random(17);
        var digest = new byte[32];
        foreach (var length in Lengths)
        {
            AppendInPieces(checksum, Content.AsSpan(0, length), random);
            checksum.Finish(digest);
            all.AppendData(digest);
            all.AppendData(checksum.GroupDigests);
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>What <see cref="Summary"/> has to be.</summary>
    public static string ExpectedSummary => Expected.Value;

    private static string SummaryOfReference()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var length in Lengths)
        {
            all.AppendData(Reference.Hash(Content.AsSpan(0, length)));
            all.AppendData(Reference.GroupDigests(Content.AsSpan(0, length)));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    public static void AppendInPieces(IncrementalChecksum checksum, ReadOnlySpan<byte> content, Random random)
    {
        while (!content.IsEmpty)
        {
            var taken = Math.Min(random.Next(1, 2 << random.Next(4, 18)), content.Length);
            checksum.Append(content[..taken]);
            content = content[taken..];
        }
    }

    private static IEnumerable<int> Round(int boundary) => [boundary - 1, boundary, boundary + 1];

    private static byte[] MakeContent()
    {
        var content = new byte[MaxBytes];
        new Random(23).NextBytes(content);
        return content;
    }
}
