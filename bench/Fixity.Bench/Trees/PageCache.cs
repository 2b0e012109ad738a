using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Bench.Trees;

/// <summary>Takes the content of files out of the page cache, so that the next reading comes from the disk.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4; // POSIX_FADV_DONTNEED

    public static int Run(Arguments arguments)
    {
        Evict(Path.GetFullPath(arguments.Word(0, "the folder")));
        return 0;
    }

    public static void Evict(string folder)
    {
        // Pages that wait to be written cannot be dropped.
        SyncAll();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var handle = File.OpenHandle(path);
            var error = Advise(handle, 0, 0, DontNeed);
            if (error != 0)
            {
                throw new Win32Exception(error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void SyncAll();

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
