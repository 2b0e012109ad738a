using System.Globalization;

namespace Fixity.Core;

/// <summary>Which attributes of its files a target watches. A set; on every wire it is a list of words.</summary>
[Flags]
public enum WatchedAttributes
{
    None = 0,
    Mode = 1,
    Owner = 2,
    Group = 4,
    Links = 8,
    Acl = 16,
    Xattrs = 32,
    Capabilities = 64,

    /// <summary>What costs nothing: it comes with the listing.</summary>
    Default = Mode | Owner | Group,

    /// <summary>What must be read file by file, where ctime says that it may have changed.</summary>
    Extended = Acl | Xattrs | Capabilities,
}

/// <summary>The words of <see cref="WatchedAttributes"/>, and the evidence that they stand for.</summary>
public static class WatchedAttributeNames
{
    private static readonly (WatchedAttributes Attribute, string Name)[] Names =
    [
        (WatchedAttributes.Mode, "mode"), (WatchedAttributes.Owner, "owner"), (WatchedAttributes.Group, "group"),
        (WatchedAttributes.Links, "links"), (WatchedAttributes.Acl, "acl"), (WatchedAttributes.Xattrs, "xattrs"),
        (WatchedAttributes.Capabilities, "capabilities"),
    ];

    /// <summary>Reads a set from its words. Exact: other spellings are refused.</summary>
    public static bool TryParse(IReadOnlyList<string> words, out WatchedAttributes watched)
    {
        watched = WatchedAttributes.None;
        foreach (var word in words)
        {
            var known = Array.Find(Names, each => string.Equals(each.Name, word, StringComparison.Ordinal));
            if (known.Name is null)
            {
                return false;
            }

            watched |= known.Attribute;
        }

        return true;
    }

    /// <summary>The old and the new value of each attribute of <paramref name="which"/>, in the order of the enum.</summary>
    public static IReadOnlyList<AttributeChange> Changes(
        WatchedAttributes which, in FileMetadata old, in ExtendedAttributes oldExtended, in FileMetadata now,
        in ExtendedAttributes nowExtended)
    {
        var changes = new List<AttributeChange>();
        foreach (var (attribute, name) in Names)
        {
            if (which.HasFlag(attribute))
            {
                changes.Add(new AttributeChange(
                    name, Text(attribute, old, oldExtended), Text(attribute, now, nowExtended)));
            }
        }

        return changes;
    }

    private static string? Text(WatchedAttributes attribute, in FileMetadata metadata, in ExtendedAttributes extended) =>
        attribute switch
        {
            WatchedAttributes.Mode => metadata.Mode is { } mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null,
            WatchedAttributes.Owner => metadata.Uid?.ToString(CultureInfo.InvariantCulture),
            WatchedAttributes.Group => metadata.Gid?.ToString(CultureInfo.InvariantCulture),
            WatchedAttributes.Links => metadata.Links?.ToString(CultureInfo.InvariantCulture),
            WatchedAttributes.Acl => extended.Acl?.ToString("x16", CultureInfo.InvariantCulture),
            WatchedAttributes.Xattrs => extended.Xattrs?.ToString("x16", CultureInfo.InvariantCulture),
            WatchedAttributes.Capabilities => extended.Capabilities?.ToString("x16", CultureInfo.InvariantCulture),
            _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "not one attribute"),
        };
}

/// <summary>One attribute of a file that is not as recorded: evidence of an <c>attributes</c> event.</summary>
/// <param name="Name">A word of <see cref="WatchedAttributes"/>: mode, owner, group, links, acl, xattrs, capabilities.</param>
/// <param name="Old">For people: octal mode, decimal ids, hexadecimal digest; null: was not known.</param>
public sealed record AttributeChange(string Name, string? Old, string? New);
