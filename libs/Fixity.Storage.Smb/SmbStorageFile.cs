using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>An open file of a share, as the engine reads it.</summary>
internal sealed class SmbStorageFile(ISmbFile file, FilePath path) : IStorageFile
{
    public FileMetadata? SeenAfterReading => file.SeenAfterReading?.ToFile();

    public async ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
    {
        try
        {
            return (await file.StatAsync(cancellation)).ToFile();
        }
        catch (SmbException failure)
        {
            throw SmbFaults.Exception(failure, path);
        }
    }

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await file.ReadAsync(offset, buffer, cancellation);
        }
        catch (SmbException failure)
        {
            throw SmbFaults.Exception(failure, path);
        }
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
