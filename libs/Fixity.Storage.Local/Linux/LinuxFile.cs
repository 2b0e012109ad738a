using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>One open regular file.</summary>
/// <remarks>
/// <para>Every call completes before it returns, and may block for as long as the storage does.</para>
/// <para>A bare descriptor, without the handle that counts who is inside a call: there is one caller, and its calls end
/// before it closes. A thread that was given up in a hung read still has this object to itself, and the number stays
/// taken until that read returns and the thread closes it. Who helps with a large file opens it anew.</para>
/// </remarks>
internal sealed unsafe class LinuxFile(int descriptor, FilePath path, FileMetadata opened, bool idleIo) : IStorageFile
{
    private int _descriptor = descriptor;
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

        ObjectDisposedException.ThrowIf(_descriptor < 0, this);
        var error = Descriptors.Stat(_descriptor, out var stat);
        return error == 0
            ? ValueTask.FromResult(Descriptors.Metadata(stat))
            : throw Errno.Exception(-error, path, "the open file cannot be looked at");
    }

    /// <summary>What drops the file's pages from the cache behind the reader; null: they stay.</summary>
    public CacheDropping? Dropping { get; init; }

    /// <summary>What makes stores into mapped pages show; null: none can be hidden.</summary>
    public MappedWrites? Mapped { get; init; }

    /// <summary>What reads past the cache; null: nothing does.</summary>
    public DirectReads? Direct { get; init; }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_descriptor < 0, this);
        using var priority = IdleIo.ForCall(idleIo);
        Mapped?.Before(_descriptor, offset, buffer.Length);
        fixed (byte* start = buffer.Span)
        {
            var read = Direct is { } direct
                ? direct.Read(_descriptor, start, buffer.Length, offset)
                : Descriptors.Read(_descriptor, start, buffer.Length, offset);
            if (read < 0)
            {
                throw Errno.Exception(-(int)read, path, $"reading at byte {offset}");
            }

            if (IsCached)
            {
                Dropping?.Behind(_descriptor, offset, (int)read);
            }

            return ValueTask.FromResult((int)read);
        }
    }

    private bool IsCached => Direct is not { IsRefused: false };

    public ValueTask DisposeAsync()
    {
        // Never twice: the number may be another file's by then.
        var open = Interlocked.Exchange(ref _descriptor, -1);
        if (open < 0)
        {
            return ValueTask.CompletedTask;
        }

        if (Dropping is not null && IsCached)
        {
            CacheDropping.All(open);
        }

        Direct?.Dispose();
        _ = Libc.Close(open);
        return ValueTask.CompletedTask;
    }
}
