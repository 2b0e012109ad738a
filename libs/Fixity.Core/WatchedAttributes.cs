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

/// <summary>One attribute of a file that is not as recorded: evidence of an <c>attributes</c> event.</summary>
/// <param name="Name">A word of <see cref="WatchedAttributes"/>: mode, owner, group, links, acl, xattrs, capabilities.</param>
/// <param name="Old">For people: octal mode, decimal ids, hexadecimal digest; null: was not known.</param>
public sealed record AttributeChange(string Name, string? Old, string? New);
