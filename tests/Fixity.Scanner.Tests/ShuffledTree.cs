using System.Diagnostics;
using System.Text;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Storage.Local;

namespace Fixity.Scanner.Tests;

/// <summary>Does to a real folder what people do when they tidy up: renames, swaps, copies, links and replaces files and
/// folders, many of which hold the same.</summary>
public sealed class ShuffledTree(string root, Random random)
{
    private const int Contents = 25;

    private readonly Lock _lock = new();
    private int _made;

    /// <summary>Gives each file a time of its own: of one size and one tick of the clock, two that change places would be
    /// told as tampered with, and rightly.</summary>
    public void SpreadTimes()
    {
        foreach (var path in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
        {
            SetOwnTime(path);
        }
    }

    /// <summary>Every regular file by its path.</summary>
    public async Task<SortedDictionary<string, Seen>> LookAsync()
    {
        var files = new SortedDictionary<string, Seen>(StringComparer.Ordinal);
        await using var storage = LocalStorage.Open(root);
        await foreach (var block in storage.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            foreach (var entry in block.ToArray().Where(e => e.Kind == EntryKind.File))
            {
                var path = entry.Path.ToString();
                files[path] = new Seen(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Join(root, path))), entry.Metadata);
            }
        }

        return files;
    }

    /// <summary>One act. What is in its way, or gone already, makes it none.</summary>
    public void Act()
    {
        try
        {
            lock (_lock)
            {
                Act(random.Next(14));
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A folder into itself, a file over a folder: as the system says.
        }
    }

    private void Act(int kind)
    {
        switch (kind)
        {
            case 0 or 1 or 2:
                Create(NewPath());
                break;
            case 3:
                File.Move(AnyFile(), NewPath());
                break;
            case 4:
                Directory.Move(AnyFolder(), NewPath());
                break;
            case 5:
                Swap(AnyFile(), AnyFile(), File.Move);
                break;
            case 6:
                Swap(AnyFolder(), AnyFolder(), Directory.Move);
                break;
            case 7:
                File.Copy(AnyFile(), NewPath());
                break;
            case 8:
                Link(AnyFile(), NewPath());
                break;
            case 9:
                File.Delete(AnyFile());
                break;
            case 10:
                File.AppendAllText(AnyFile(), "+");
                break;
            case 11:
                Replace(AnyFile());
                break;
            case 12:
                CopyAndDelete(AnyFile());
                break;
            default:
                FileForFolder();
                break;
        }
    }

    private void Create(string path)
    {
        File.WriteAllText(path, random.Next(10) == 0 ? "" : $"content {random.Next(Contents)}");
        SetOwnTime(path);
    }

    private void SetOwnTime(string path) =>
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(++_made * 12_345_678L));

    private void Replace(string path)
    {
        Create(path + ".new");
        File.Move(path + ".new", path, overwrite: true);
    }

    private void CopyAndDelete(string path)
    {
        File.Copy(path, NewPath());
        File.Delete(path);
    }

    private void FileForFolder()
    {
        if (random.Next(2) == 0)
        {
            var path = AnyFile();
            File.Delete(path);
            Directory.CreateDirectory(path);
            Create(Path.Join(path, "inside"));
        }
        else
        {
            var path = AnyFolder();
            Directory.Move(path, NewPath());
            Create(path);
        }
    }

    private void Swap(string one, string other, Action<string, string> move)
    {
        var aside = NewPath();
        move(one, aside);
        move(other, one);
        move(aside, other);
    }

    private string AnyFile() => Any(Directory.GetFiles(root, "*", SearchOption.AllDirectories));

    private string AnyFolder() => Any(Directory.GetDirectories(root, "*", SearchOption.AllDirectories));

    private string Any(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths.Length > 0 ? paths[random.Next(paths.Length)] : throw new IOException("there is none");
    }

    private string NewPath()
    {
        var folders = Directory.GetDirectories(root, "*", SearchOption.AllDirectories);
        var folder = folders.Length < 12 && random.Next(4) == 0 ? Path.Join(root, $"d{_made++}")
            : folders.Length > 0 ? Any(folders)
            : root;
        Directory.CreateDirectory(folder);
        return Path.Join(folder, $"f{_made++}");
    }

    private static void Link(string path, string name)
    {
        using var link = Process.Start("ln", [path, name]);
        link.WaitForExit();
    }

    public sealed record Seen(string Content, FileMetadata Metadata)
    {
        public string Checksum => WatchedTree.Blake3Of(Encoding.Latin1.GetBytes(Content));
    }
}
