namespace Fixity.Core;

/// <summary>What is known of a file. Stored as its number: values are append-only.</summary>
public enum FileState
{
    Present = 1,
    Deleted = 2,

    /// <summary>Its content differs although size and mtime do not. Stays until restored or accepted.</summary>
    Corrupted = 3,

    /// <summary>It is there, and could not be read.</summary>
    Unreadable = 4,

    /// <summary>Its content differs although size and mtime do not, and its ctime says that it was written: the mtime was
    /// put back. Stays until restored or accepted.</summary>
    Tampered = 5,

    /// <summary>The target's patterns leave it out since it was last seen. Its baseline is kept for its return.</summary>
    Excluded = 6,
}
