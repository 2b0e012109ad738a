using System.Runtime.InteropServices;
using System.Text;
using Fixity.Core;

namespace Fixity.Storage.Local.Tests;

/// <summary>A tree in a temporary folder whose names are bytes, made by the same kind of calls that read it.</summary>
internal sealed unsafe partial class RawTree : IDisposable
{
    private const int CurrentDirectory = -100;
    private const int CreateTruncateWrite = 0x40 | 0x200 | 1;

    public string Root { get; } = Directory.CreateTempSubdirectory("fixity-tree-").FullName;

    public void File(string text, string content = "") => File(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(content));

    public void File(ReadOnlySpan<byte> path, ReadOnlySpan<byte> content)
    {
        var directory = OpenParent(path, out var name);
        var file = Check(openat(directory, name, CreateTruncateWrite, 0x1A4));
        fixed (byte* bytes = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                done += (int)Check(write(file, bytes + done, content.Length - done));
            }
        }

        Check(close(file));
        Check(close(directory));
    }

    public void Folder(string text)
    {
        var directory = OpenParent(Encoding.UTF8.GetBytes(text + "/x"), out _);
        Check(close(directory));
    }

    public void Fifo(string path) => Check(mkfifoat(CurrentDirectory, Full(path), 0x1FF));

    public void Link(string path, string target) => System.IO.File.CreateSymbolicLink(Path.Join(Root, path), target);

    public void Times(string path, long seconds, long nanoseconds)
    {
        var times = stackalloc long[4] { seconds, nanoseconds, seconds, nanoseconds };
        Check(utimensat(CurrentDirectory, Full(path), times, 0));
    }

    public void Mode(string path, UnixFileMode mode) => Check(fchmodat(CurrentDirectory, Full(path), (uint)mode, 0));

    public void Dispose()
    {
        // Deeper than what a path may name: rm goes down by descriptors.
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", Root]);
        rm.WaitForExit();
    }

    /// <summary>Makes what is missing on the way, one descriptor at a time, so that no path is too long.</summary>
    private int OpenParent(ReadOnlySpan<byte> path, out byte[] name)
    {
        var directory = Check(openat(CurrentDirectory, Terminated(Encoding.UTF8.GetBytes(Root)), 0, 0));
        int slash;
        while ((slash = path.IndexOf(FilePath.Separator)) >= 0)
        {
            var segment = Terminated(path[..slash]);
            if (mkdirat(directory, segment, 0x1FF) != 0 && Marshal.GetLastPInvokeError() != 17)
            {
                throw new IOException(Marshal.GetLastPInvokeErrorMessage());
            }

            var next = Check(openat(directory, segment, 0, 0));
            Check(close(directory));
            directory = next;
            path = path[(slash + 1)..];
        }

        name = Terminated(path);
        return directory;
    }

    private byte[] Full(string path) => Terminated(Encoding.UTF8.GetBytes(Path.Join(Root, path)));

    private static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    private static int Check(nint result) =>
        result >= 0 ? (int)result : throw new IOException(Marshal.GetLastPInvokeErrorMessage());

#pragma warning disable IDE1006, SYSLIB1054 // Named as the C library names them.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int openat(int directory, [In] byte[] name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(int file, byte* bytes, nint length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mkdirat(int directory, [In] byte[] name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mkfifoat(int directory, [In] byte[] name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int utimensat(int directory, [In] byte[] name, long* times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fchmodat(int directory, [In] byte[] name, uint mode, int flags);
#pragma warning restore IDE1006, SYSLIB1054
}
