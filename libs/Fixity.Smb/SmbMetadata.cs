namespace Fixity.Smb;

/// <summary>What a server says about a file or folder. Times are 100 ns since 1601 (MS-DTYP FILETIME).</summary>
/// <param name="SizeBytes">The end of the file.</param>
/// <param name="FileId">Its number on the volume, 64 bits; 0: not told.</param>
/// <param name="IsReparsePoint">A link, or something else that leads elsewhere. Never followed.</param>
public readonly record struct SmbMetadata(
    long SizeBytes, long Created, long Written, long Changed, ulong FileId, bool IsDirectory, bool IsReparsePoint)
{
    /// <summary>What kind of reparse point (MS-FSCC 2.1.2.1); 0: none, or not told.</summary>
    public uint ReparseTag { get; init; }

    /// <summary>Whether nothing happened to the file between two looks.</summary>
    public bool SameStampAs(in SmbMetadata other) =>
        SizeBytes == other.SizeBytes && Created == other.Created && Written == other.Written && Changed == other.Changed
        && (FileId == 0 || other.FileId == 0 || FileId == other.FileId);
}

/// <summary>Takes the entries of a folder as they come.</summary>
public interface ISmbListing
{
    /// <summary>The listing begins, or begins again on another connection: what came before is void.</summary>
    void Restart();

    /// <param name="nameUtf16">The server's word, in little-endian UTF-16: anything at all.</param>
    void Add(ReadOnlySpan<byte> nameUtf16, in SmbMetadata metadata);

    /// <summary>Waited for after every page: what takes its time here holds the listing.</summary>
    ValueTask PageEndedAsync(CancellationToken cancellation);
}
