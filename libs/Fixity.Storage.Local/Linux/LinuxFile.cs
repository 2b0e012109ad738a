using System.Runtime.InteropServices;
using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>One open regular file.</summary>
/// <remarks>Every call completes before it returns, and may block for as long as the storage does.</remarks>
internal sealed unsafe class LinuxFile(SafeFileHandle handle, FilePath path) : IStorageFile
{
    public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(handle);
        var error = Descriptors.Stat(use.Descriptor, out var stat);
        return error == 0
            ? ValueTask.FromResult(Descriptors.Metadata(stat))
            : throw Errno.Exception(-error, path, "the open file cannot be looked at");
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(handle);
        fixed (byte* start = buffer.Span)
        {
            while (true)
            {
                var read = Libc.Read(use.Descriptor, start, buffer.Length, offset);
                if (read >= 0)
                {
                    return ValueTask.FromResult((int)read);
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    throw Errno.Exception(errno, path, $"reading at byte {offset}");
                }
            }
        }
    }

    public ValueTask DisposeAsync()
    {
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
