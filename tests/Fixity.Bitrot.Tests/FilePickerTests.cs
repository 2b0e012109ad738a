namespace Fixity.Bitrot.Tests;

public sealed class FilePickerTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Picks_differ_by_seed_only_and_never_repeat()
    {
        for (var i = 0; i < 50; i++)
        {
            _scratch.Write($"folder{i % 5}/file{i}", 10);
        }

        var picked = FilePicker.Pick(_scratch.Folder, 20, new Random(1));

        Assert.Equal(20, picked.Distinct().Count());
        Assert.Equal(picked, FilePicker.Pick(_scratch.Folder, 20, new Random(1)));
        Assert.NotEqual(picked, FilePicker.Pick(_scratch.Folder, 20, new Random(2)));
    }

    [Fact]
    public void Only_regular_files_with_content_are_picked()
    {
        var file = _scratch.Write("file", 10);
        _scratch.Write("empty", 0);
        File.CreateSymbolicLink(Path.Combine(_scratch.Folder, "link"), file);
        Directory.CreateSymbolicLink(Path.Combine(_scratch.Folder, "loop"), _scratch.Folder);

        Assert.Equal([file], FilePicker.Pick(_scratch.Folder, 1, new Random(1)));
        Assert.Throws<InvalidOperationException>(() => FilePicker.Pick(_scratch.Folder, 2, new Random(1)));
    }
}
