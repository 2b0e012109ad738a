namespace Fixity.Core;

/// <summary>Part of a file's content: where damage lies, or what to read.</summary>
/// <param name="Offset">Of the first byte.</param>
/// <param name="Length">In bytes.</param>
public readonly record struct ByteRange(long Offset, long Length);
