using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>Asks a filter about folders, which S3 does not have: about each prefix when its first key is listed.</summary>
internal sealed class FolderFilter(IEntryFilter filter)
{
    private readonly List<byte> _entered = [];

    /// <summary>The folder that the last key lies in, if nobody wants to know of it.</summary>
    public FilePath? Refused { get; private set; }

    public bool LeavesOut(FilePath path)
    {
        if (Refused is { } refused && path.IsBelow(refused))
        {
            return true;
        }

        Refused = null;
        var bytes = path.Bytes;
        var known = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entered).CommonPrefixLength(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == FilePath.Separator && i >= known && !filter.Enters(bytes[..(i + 1)]))
            {
                Refused = FilePath.FromEscaped(bytes[..(i + 1)].ToArray());
                return true;
            }
        }

        _entered.Clear();
        _entered.AddRange(bytes[..(bytes.LastIndexOf(FilePath.Separator) + 1)]);
        return false;
    }
}
