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
}
