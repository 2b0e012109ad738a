namespace Fixity.Core.Patterns;

/// <summary>Asks a filter about path after path, and remembers what it said of the folder they lie in.</summary>
/// <remarks>Paths come in path order, so most lie in the folder of the one before. Allocates nothing for a path.</remarks>
public sealed class PathFilterReader
{
    private readonly PathFilter _filter;

    // Raw, without a slash at its end.
    private byte[] _folder = new byte[256];
    private int _folderLength;
    private bool _isFolderLeftOut;
    private bool _isFolderIncluded;
    private byte[] _raw = new byte[256];

    internal PathFilterReader(PathFilter filter) => _filter = filter;

    /// <summary>Whether a file is left out.</summary>
    public bool LeavesOut(FilePath file) => LeavesOut(file.Bytes, isFolder: false);

    /// <summary>Whether a folder, by the key of its range, is left out with all that is in it.</summary>
    public bool LeavesOutFolder(ReadOnlySpan<byte> rangeKey) =>
        !rangeKey.IsEmpty && LeavesOut(rangeKey.TrimEnd(FilePath.Separator), isFolder: true);

    private bool LeavesOut(ReadOnlySpan<byte> escaped, bool isFolder)
    {
        if (_filter.IsEverything)
        {
            return false;
        }

        var raw = Raw(escaped);
        var end = raw.LastIndexOf(FilePath.Separator);
        EnterFolder(end < 0 ? [] : raw[..end]);
        var isIncluded = _isFolderIncluded;
        return _isFolderLeftOut || _filter.LeavesOut(raw, isFolder, ref isIncluded);
    }

    private void EnterFolder(ReadOnlySpan<byte> folder)
    {
        if (folder.SequenceEqual(_folder.AsSpan(0, _folderLength)))
        {
            return;
        }

        (_isFolderLeftOut, _isFolderIncluded) = (false, false);
        for (var end = 0; end < folder.Length && !_isFolderLeftOut; end++)
        {
            var next = folder[(end + 1)..].IndexOf(FilePath.Separator);
            end = next < 0 ? folder.Length : end + 1 + next;
            _isFolderLeftOut = _filter.LeavesOut(folder[..end], isFolder: true, ref _isFolderIncluded);
        }

        if (_folder.Length < folder.Length)
        {
            _folder = new byte[folder.Length * 2];
        }

        folder.CopyTo(_folder);
        _folderLength = folder.Length;
    }

    private ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.Contains((byte)'\\'))
        {
            return escaped;
        }

        if (_raw.Length < escaped.Length)
        {
            _raw = new byte[escaped.Length * 2];
        }

        return _raw.AsSpan(0, PathEscape.Unescape(escaped, _raw));
    }
}
