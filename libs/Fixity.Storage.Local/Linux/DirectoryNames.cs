using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>The names of one directory in path order, in memory that the next directory uses again.</summary>
/// <remarks>
/// Names are kept escaped, subdirectories with <c>/</c> appended: sorted by these bytes, a depth-first walk yields full
/// paths in byte order.
/// </remarks>
internal sealed unsafe class DirectoryNames
{
    public const int ReadBytes = 64 * 1024;

    private const int LargeNames = 16 * 1024;
    private const int HeaderBytes = 19;
    private const byte TypeUnknown = 0;
    private const byte TypeDirectory = 4;

    private Name[] _names = new Name[64];
    private byte[] _bytes = new byte[2 * 1024];
    private int _used;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Escaped(int index) => _bytes.AsSpan(_names[index].Offset, _names[index].Length);

    public bool IsDirectory(int index) => _names[index].Type == TypeDirectory;

    /// <summary>What the directory itself says the entry is, as far as it makes looking at it needless.</summary>
    public SkipKind? Skip(int index) => _names[index].Type switch
    {
        1 => SkipKind.Fifo,
        2 => SkipKind.CharacterDevice,
        6 => SkipKind.BlockDevice,
        10 => SkipKind.SymbolicLink,
        12 => SkipKind.Socket,
        _ => null,
    };

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>Lets go of what only one very large directory needed.</summary>
    public void ReleaseIfLarge()
    {
        Clear();
        if (_names.Length > LargeNames)
        {
            _names = new Name[64];
            _bytes = new byte[2 * 1024];
        }
    }

    /// <summary>Reads a directory to its end and sorts it.</summary>
    /// <param name="buffer">What the kernel fills; shared by all levels of a walk.</param>
    /// <returns>Zero, or the negative error number: then the names so far mean nothing.</returns>
    public int Read(int directory, byte[] buffer, CancellationToken stop)
    {
        Clear();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            int length;
            fixed (byte* start = buffer)
            {
                length = Libc.GetDents64(directory, start, buffer.Length);
            }

            if (length == 0)
            {
                break;
            }

            if (length > 0)
            {
                var error = AddAll(directory, buffer.AsSpan(0, length));
                if (error != 0)
                {
                    return error;
                }
            }
            else if (Marshal.GetLastPInvokeError() is var errno && errno != Errno.Interrupted)
            {
                return -errno;
            }
        }

        MemoryExtensions.Sort(_names.AsSpan(0, Count), new ByBytes(this));
        DropRepeated();
        return 0;
    }

    /// <summary>Adds a directory to the sorted names that are still to come, unless it is among them.</summary>
    /// <param name="from">The first name still to come; a directory sorts behind the same name as a file.</param>
    public void InsertDirectory(int from, ReadOnlySpan<byte> escapedName)
    {
        var offset = _used;
        var length = escapedName.Length + 1;
        Reserve(length);
        escapedName.CopyTo(_bytes.AsSpan(offset));
        _bytes[offset + length - 1] = FilePath.Separator;
        var added = NameAt(offset, length, TypeDirectory);
        var found = MemoryExtensions.BinarySearch(_names.AsSpan(from, Count - from), added, new ByBytes(this));
        if (found >= 0)
        {
            return;
        }

        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
        }

        var index = from + ~found;
        _names.AsSpan(index, Count - index).CopyTo(_names.AsSpan(index + 1));
        _names[index] = added;
        Count++;
        _used += length;
    }

    /// <summary>Adds what one call of the kernel gave.</summary>
    /// <returns>Zero, or the negative error number of a name of which not even the type could be found out.</returns>
    internal int AddAll(int directory, ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            var type = records[18];
            var name = records[HeaderBytes..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                var error = type == TypeUnknown
                    ? TypeOf(directory, records[HeaderBytes..(HeaderBytes + name.Length + 1)], out type)
                    : 0;
                if (error == 0)
                {
                    Add(name, type);
                }
                else if (error != -Errno.NoEntry)
                {
                    return error; // Perhaps a directory: everything below it would pass for deleted.
                }
            }

            records = records[length..];
        }

        return 0;
    }

    private void Add(ReadOnlySpan<byte> raw, byte type)
    {
        Reserve((raw.Length * PathEscape.MaxGrowth) + 1);
        var length = PathEscape.Escape(raw, _bytes.AsSpan(_used));
        if (type == TypeDirectory)
        {
            _bytes[_used + length++] = FilePath.Separator;
        }

        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
        }

        _names[Count++] = NameAt(_used, length, type);
        _used += length;
    }

    private void Reserve(int room)
    {
        if (_used + room > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + room));
        }
    }

    private Name NameAt(int offset, int length, byte type)
    {
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        first.Clear();
        _bytes.AsSpan(offset, Math.Min(length, first.Length)).CopyTo(first);
        return new Name(BinaryPrimitives.ReadUInt64BigEndian(first), offset, length, type);
    }

    // Some file systems do not say: the order of the names depends on it, so it is asked now.
    private static int TypeOf(int directory, ReadOnlySpan<byte> terminatedName, out byte type)
    {
        var error = Descriptors.Stat(directory, terminatedName, out var stat);
        type = error == 0 && Descriptors.IsDirectory(stat) ? TypeDirectory : TypeUnknown;
        return error;
    }

    // A directory that changes while it is read may give a name twice.
    private void DropRepeated()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (kept == 0 || !Escaped(kept - 1).SequenceEqual(Escaped(i)))
            {
                _names[kept++] = _names[i];
            }
        }

        Count = kept;
    }

    // The first bytes decide most comparisons without going to the names themselves.
    private readonly record struct Name(ulong First, int Offset, int Length, byte Type);

    private readonly struct ByBytes(DirectoryNames names) : IComparer<Name>
    {
        public int Compare(Name x, Name y)
        {
            var byFirst = x.First.CompareTo(y.First);
            return byFirst != 0
                ? byFirst
                : names._bytes.AsSpan(x.Offset, x.Length).SequenceCompareTo(names._bytes.AsSpan(y.Offset, y.Length));
        }
    }
}
