using Fixity.Query.Files;

namespace Fixity.Query.Browse;

/// <summary>What an entry of a folder is.</summary>
public enum EntryKind
{
    Folder,
    File,
}

/// <summary>In which order the entries of a folder come.</summary>
public enum EntryOrder
{
    /// <summary>Folders by name, then files by name.</summary>
    Folders,

    /// <summary>Both by path, a folder as if its name ended in a slash.</summary>
    Name,
}

/// <summary>How much of a folder was out of reach when it was last looked at.</summary>
public enum UnknownPart
{
    None,

    /// <summary>A folder below it could not be listed.</summary>
    Some,

    /// <summary>The target is offline or lets nobody in, or the folder itself could not be listed.</summary>
    All,
}

/// <summary>A folder, and one page of what lies in it.</summary>
/// <param name="Path">Below the root of the target; empty: the root.</param>
/// <param name="AsOf">When the sums were counted; null: not yet, and all of them are null.</param>
/// <param name="Sums">Of the folder itself.</param>
/// <param name="Items">A page may be shorter than was asked for, even empty, and not be the last one.</param>
public sealed record BrowseView(
    int TargetId,
    string TargetName,
    string Path,
    DateTimeOffset? AsOf,
    UnknownPart Unknown,
    FolderSums? Sums,
    IReadOnlyList<FolderEntry> Items,
    string? NextCursor);

/// <summary>A folder or a file.</summary>
/// <param name="Unknown">Of a folder; a file has its state.</param>
/// <param name="Sums">Of a folder; null while they were not counted, for instance of one that is new.</param>
/// <param name="File">Of a file.</param>
public sealed record FolderEntry(
    EntryKind Kind, string Name, string Path, UnknownPart? Unknown, FolderSums? Sums, FileView? File);

/// <summary>What lies below a folder, at any depth, when it was last summed up.</summary>
/// <param name="Files">Those that are there: neither deleted nor left out by patterns, damaged ones included.</param>
/// <param name="NeverVerified">Of them, those that were never read to their end, or not since what they hold was accepted.</param>
/// <param name="OldestVerificationAt">Of them; null: none was verified.</param>
/// <param name="Excluded">Left out by the patterns since they were last seen.</param>
/// <param name="ChangedIn30Days">Changes found here in the thirty days before; one that moved counts where it is now.</param>
public sealed record FolderSums(
    long Files,
    long Bytes,
    long Corrupted,
    long Tampered,
    long Unreadable,
    long NeverVerified,
    DateTimeOffset? OldestVerificationAt,
    long Deleted,
    long Excluded,
    long ChangedIn30Days);

/// <summary>Where the next page begins.</summary>
/// <param name="IsPastFolders">False: among the folders whose sums are known, behind the name; true: in path order, at or
/// behind the path.</param>
internal sealed record BrowseKey(bool IsPastFolders, string From)
{
    public static BrowseKey First { get; } = new(false, "");

    /// <summary>A cursor is what a client sends.</summary>
    public static bool IsSound(BrowseKey key) => key.From is not null && Reading.FilterReader.IsText(key.From);
}

/// <summary>The folder that is browsed.</summary>
/// <param name="Exists">Whether anything is known below it.</param>
internal sealed record BrowsedFolder(
    string TargetName, DateTimeOffset? AsOf, bool Exists, UnknownPart Unknown, FolderSums? Sums);

/// <summary>An entry as the walk meets it.</summary>
/// <param name="NextKey">What is at or behind it comes next.</param>
/// <param name="FileId">Null: a folder.</param>
/// <param name="IsShown">False: a folder that came before, among those whose sums are known.</param>
internal sealed record WalkedEntry(string NextKey, string Name, long? FileId, bool IsShown);
