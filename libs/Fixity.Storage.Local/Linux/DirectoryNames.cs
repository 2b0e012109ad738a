using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Storage.Local.Linux;

/// <summary>The names of one directory in path order, in memory that the next directory uses again.</summary>
/// <remarks>
/// Names are kept escaped, subdirectories with <c>/</c> appended: sorted by these bytes, a depth-first walk yields full
/// paths in byte order. Each is 16 bytes (key and <see cref="NameRef"/>) and its own, ended by a NUL for the kernel.
/// </remarks>
internal sealed unsafe class DirectoryNames : IDisposable
{
    public const int ReadBytes = 64 * 1024;

    private const int HeaderBytes = 19;

    // A key is read as eight bytes, also where the last name has fewer.
    private const int Slack = sizeof(ulong);

    private readonly NativeArena _bytes = new();
    private readonly NativeArena _keys = new();
    private readonly NativeArena _names = new();
    private nint _used;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Escaped(int index) => Bytes(Names[index]);

    public bool IsDirectory(int index) => Names[index].Type == NameRef.Directory;

    /// <summary>What the directory itself says the entry is, as far as it makes looking at it needless.</summary>
    public SkipKind? Skip(int index) => Names[index].Type switch
    {
        1 => SkipKind.Fifo,
        2 => SkipKind.CharacterDevice,
        6 => SkipKind.BlockDevice,
        10 => SkipKind.SymbolicLink,
        12 => SkipKind.Socket,
        _ => null,
    };

    /// <summary>The name as the kernel wants it, where that is how it is kept; null where it must be unescaped first.</summary>
    public byte* Terminated(int index) =>
        Names[index] is { Type: not NameRef.Directory, IsEscaped: false } name ? _bytes.Start + name.Offset : null;

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>Lets go of what only one very large directory needed.</summary>
    public void ReleaseIfLarge()
    {
        Clear();
        if (_bytes.IsLarge || _names.IsLarge)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        Clear();
        _bytes.Dispose();
        _keys.Dispose();
        _names.Dispose();
    }

    /// <summary>Reads a directory to its end and sorts it.</summary>
    /// <param name="buffer">What the kernel fills; shared by all levels of a walk.</param>
    /// <returns>Zero, or the negative error number: then the names so far mean nothing.</returns>
    public int Read(int directory, byte[] buffer, EntryWriter calls, CancellationToken stop)
    {
        Clear();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            int length;
            fixed (byte* start = buffer)
            {
                calls.CallBegins();
                length = Libc.GetDents64(directory, start, buffer.Length);
                length = length < 0 ? -Marshal.GetLastPInvokeError() : length;
                calls.CallEnded();
            }

            if (length == 0)
            {
                break;
            }

            if (length < 0 && length != -Errno.Interrupted)
            {
                return length;
            }

            var error = length > 0 ? AddAll(directory, buffer.AsSpan(0, length), calls) : 0;
            if (error != 0)
            {
                return error;
            }
        }

        Sort();
        return 0;
    }

    /// <summary>Adds a directory to the sorted names that are still to come, unless it is among them.</summary>
    /// <param name="from">The first name still to come; a directory sorts behind the same name as a file.</param>
    public void InsertDirectory(int from, ReadOnlySpan<byte> escapedName)
    {
        var length = escapedName.Length + 1;
        Reserve(length + 1);
        escapedName.CopyTo(new Span<byte>(_bytes.Start + _used, length));
        _bytes.Start[_used + length - 1] = FilePath.Separator;
        var added = new NameRef(_used, length, NameRef.Directory, isEscaped: false);
        var (low, high) = (from, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var order = Escaped(middle).SequenceCompareTo(Bytes(added));
            if (order == 0)
            {
                return;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        Count++;
        Names[low..^1].CopyTo(Names[(low + 1)..]);
        Names[low] = added;
        _used += length + 1;
    }

    /// <summary>Adds what one call of the kernel gave.</summary>
    /// <returns>Zero, or the negative error number of a name of which not even the type could be found out.</returns>
    internal int AddAll(int directory, ReadOnlySpan<byte> records, EntryWriter calls)
    {
        while (!records.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            var type = records[18];
            var name = records[HeaderBytes..length];
            name = name[..name.IndexOf((byte)0)];
            if (name[0] != (byte)'.' || (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)))
            {
                var error = type == NameRef.Unknown
                    ? TypeOf(directory, records[HeaderBytes..(HeaderBytes + name.Length + 1)], calls, out type)
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

    /// <summary>Puts the names into path order, each once.</summary>
    internal void Sort()
    {
        NameSort.Sort(_bytes.Start, new Span<ulong>(_keys.Start, Count), Names);
        DropRepeated();
    }

    private Span<NameRef> Names => new(_names.Start, Count);

    private ReadOnlySpan<byte> Bytes(NameRef name) => new(_bytes.Start + name.Offset, name.Length);

    private void Add(ReadOnlySpan<byte> raw, byte type)
    {
        Reserve((raw.Length * PathEscape.MaxGrowth) + 2);
        var end = _bytes.Start + _used;
        var length = PathEscape.Escape(raw, new Span<byte>(end, (int)Math.Min(_bytes.Capacity - _used, int.MaxValue)));
        var isEscaped = length != raw.Length;
        if (type == NameRef.Directory)
        {
            end[length++] = FilePath.Separator;
        }

        end[length] = 0;
        Count++;
        Names[^1] = new NameRef(_used, length, type, isEscaped);
        _used += length + 1;
    }

    private void Reserve(int bytes)
    {
        _bytes.Reserve(Math.Max(_used + bytes + Slack, 2 * 1024));
        _names.Reserve(Math.Max((nint)(Count + 1) * sizeof(NameRef), 1024));
        _keys.Reserve(Math.Max((nint)(Count + 1) * sizeof(ulong), 1024));
    }

    // Some file systems do not say: the order of the names depends on it, so it is asked now.
    private static int TypeOf(int directory, ReadOnlySpan<byte> terminatedName, EntryWriter calls, out byte type)
    {
        calls.CallBegins();
        var error = Descriptors.Stat(directory, terminatedName, out var stat);
        calls.CallEnded();
        type = error == 0 && Descriptors.IsDirectory(stat) ? NameRef.Directory : NameRef.Unknown;
        return error;
    }

    // A directory that changes while it is read may give a name twice.
    private void DropRepeated()
    {
        var keys = new Span<ulong>(_keys.Start, Count);
        var names = Names;
        var kept = 0;
        for (var i = 0; i < names.Length; i++)
        {
            // The keys of names that differ late are equal too: those of repeated ones always are.
            if (i > 0 && keys[i] == keys[i - 1] && Bytes(names[kept - 1]).SequenceEqual(Bytes(names[i])))
            {
                continue;
            }

            names[kept++] = names[i];
        }

        Count = kept;
    }
}
