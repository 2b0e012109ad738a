namespace Fixity.Core;

/// <summary>Why an entry of a directory is recorded but never opened.</summary>
public enum SkipKind
{
    SymbolicLink = 1,
    Fifo = 2,
    Socket = 3,
    CharacterDevice = 4,
    BlockDevice = 5,

    /// <summary>A directory on another file system than the root.</summary>
    Mount = 6,

    Unknown = 7,

    /// <summary>A file whose content the storage has put away: it is there, and cannot be read until it is fetched back.</summary>
    Archived = 8,
}

/// <summary>The words of <see cref="SkipKind"/>.</summary>
public static class SkipKinds
{
    public static string Name(this SkipKind kind) => kind switch
    {
        SkipKind.SymbolicLink => "symlink",
        SkipKind.Fifo => "fifo",
        SkipKind.Socket => "socket",
        SkipKind.CharacterDevice => "character_device",
        SkipKind.BlockDevice => "block_device",
        SkipKind.Mount => "mount",
        SkipKind.Unknown => "unknown",
        SkipKind.Archived => "archived",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of skipped entry"),
    };
}
