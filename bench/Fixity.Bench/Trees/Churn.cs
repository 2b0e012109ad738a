using System.Buffers.Binary;

namespace Fixity.Bench.Trees;

/// <summary>Rewrites every Nth file of a tree, in listing order, with content that the seed decides.</summary>
internal static class Churn
{
    private const int WrittenBytes = 64;

    public static int Run(Arguments arguments)
    {
        Rewrite(
            Path.GetFullPath(arguments.Word(0, "the folder")), arguments.Number("every", 100),
            (int)arguments.Number("seed", 1));
        return 0;
    }

    public static void Rewrite(string folder, long every, int seed)
    {
        var content = new byte[WrittenBytes];
        new Random(seed).NextBytes(content);
        var index = 0L;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (index++ % every == 0)
            {
                BinaryPrimitives.WriteInt64LittleEndian(content, index);
                File.WriteAllBytes(path, content);
            }
        }
    }
}
