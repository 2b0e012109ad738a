using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>One open regular file.</summary>
/// <remarks>Every call completes before it returns, and may block for as long as the storage does.</remarks>
internal sealed unsafe class LinuxFile(SafeFileHandle handle, FilePath path, FileMetadata opened, bool idleIo)
    : IStorageFile
{
    private bool _lookedAt;

    public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_lookedAt)
        {
            // The opening had to look anyway; a change since then is one during the read.
            _lookedAt = true;
            return ValueTask.FromResult(opened);
        }

        using var use = new HandleUse(handle);
        var error = Descriptors.Stat(use.Descriptor, out var stat);
        return error == 0
            ? ValueTask.FromResult(Descriptors.Metadata(stat))
            : throw Errno.Exception(-error, path, "the open file cannot be looked at");
    }

    /// <summary>What drops the file's pages from the cache behind the reader; null: they stay.</summary>
    public CacheDropping? Dropping { get; init; }

    /// <summary>What reads past the cache; null: nothing does.</summary>
    public DirectReads? Direct { get; init; }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(handle);
        using var priority = IdleIo.ForCall(idleIo);
        fixed (byte* start = buffer.Span)
        {
            var read = Direct is { } direct
                ? direct.Read(use.Descriptor, start, buffer.Length, offset)
                : Descriptors.Read(use.Descriptor, start, buffer.Length, offset);
            if (read < 0)
            {
                throw Errno.Exception(-(int)read, path, $"reading at byte {offset}");
            }

            if (IsCached)
            {
                Dropping?.Behind(use.Descriptor, offset, (int)read);
            }

            return ValueTask.FromResult((int)read);
        }
    }

    private bool IsCached => Direct is not { IsRefused: false };

    public ValueTask DisposeAsync()
    {
        if (Dropping is not null && IsCached && !handle.IsClosed)
        {
            using var use = new HandleUse(handle);
            CacheDropping.All(use.Descriptor);
        }

        Direct?.Dispose();
        handle.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Keeps a descriptor from being closed, and its number from being reused, while a call is inside the kernel.</summary>
internal readonly ref struct HandleUse
{
    private readonly SafeFileHandle _handle;

    public HandleUse(SafeFileHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Descriptor = (int)handle.DangerousGetHandle();
    }

    public int Descriptor { get; }

    public void Dispose() => _handle.DangerousRelease();
}
