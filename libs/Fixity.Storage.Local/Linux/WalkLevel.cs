namespace Fixity.Storage.Local.Linux;

/// <summary>One directory on the way from the root to where a walk stands. Used again for the next one of its depth.</summary>
internal sealed class WalkLevel : IDisposable
{
    public DirectoryNames Names { get; } = new();

    /// <summary>-1: closed, as those far above are in a deep tree.</summary>
    public int Descriptor { get; private set; } = -1;

    public ulong Inode { get; set; }

    public long Device { get; set; }

    /// <summary>Of the range key of the directory.</summary>
    public int PathLength { get; private set; }

    /// <summary>Whether everything below it is in the walk's range, so that nothing needs to be compared.</summary>
    public bool IsInside { get; set; }

    /// <summary>The name to go on with.</summary>
    public int Next { get; set; }

    public void Begin(int descriptor, int pathLength)
    {
        Descriptor = descriptor;
        PathLength = pathLength;
        Next = 0;
        Names.Clear();
    }

    public void OpenAgain(int descriptor) => Descriptor = descriptor;

    public void Close()
    {
        if (Descriptor >= 0)
        {
            _ = Libc.Close(Descriptor);
            Descriptor = -1;
        }
    }

    public void Dispose()
    {
        Close();
        Names.Dispose();
    }
}
