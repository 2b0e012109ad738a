using System.Globalization;

namespace Fixity.Bench.Trees;

/// <summary>What a tree of the benchmarks looks like. The same shape and seed give the same bytes everywhere.</summary>
/// <param name="Kind"><c>mixed</c>: 4 to 64 KiB, evenly over the logarithm; <c>small</c>: 99 of 100 empty, the others
/// 256 bytes; <c>flat</c>: the same in one folder; <c>even</c>: files of <paramref name="Bytes"/> each; <c>big</c>: the same
/// in one folder, of whole MiB.</param>
internal sealed record TreeShape(string Kind, long Files, long Bytes, int Seed)
{
    public const int FilesPerFolder = 100;
    public const int SmallBytes = 256;
    private const double LeastMixed = 4_096;
    private const double MostMixed = 65_536;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} files={Files} bytes={Bytes} seed={Seed}");

    /// <summary>Its own, where files of a kind may be of several sizes.</summary>
    public string FolderName => string.Create(
        CultureInfo.InvariantCulture, $"{Kind}-{Files}{(Bytes == 0 ? null : -Bytes)}");

    public string FolderOf(long file) => Kind switch
    {
        "flat" or "big" => "",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"section-{file / (100 * FilesPerFolder):d4}/folder-{file / FilesPerFolder:d6}"),
    };

    public static string NameOf(long file) => string.Create(CultureInfo.InvariantCulture, $"document-{file:d9}.bin");

    public long SizeOf(long file) => Kind switch
    {
        "mixed" => (long)(LeastMixed * Math.Pow(MostMixed / LeastMixed, Fraction(file))),
        "small" or "flat" => file % 100 == 0 ? SmallBytes : 0,
        "big" or "even" => Bytes,
        _ => throw new ArgumentException($"There is no shape {Kind}."),
    };

    // A hash of the number and not a random sequence: files may be made in any order by several threads.
    private double Fraction(long file)
    {
        var mixed = (ulong)(file + 1 + (long)Seed * 1_000_003) * 0x9E3779B97F4A7C15UL;
        mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9UL;
        return (mixed >> 11) / (double)(1UL << 53);
    }
}
