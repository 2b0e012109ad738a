using Fixity.Smb;
using SMBLibrary;
using SMBLibrary.Client;

namespace Fixity.Storage.Smb.SmbLibrary;

/// <summary>One open file through SMBLibrary. It ends with its connection; who reads on opens it again.</summary>
internal sealed class SmbLibraryFile(SmbLibraryShare share, ISMBFileStore store, object handle) : ISmbFile
{
    public async ValueTask<SmbMetadata> StatAsync(CancellationToken cancellation) =>
        await share.RunAsync(on => SmbLibraryShare.Stat(on, handle), cancellation, store);

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        await share.RunAsync(
            on =>
            {
                var status = on.ReadFile(out var data, handle, offset, (int)Math.Min(buffer.Length, on.MaxReadSize));
                if (status == NTStatus.STATUS_END_OF_FILE)
                {
                    return 0;
                }

                SmbLibraryShare.Expect(status);
                data.CopyTo(buffer);
                return data.Length;
            },
            cancellation, store);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await share.RunAsync(on => on.CloseFile(handle), CancellationToken.None, store);
        }
        catch (SmbException lost) when (lost.Failure.IsTransient())
        {
            // With the connection went the handle.
            return;
        }
    }
}
