using System.Globalization;

namespace Fixity.EndToEnd.Tests;

/// <summary>A generated tree of files with a fixed seed, some of them oddly named.</summary>
public sealed class FileTree : IDisposable
{
    public FileTree(int files)
    {
        var random = new Random(20261121);
        var content = new byte[8192];
        for (var i = 0; i < files; i++)
        {
            var folder = Path.Combine(Root, $"folder {i % 40:d2}", $"{i % 7}");
            Directory.CreateDirectory(folder);
            random.NextBytes(content);
            File.WriteAllBytes(
                Path.Combine(folder, $"file-{i.ToString("d5", CultureInfo.InvariantCulture)}.bin"),
                content.AsSpan(0, random.Next(1, content.Length)));
        }

        File.WriteAllText(Path.Combine(Root, "a.txt"), "sorts before a/");
        File.WriteAllText(Path.Combine(Root, "ünïcødé – Ω.txt"), "beyond ASCII");
        File.WriteAllText(Path.Combine(Root, "<img src=x onerror=alert(1)>.txt"), "a hostile name");
    }

    public const int OddlyNamed = 3;

    public string Root { get; } = Directory.CreateTempSubdirectory("fixity-tree-").FullName;

    public string FullPath(string relative) => Path.Combine(Root, relative);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
