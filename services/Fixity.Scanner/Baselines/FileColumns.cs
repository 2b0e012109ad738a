using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>The metadata of many files, a column each: what <c>unnest</c> takes.</summary>
internal sealed class FileColumns
{
    /// <summary>The parameters, which always come fourth.</summary>
    public const string Arrays = """
        $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[], $9::bigint[], $10::bigint[], $11::bigint[],
        $12::bigint[], $13::bigint[], $14::bigint[]
        """;

    /// <summary>Their names in the input of a statement.</summary>
    public const string Names = "size, mtime_ns, ctime_ns, inode, mode, uid, gid, links, acl, xattrs, capabilities";

    /// <summary>Gives the row <c>f</c> what the input <c>i</c> has. What was not read stays as recorded.</summary>
    public const string Assignments = """
        size = i.size, mtime_ns = i.mtime_ns, ctime_ns = i.ctime_ns, file_id = i.inode, mode = i.mode, uid = i.uid,
        gid = i.gid, links = i.links, acl_digest = coalesce(i.acl, f.acl_digest),
        xattrs_digest = coalesce(i.xattrs, f.xattrs_digest),
        capabilities_digest = coalesce(i.capabilities, f.capabilities_digest)
        """;

    private readonly long[] _sizes;
    private readonly long[] _mtimes;
    private readonly long?[] _ctimes;
    private readonly long?[] _fileIds;
    private readonly int?[] _modes;
    private readonly long?[] _uids;
    private readonly long?[] _gids;
    private readonly long?[] _links;
    private readonly long?[] _acls;
    private readonly long?[] _xattrs;
    private readonly long?[] _capabilities;

    private FileColumns(int count)
    {
        (_sizes, _mtimes, _ctimes, _fileIds) = (new long[count], new long[count], new long?[count], new long?[count]);
        (_modes, _uids, _gids, _links) = (new int?[count], new long?[count], new long?[count], new long?[count]);
        (_acls, _xattrs, _capabilities) = (new long?[count], new long?[count], new long?[count]);
    }

    public static FileColumns Of<T>(
        IReadOnlyList<T> files, Func<T, FileMetadata> metadataOf, Func<T, ExtendedAttributes> extendedOf)
    {
        var columns = new FileColumns(files.Count);
        for (var i = 0; i < files.Count; i++)
        {
            columns.Set(i, metadataOf(files[i]), extendedOf(files[i]));
        }

        return columns;
    }

    public void AddTo(NpgsqlBatchCommand command) => command
        .With(_sizes).With(_mtimes).With(_ctimes).With(_fileIds).With(_modes).With(_uids).With(_gids).With(_links)
        .With(_acls).With(_xattrs).With(_capabilities);

    private void Set(int i, in FileMetadata metadata, in ExtendedAttributes extended)
    {
        (_sizes[i], _mtimes[i], _ctimes[i]) = (metadata.SizeBytes, metadata.MtimeNs, metadata.CtimeNs);
        (_fileIds[i], _modes[i], _uids[i]) = (metadata.FileId, metadata.Mode, metadata.Uid);
        (_gids[i], _links[i]) = (metadata.Gid, metadata.Links);
        (_acls[i], _xattrs[i], _capabilities[i]) = (extended.Acl, extended.Xattrs, extended.Capabilities);
    }
}
