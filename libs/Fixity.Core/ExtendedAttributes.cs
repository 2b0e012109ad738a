namespace Fixity.Core;

/// <summary>What a file carries beside mode and owner, each as a 64-bit digest of its canonical form.</summary>
/// <remarks>Null: the storage has none such, or it was not read. 0: it was read, and the file has none.</remarks>
/// <param name="Acl">POSIX access and default lists.</param>
/// <param name="Xattrs">All extended attributes but those of the other two.</param>
/// <param name="Capabilities">What a program may do as if root (<c>security.capability</c>).</param>
public readonly record struct ExtendedAttributes(long? Acl, long? Xattrs, long? Capabilities)
{
    /// <summary>Which of them are known.</summary>
    public WatchedAttributes Known =>
        (Acl is null ? WatchedAttributes.None : WatchedAttributes.Acl)
        | (Xattrs is null ? WatchedAttributes.None : WatchedAttributes.Xattrs)
        | (Capabilities is null ? WatchedAttributes.None : WatchedAttributes.Capabilities);

    /// <summary>Which differ. What one side does not know does not.</summary>
    public WatchedAttributes ThatDiffer(in ExtendedAttributes other) =>
        (SameIfKnown(Acl, other.Acl) ? WatchedAttributes.None : WatchedAttributes.Acl)
        | (SameIfKnown(Xattrs, other.Xattrs) ? WatchedAttributes.None : WatchedAttributes.Xattrs)
        | (SameIfKnown(Capabilities, other.Capabilities) ? WatchedAttributes.None : WatchedAttributes.Capabilities);

    /// <summary>This one, with what it does not know taken from what was known before.</summary>
    public ExtendedAttributes Or(in ExtendedAttributes before) =>
        new(Acl ?? before.Acl, Xattrs ?? before.Xattrs, Capabilities ?? before.Capabilities);

    private static bool SameIfKnown(long? one, long? other) => one is null || other is null || one == other;
}
