using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>The metadata of many files, a column each: what <c>unnest</c> takes.</summary>
internal sealed class FileColumns
{
    private readonly List<long> _sizes = [];
    private readonly List<long> _mtimes = [];
    private readonly List<long?> _ctimes = [];
    private readonly List<long?> _fileIds = [];
    private readonly List<int?> _modes = [];
    private readonly List<long?> _uids = [];
    private readonly List<long?> _gids = [];

    public static FileColumns Of<T>(IEnumerable<T> files, Func<T, FileMetadata> metadataOf)
    {
        var columns = new FileColumns();
        foreach (var file in files)
        {
            columns.Add(metadataOf(file));
        }

        return columns;
    }

    /// <summary>Seven parameters: size, mtime_ns, ctime_ns, file_id, mode, uid, gid.</summary>
    public void AddTo(NpgsqlCommand command) => command
        .With(_sizes.ToArray()).With(_mtimes.ToArray()).With(_ctimes.ToArray()).With(_fileIds.ToArray())
        .With(_modes.ToArray()).With(_uids.ToArray()).With(_gids.ToArray());

    private void Add(in FileMetadata metadata)
    {
        _sizes.Add(metadata.SizeBytes);
        _mtimes.Add(metadata.MtimeNs);
        _ctimes.Add(metadata.CtimeNs);
        _fileIds.Add(metadata.FileId);
        _modes.Add(metadata.Mode);
        _uids.Add(metadata.Uid);
        _gids.Add(metadata.Gid);
    }
}
