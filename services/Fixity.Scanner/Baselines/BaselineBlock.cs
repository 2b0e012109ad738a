using Fixity.Core;
using Fixity.Data;

namespace Fixity.Scanner.Baselines;

/// <summary>Some rows of the baseline as they came from the database, and the files that they describe, in place.</summary>
internal sealed class BaselineBlock
{
    /// <summary>The select list of a block, but for the last: <see cref="RowFlags"/>.</summary>
    public const string Columns = """
        id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, links, state, algorithm, checksum, observed_checksum,
        acl_digest, xattrs_digest, capabilities_digest, damaged_as
        """;

    private const int FieldCount = 19;

    // So few, and so few bytes, that neither array is a large one: of those the first megabytes set off a collection of
    // everything.
    private const int Rows = 256;

    // About what as many rows of long paths need; shorter ones end the block by their number.
    private const int BlockBytes = 80 * 1024;

    private readonly byte[] _data = new byte[BlockBytes];
    private readonly BaselineFile[] _files = new BaselineFile[Rows];
    private readonly (int Offset, int Length)[] _fields = new (int, int)[FieldCount];
    private int _count;
    private int _parsed;
    private int _filled;
    private bool _isHeaderDue;

    public ReadOnlyMemory<BaselineFile> Files => _files.AsMemory(0, _count);

    public int Count => _count;

    /// <summary>Where the next bytes go.</summary>
    public Memory<byte> Space => _data.AsMemory(_filled);

    // A row needs no more than is left then: paths that an index cannot hold are not recorded.
    public bool IsFull => _count == Rows || _data.Length - _filled < 8 * 1024;

    public void Clear() => (_count, _parsed, _filled, _isHeaderDue) = (0, 0, 0, false);

    /// <summary>The block is the first of a stream.</summary>
    public void ExpectHeader() => _isHeaderDue = true;

    /// <summary>Reads the rows that are whole now that there are so many bytes more.</summary>
    public void Take(int bytes)
    {
        _filled += bytes;
        if (_isHeaderDue)
        {
            if (_filled < BinaryCopyRow.HeaderBytes)
            {
                return;
            }

            _parsed = BinaryCopyRow.HeaderBytes;
            _isHeaderDue = false;
        }

        while (_count < Rows
            && BinaryCopyRow.TryFind(
                _data.AsSpan(_parsed, _filled - _parsed), _fields, out var row, out var length, out var isEnd)
            && !isEnd)
        {
            _files[_count++] = Read(row, _parsed);
            _parsed += length;
        }
    }

    /// <summary>Takes over the row that did not fit the block before.</summary>
    public void TakeRest(BaselineBlock from)
    {
        var rest = from._data.AsSpan(from._parsed, from._filled - from._parsed);
        rest.CopyTo(_data);
        _filled = rest.Length;
    }

    private BaselineFile Read(in BinaryCopyRow row, int start)
    {
        var flags = (RowFlags)row.Smallint(18);
        return new(
            row.Bigint(0),
            FilePath.FromEscaped(BytesOf(row, 1, start)),
            new FileMetadata(
                row.Bigint(2), row.Bigint(3), row.BigintOrNull(4), row.BigintOrNull(5), null, row.IntegerOrNull(6),
                row.BigintOrNull(7), row.BigintOrNull(8), row.BigintOrNull(9)),
            (FileState)row.Smallint(10),
            row.IsNull(11) ? null : (ChecksumAlgorithm)row.Smallint(11),
            BytesOf(row, 12, start),
            BytesOf(row, 13, start),
            flags.HasFlag(RowFlags.Due),
            new ExtendedAttributes(row.BigintOrNull(14), row.BigintOrNull(15), row.BigintOrNull(16)),
            flags.HasFlag(RowFlags.BackedOff),
            row.IsNull(17) ? null : (FileState)row.Smallint(17),
            flags.HasFlag(RowFlags.HasGroups));
    }

    private ReadOnlyMemory<byte> BytesOf(in BinaryCopyRow row, int field, int start)
    {
        var (offset, length) = row.Place(field);
        return length == 0 ? default : _data.AsMemory(start + offset, length);
    }
}

/// <summary>What the database answers of a row beside what is in it: one column, because each costs the server as much as
/// ten comparisons.</summary>
[Flags]
internal enum RowFlags : short
{
    None = 0,

    /// <summary>To be re-read, changed or not.</summary>
    Due = 1,

    /// <summary>Its content is left alone for now.</summary>
    BackedOff = 2,

    HasGroups = 4,
}
