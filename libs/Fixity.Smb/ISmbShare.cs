namespace Fixity.Smb;

/// <summary>What a storage asks of a client of shares: the seam at which another client can stand.</summary>
/// <remarks>Safe for concurrent calls. Failures are <see cref="SmbException"/>s and nothing else.</remarks>
public interface ISmbShare : IAsyncDisposable
{
    Task<SmbRoot> ReadRootAsync(string path, CancellationToken cancellation);

    Task<SmbMetadata?> StatAsync(string path, CancellationToken cancellation);

    Task ListAsync(string path, ISmbListing listing, CancellationToken cancellation);

    Task<ISmbFile> OpenAsync(string path, CancellationToken cancellation);
}

/// <summary>One open file of a share. Used by one caller at a time.</summary>
public interface ISmbFile : IAsyncDisposable
{
    /// <summary>What the file was right after all of it had been read, where both came in one answer; null: ask.</summary>
    SmbMetadata? SeenAfterReading => null;

    /// <summary>What the file is; the first call may answer with the look that the opening took.</summary>
    ValueTask<SmbMetadata> StatAsync(CancellationToken cancellation);

    /// <returns>Bytes read; 0 only at the end of the file.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);
}
