namespace Fixity.Bitrot.Tests;

/// <summary>A folder of real files that goes away with the test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitrot-tests-");

    public string Folder => _folder.FullName;

    /// <summary>A file of random content whose times no tick of 100 ns can express.</summary>
    public string Write(string name, int sizeBytes)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var content = new byte[sizeBytes];
        new Random(sizeBytes).NextBytes(content);
        File.WriteAllBytes(path, content);
        new FileTimes(AccessedNs: 1_500_000_000_123_456_789, ModifiedNs: 1_400_000_000_987_654_321).ApplyTo(path);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
