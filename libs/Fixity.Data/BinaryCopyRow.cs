using System.Buffers.Binary;

namespace Fixity.Data;

/// <summary>One row in PostgreSQL's binary COPY format, in place: finds its fields and reads them, copies nothing.</summary>
/// <remarks>Types are not checked here: each field must be read as exactly the type of its column.</remarks>
public readonly ref struct BinaryCopyRow
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<(int Offset, int Length)> _fields;

    private BinaryCopyRow(ReadOnlySpan<byte> data, ReadOnlySpan<(int Offset, int Length)> fields)
    {
        _data = data;
        _fields = fields;
    }

    /// <summary>Bytes that stand before the first row.</summary>
    public static int HeaderBytes => BinaryCopyWriter.Signature.Length;

    /// <summary>Finds the row at the beginning of the data.</summary>
    /// <param name="fields">Memory for as many fields as the statement has columns.</param>
    /// <param name="bytes">Length of the row.</param>
    /// <param name="isEnd">There is no further row: this is the mark of the end.</param>
    /// <returns>False: not all of it is here yet.</returns>
    /// <exception cref="InvalidDataException">It is not a row of as many fields.</exception>
    public static bool TryFind(
        ReadOnlySpan<byte> data, Span<(int Offset, int Length)> fields, out BinaryCopyRow row, out int bytes,
        out bool isEnd)
    {
        row = default;
        bytes = 0;
        isEnd = false;
        if (data.Length < sizeof(short))
        {
            return false;
        }

        var count = BinaryPrimitives.ReadInt16BigEndian(data);
        if (count == -1)
        {
            isEnd = true;
            bytes = sizeof(short);
            return true;
        }

        if (count != fields.Length)
        {
            throw new InvalidDataException($"A row of {count} fields came where {fields.Length} were asked for.");
        }

        var position = sizeof(short);
        for (var field = 0; field < fields.Length; field++)
        {
            if (data.Length - position < sizeof(int))
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(data[position..]);
            position += sizeof(int);
            fields[field] = (position, length);
            position += Math.Max(length, 0);
            if (position > data.Length)
            {
                return false;
            }
        }

        row = new BinaryCopyRow(data, fields);
        bytes = position;
        return true;
    }

    public bool IsNull(int field) => _fields[field].Length < 0;

    public long Bigint(int field) => BinaryPrimitives.ReadInt64BigEndian(Of(field));

    public long? BigintOrNull(int field) => IsNull(field) ? null : Bigint(field);

    public int? IntegerOrNull(int field) => IsNull(field) ? null : BinaryPrimitives.ReadInt32BigEndian(Of(field));

    public short Smallint(int field) => BinaryPrimitives.ReadInt16BigEndian(Of(field));

    public bool Boolean(int field) => Of(field)[0] != 0;

    /// <summary>Where the bytes of the field lie in the data; an empty place for null.</summary>
    public (int Offset, int Length) Place(int field) =>
        IsNull(field) ? default : _fields[field];

    private ReadOnlySpan<byte> Of(int field) => _data.Slice(_fields[field].Offset, _fields[field].Length);
}
