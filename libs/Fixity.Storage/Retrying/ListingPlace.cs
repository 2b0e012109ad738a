using Fixity.Core;

namespace Fixity.Storage.Retrying;

/// <summary>How far a listing has come, so that another can go on behind it: nothing twice, nothing left out.</summary>
internal sealed class ListingPlace(PathRange range)
{
    private byte[] _last = [];
    private int _length;
    private bool _isWholeFolder;

    /// <summary>The fault of the root stands for all that was left.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>What has not been given yet.</summary>
    public PathRange Rest
    {
        get
        {
            if (_length == 0)
            {
                return range;
            }

            var last = FilePath.FromEscaped(_last.AsSpan(0, _length).ToArray());
            return _isWholeFolder ? range with { From = last } : range with { After = last };
        }
    }

    public void Pass(ReadOnlySpan<StorageEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        var path = entries[^1].Path;
        if (path.IsRoot)
        {
            IsAtEnd = true;
            return;
        }

        if (_last.Length < path.Bytes.Length)
        {
            _last = new byte[path.Bytes.Length * 2];
        }

        path.Bytes.CopyTo(_last);
        _length = path.Bytes.Length;
        _isWholeFolder = path.IsRangeKey;
        if (_isWholeFolder)
        {
            // Whatever came from inside before, the rest lies behind the folder: '0' is the byte after '/'.
            _last[_length - 1] = FilePath.Separator + 1;
        }
    }
}
