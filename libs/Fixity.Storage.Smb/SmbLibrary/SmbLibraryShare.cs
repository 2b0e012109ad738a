using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Fixity.Smb;
using SMBLibrary;
using SMBLibrary.Client;

namespace Fixity.Storage.Smb.SmbLibrary;

/// <summary>A share through SMBLibrary, one call after another: that is all that its client can do.</summary>
/// <remarks>A call that was begun cannot be cancelled. A lost connection is made anew by the next call; a refused login never.</remarks>
internal sealed class SmbLibraryShare(SmbOptions options, string domain, string user, string password) : ISmbShare
{
    private const AccessMask Read = (AccessMask)0x00120089;
    private const AccessMask Look = (AccessMask)0x00100080;
    private const ShareAccess All = ShareAccess.Read | ShareAccess.Write | ShareAccess.Delete;

    private readonly SemaphoreSlim _turn = new(1);
    private PortClient? _client;
    private ISMBFileStore? _store;
    private SmbException? _refused;

    public Task<SmbRoot> ReadRootAsync(string path, CancellationToken cancellation) => RunAsync(
        store =>
        {
            var handle = Open(store, path, Read, CreateOptions.FILE_DIRECTORY_FILE);
            try
            {
                Expect(store.GetFileInformation(out var id, handle, FileInformationClass.FileInternalInformation));
                Expect(store.GetFileSystemInformation(out var volume, FileSystemInformationClass.FileFsVolumeInformation));
                return new SmbRoot(
                    ((FileFsVolumeInformation)volume).VolumeSerialNumber,
                    unchecked((ulong)((FileInternalInformation)id).IndexNumber));
            }
            finally
            {
                store.CloseFile(handle);
            }
        },
        cancellation);

    public Task<SmbMetadata?> StatAsync(string path, CancellationToken cancellation) => RunAsync(
        store =>
        {
            try
            {
                var handle = Open(store, path, Look, 0);
                try
                {
                    return (SmbMetadata?)Stat(store, handle);
                }
                finally
                {
                    store.CloseFile(handle);
                }
            }
            catch (SmbException failure) when (failure.Failure == SmbFailure.Gone)
            {
                return null;
            }
        },
        cancellation);

    public async Task ListAsync(string path, ISmbListing listing, CancellationToken cancellation)
    {
        listing.Restart();
        await RunAsync(
            store =>
            {
                var handle = Open(store, path, Read, CreateOptions.FILE_DIRECTORY_FILE);
                try
                {
                    var status = store.QueryDirectory(
                        out var entries, handle, "*", FileInformationClass.FileIdFullDirectoryInformation);
                    Expect(status == NTStatus.STATUS_NO_MORE_FILES ? NTStatus.STATUS_SUCCESS : status);
                    foreach (var entry in entries.Cast<FileIdFullDirectoryInformation>())
                    {
                        Give(entry, listing);
                    }

                    return true;
                }
                finally
                {
                    store.CloseFile(handle);
                }
            },
            cancellation);
        await listing.PageEndedAsync(cancellation);
    }

