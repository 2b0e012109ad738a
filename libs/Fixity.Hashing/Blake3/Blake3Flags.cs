namespace Fixity.Hashing.Blake3;

/// <summary>Domain separation, section 2.1 of the paper: what a block is, and where it stands.</summary>
[Flags]
internal enum Blake3Flags : uint
{
    None = 0,
    ChunkStart = 1,
    ChunkEnd = 2,
    Parent = 4,
    Root = 8,
}
