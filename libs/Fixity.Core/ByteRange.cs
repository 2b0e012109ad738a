namespace Fixity.Core;

/// <summary>A part of a file, in bytes.</summary>
public readonly record struct ByteRange(long Offset, long Length);
