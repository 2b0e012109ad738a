namespace Fixity.Bitrot;

/// <summary>Chooses victims: random regular files below a folder, the same ones for the same seed.</summary>
public static class FilePicker
{
    private static readonly EnumerationOptions EveryFile = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Never an empty file (nothing in it can rot), a link, or anything that is not a regular file.</summary>
    public static IReadOnlyList<string> Pick(string folder, int count, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);

        // Sorted: the order of a directory listing is the file system's own, and the seed alone is to decide.
        var candidates = Directory.EnumerateFiles(folder, "*", EveryFile)
            .Where(static path => FileTimes.IsRegularFile(path) && new FileInfo(path).Length > 0)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (candidates.Length < count)
        {
            throw new InvalidOperationException(
                $"{folder} has {candidates.Length} regular files with content, fewer than {count}.");
        }

        random.Shuffle(candidates);
        return candidates[..count];
    }
}
