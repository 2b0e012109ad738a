using System.Buffers.Binary;
using System.Globalization;

namespace Fixity.Bench.Trees;

/// <summary>Makes the trees that are measured, with pseudo-random content that no file shares with another.</summary>
internal static class TreeMaker
{
    private const int BlockBytes = 1 << 20;

    public static int Run(Arguments arguments)
    {
        var shape = new TreeShape(
            arguments.Needed("shape"), arguments.Number("files", 1), arguments.Number("bytes", 0),
            (int)arguments.Number("seed", 2026));
        Make(Path.GetFullPath(arguments.Word(0, "the folder")), shape);
        return 0;
    }

    /// <summary>Makes the tree unless the note beside it says that it is there, whole and of this shape.</summary>
    public static void Make(string folder, TreeShape shape)
    {
        var note = folder + ".made";
        if (File.Exists(note) && File.ReadAllText(note) == shape.ToString())
        {
            return;
        }

        if (Directory.Exists(folder))
        {
            // Only what this maker left unfinished, or made in another shape, is ever taken away.
            if (!File.Exists(note) && !File.Exists(note + ".begun") && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new ArgumentException($"{folder} is not empty and was not made by this program.");
            }

            Directory.Delete(folder, recursive: true);
            File.Delete(note);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(note + ".begun", shape.ToString());
        Fill(folder, shape);
        File.Move(note + ".begun", note, overwrite: true);
    }

    public static string Describe(TreeShape shape)
    {
        var bytes = shape.Kind switch
        {
            "mixed" => shape.Files * 21_640L + shape.Files * 2_048,
            "big" or "even" => shape.Files * shape.Bytes,
            _ => shape.Files / 100 * 4_096,
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{shape.Kind}: {shape.Files:n0} files, about {(bytes + shape.Files * 300) / 1e9:f1} GB of disk");
    }

    private static void Fill(string folder, TreeShape shape)
    {
        var random = new byte[2 * BlockBytes];
        new Random(shape.Seed).NextBytes(random);
        if (shape.Kind == "big")
        {
            for (var file = 0L; file < shape.Files; file++)
            {
                WriteBig(Path.Combine(folder, TreeShape.NameOf(file)), shape, file);
            }

            return;
        }

        var folders = (shape.Files + TreeShape.FilesPerFolder - 1) / TreeShape.FilesPerFolder;
        Parallel.For(0L, folders, index => FillFolder(folder, shape, index, random));
    }

    private static void FillFolder(string root, TreeShape shape, long index, byte[] random)
    {
        var first = index * TreeShape.FilesPerFolder;
        var folder = Path.Combine(root, shape.FolderOf(first));
        Directory.CreateDirectory(folder);
        Span<byte> header = stackalloc byte[16];
        for (var file = first; file < Math.Min(shape.Files, first + TreeShape.FilesPerFolder); file++)
        {
            using var handle = File.OpenHandle(
                Path.Combine(folder, TreeShape.NameOf(file)), FileMode.Create, FileAccess.Write);
            var size = (int)shape.SizeOf(file);
            if (size == 0)
            {
                continue;
            }

            BinaryPrimitives.WriteInt64LittleEndian(header, file);
            RandomAccess.Write(handle, random.AsSpan((int)(file * 127 % BlockBytes), size), 0);
            RandomAccess.Write(handle, header[..Math.Min(size, header.Length)], 0);
        }
    }

    private static void WriteBig(string path, TreeShape shape, long file)
    {
        var random = new Random(shape.Seed + (int)file);
        var block = new byte[BlockBytes];
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: shape.Bytes);
        for (var offset = 0L; offset < shape.Bytes; offset += block.Length)
        {
            random.NextBytes(block);
            RandomAccess.Write(handle, block.AsSpan(0, (int)Math.Min(block.Length, shape.Bytes - offset)), offset);
        }
    }
}
