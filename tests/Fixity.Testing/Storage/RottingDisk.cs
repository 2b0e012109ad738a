namespace Fixity.Testing.Storage;

/// <summary>A file system in a file, whose medium decays: bits change below it, and no time of any file moves.</summary>
/// <remarks>The one way to real rot without hardware: on a mounted file system every write moves ctime.</remarks>
public sealed class RottingDisk : IDisposable
{
    private const int BlockBytes = 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("fixity-rot-").FullName;
    private readonly string _image;
    private readonly Mounting _mounted;

    public RottingDisk(int mebibytes = 32)
    {
        _image = Path.Join(_folder, "image");
        Root = Path.Join(_folder, "disk");
        Directory.CreateDirectory(Root);
        using (var file = File.Create(_image))
        {
            file.SetLength(mebibytes * 1024L * 1024);
        }

        Programs.Run("mkfs.ext4", "-q", "-F", "-b", $"{BlockBytes}", _image);
        _mounted = Mounting.Image(_image, Root);
    }

    public string Root { get; }

    /// <summary>Flips one bit of the medium where this byte of the file lies; a second time puts it back.</summary>
    /// <param name="name">Of a file that was filled with random bytes, or its block could not be told from others.</param>
    public void Rot(string name, long offset)
    {
        Programs.Run("sync", "-f", Root);
        var start = offset / BlockBytes * BlockBytes;
        var block = new byte[BlockBytes];
        using (var file = File.OpenRead(Path.Join(Root, name)))
        {
            file.Position = start;
            file.ReadExactly(block);
        }

        using var medium = new FileStream(_image, FileMode.Open, FileAccess.ReadWrite);
        medium.Position = Find(medium, block) + offset - start;
        var rotten = (byte)(block[offset - start] ^ 1);
        medium.WriteByte(rotten);
        medium.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _mounted.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static long Find(FileStream medium, byte[] block)
    {
        var candidate = new byte[BlockBytes];
        medium.Position = 0;
        while (medium.Read(candidate) == BlockBytes)
        {
            if (candidate.AsSpan().SequenceEqual(block))
            {
                return medium.Position - BlockBytes;
            }
        }

        throw new InvalidOperationException("The block is not on the medium.");
    }
}
