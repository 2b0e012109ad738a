namespace Fixity.Core;

/// <summary>What a change event says happened to a file. A closed set; on every wire it is a word.</summary>
public enum ChangeType
{
    Added = 1,
    Deleted = 2,
    Modified = 3,
    Moved = 4,
    Attributes = 5,
    Corrupted = 6,
    Restored = 7,
    Verified = 8,
    Accepted = 9,

    /// <summary>Content and ctime differ, size and mtime do not: somebody wrote and put the time back.</summary>
    Tampered = 10,

    /// <summary>Only mtime differs; told to those alone who asked for it.</summary>
    Touched = 11,
}

/// <summary>The words of <see cref="ChangeType"/> and how much each matters.</summary>
public static class ChangeTypes
{
    public static string Name(this ChangeType type) => type switch
    {
        ChangeType.Added => "added",
        ChangeType.Deleted => "deleted",
        ChangeType.Modified => "modified",
        ChangeType.Moved => "moved",
        ChangeType.Attributes => "attributes",
        ChangeType.Corrupted => "corrupted",
        ChangeType.Restored => "restored",
        ChangeType.Verified => "verified",
        ChangeType.Accepted => "accepted",
        ChangeType.Tampered => "tampered",
        ChangeType.Touched => "touched",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of change"),
    };

    public static bool TryParse(string? name, out ChangeType type)
    {
        foreach (var candidate in Enum.GetValues<ChangeType>())
        {
            if (string.Equals(candidate.Name(), name, StringComparison.Ordinal))
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }

    public static Severity Severity(this ChangeType type) => type switch
    {
        ChangeType.Corrupted or ChangeType.Tampered => Core.Severity.Critical,
        ChangeType.Deleted => Core.Severity.Medium,
        ChangeType.Modified => Core.Severity.Low,
        ChangeType.Added or ChangeType.Moved or ChangeType.Attributes or ChangeType.Restored or ChangeType.Verified
            or ChangeType.Accepted or ChangeType.Touched => Core.Severity.Info,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of change"),
    };
}
