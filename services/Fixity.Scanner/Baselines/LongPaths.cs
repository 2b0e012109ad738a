using System.Security.Cryptography;
using Fixity.Core;
using Fixity.Scanning;

namespace Fixity.Scanner.Baselines;

/// <summary>Keeps paths that no index of PostgreSQL can hold out of the tables: each is a recorded fault of its own
/// instead of one that stops the scan.</summary>
internal static class LongPaths
{
    private const string Kind = "path_too_long";

    // An index entry holds 2,704 bytes, of which the columns beside the path need some.
    private const int LongestBytes = 2_500;

    private const int ShownCharacters = 500;

    private static bool Fits(FilePath path) => path.Bytes.Length <= LongestBytes;

    /// <summary>Takes the files and ranges that cannot be recorded out of the batch, and adds a fault for each.</summary>
    public static void Remove(ScanBatch batch)
    {
        // A path that long has no row, so only what is new can carry one.
        List<FilePath> tooLong =
        [
            .. batch.Appeared.Select(f => f.Path).Where(p => !Fits(p)),
            .. batch.Unreadable.Select(f => f.Path).Where(p => !Fits(p)),
            .. batch.UnknownRanges.Select(r => r.Prefix).Where(p => !Fits(p)),
            .. batch.Mounts.Select(m => m.Key).Where(p => !Fits(p)),
        ];
        if (tooLong.Count == 0)
        {
            return;
        }

        batch.Appeared.RemoveAll(f => !Fits(f.Path));
        batch.Unreadable.RemoveAll(f => !Fits(f.Path));
        batch.UnknownRanges.RemoveAll(r => !Fits(r.Prefix));
        batch.Mounts.RemoveAll(m => !Fits(m.Key));
        batch.Errors.AddRange(tooLong.Select(p => new ScanFault(
            p, Kind, $"The path has {p.Bytes.Length} bytes; up to {LongestBytes} can be recorded.")));
    }

    /// <summary>The path as a fault names it: a long one is cut, and told from others cut alike by its hash.</summary>
    public static string Shown(FilePath path)
    {
        var text = path.ToString();
        if (Fits(path))
        {
            return text;
        }

        // Half a surrogate pair would be refused as text.
        var length = char.IsHighSurrogate(text[ShownCharacters - 1]) ? ShownCharacters - 1 : ShownCharacters;
        return $"{text[..length]}…{Convert.ToHexStringLower(SHA256.HashData(path.Bytes)[..4])}";
    }
}