    public Task<ISmbFile> OpenAsync(string path, CancellationToken cancellation) => RunAsync<ISmbFile>(
        store =>
        {
            var handle = Open(store, path, Read, CreateOptions.FILE_NON_DIRECTORY_FILE | CreateOptions.FILE_SEQUENTIAL_ONLY);
            return new SmbLibraryFile(this, store, handle);
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        Drop();
        _turn.Dispose();
    }

    internal static SmbMetadata Stat(ISMBFileStore store, object handle)
    {
        Expect(store.GetFileInformation(out var open, handle, FileInformationClass.FileNetworkOpenInformation));
        Expect(store.GetFileInformation(out var id, handle, FileInformationClass.FileInternalInformation));
        var found = (FileNetworkOpenInformation)open;
        return new SmbMetadata(
            found.EndOfFile, Ticks(found.CreationTime), Ticks(found.LastWriteTime), Ticks(found.ChangeTime),
            unchecked((ulong)((FileInternalInformation)id).IndexNumber), found.IsDirectory,
            ((uint)found.FileAttributes & 0x400) != 0);
    }

    /// <exception cref="SmbException">The status is an error.</exception>
    internal static void Expect(NTStatus status)
    {
        // Both are SMBLibrary's own words for an answer that did not come.
        if (status is NTStatus.STATUS_INVALID_SMB or NTStatus.STATUS_IO_TIMEOUT)
        {
            throw new SmbException(SmbFailure.ConnectionLost, $"the server did not answer: {status}", (uint)status);
        }

        if (status != NTStatus.STATUS_SUCCESS)
        {
            throw new SmbException(SmbFailures.OfEntry((uint)status), $"the server refused: {status}", (uint)status);
        }
    }

    /// <summary>Does the work when it is its turn, on the connection that there is or a new one.</summary>
    /// <param name="on">A file's own connection; null: any will do.</param>
    internal async Task<T> RunAsync<T>(
        Func<ISMBFileStore, T> work, CancellationToken cancellation, ISMBFileStore? on = null)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(
                () => on is null || ReferenceEquals(on, _store) ? work(_store ??= Connect())
                    : throw new SmbException(SmbFailure.ConnectionLost, "the file's connection is gone"),
                cancellation);
        }
        catch (SmbException failure) when (failure.Failure.IsTransient())
        {
            Drop();
            throw;
        }
        catch (Exception failure) when (failure is SocketException or InvalidOperationException)
        {
            Drop();
            throw new SmbException(SmbFailure.ConnectionLost, failure.Message, cause: failure);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static object Open(ISMBFileStore store, string path, AccessMask access, CreateOptions how)
    {
        Expect(store.CreateFile(
            out var handle, out _, path, access, 0, All, CreateDisposition.FILE_OPEN,
            how | CreateOptions.FILE_OPEN_REPARSE_POINT, null));
        return handle;
    }

    private static void Give(FileIdFullDirectoryInformation entry, ISmbListing listing)
    {
        if (entry.FileName is "." or "..")
        {
            return;
        }

        var attributes = (uint)entry.FileAttributes;
        var metadata = new SmbMetadata(
            entry.EndOfFile, Ticks(entry.CreationTime), Ticks(entry.LastWriteTime), Ticks(entry.ChangeTime), entry.FileId,
            (attributes & 0x10) != 0, (attributes & 0x400) != 0)
        {
            ReparseTag = (attributes & 0x400) != 0 ? entry.EaSize : 0,
        };
        listing.Add(MemoryMarshal.AsBytes(entry.FileName.AsSpan()), metadata);
    }

    private static long Ticks(DateTime? time) =>
        time is { } there && there > DateTime.FromFileTimeUtc(0) ? there.ToFileTimeUtc() : 0;

    private ISMBFileStore Connect()
    {
        if (_refused is { } refused)
        {
            throw new SmbException(refused.Failure, refused.Message, refused.Status, refused);
        }

        var address = IPAddress.TryParse(options.Host, out var literal) ? literal : Dns.GetHostAddresses(options.Host)[0];
        _client = new PortClient((int)options.IoTimeout.TotalMilliseconds);
        if (!_client.ConnectTo(address, options.Port))
        {
            throw new SmbException(SmbFailure.Refused, $"no connection to {options}");
        }

        var status = _client.Login(domain, user, password);
        if (status != NTStatus.STATUS_SUCCESS)
        {
            throw _refused = new SmbException(
                SmbFailures.OfLogin((uint)status), $"the login at {options} was refused: {status}", (uint)status);
        }

        var store = _client.TreeConnect(options.Share, out status);
        return status == NTStatus.STATUS_SUCCESS
            ? store
            : throw new SmbException(SmbFailures.OfShare((uint)status), $"the share {options}: {status}", (uint)status);
    }

    private void Drop()
    {
        _store = null;
        _client?.Disconnect();
        _client = null;
    }

    /// <summary>The overload with a port is not public there.</summary>
    private sealed class PortClient(int timeoutMs) : SMB2Client(timeoutMs, enableSMB311Support: true)
    {
        public bool ConnectTo(IPAddress address, int port) => Connect(address, SMBTransportType.DirectTCPTransport, port);
    }
}
