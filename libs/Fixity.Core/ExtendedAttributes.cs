namespace Fixity.Core;

/// <summary>What a file carries beside mode and owner, each as a 64-bit digest of its canonical form.</summary>
/// <remarks>Null: the storage has none such, or it was not read. 0: it was read, and the file has none.</remarks>
/// <param name="Acl">POSIX access and default lists.</param>
/// <param name="Xattrs">All extended attributes but those of the other two.</param>
/// <param name="Capabilities">What a program may do as if root (<c>security.capability</c>).</param>
public readonly record struct ExtendedAttributes(long? Acl, long? Xattrs, long? Capabilities);
