using Fixity.Core;

namespace Fixity.Scanning;

/// <summary>Memory of one batch after the other: what a first scan would otherwise make and drop for every file.</summary>
internal sealed class BatchMemory
{
    private const int ChunkBytes = 64 * 1024;

    private readonly List<byte[]> _chunks = [];
    private int _chunk;
    private int _used;

    public FilePath Keep(FilePath path) => FilePath.FromEscaped(Keep(path.Memory));

    public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }

        var taken = Take(bytes.Length);
        bytes.CopyTo(taken);
        return taken;
    }

    public void Clear() => (_chunk, _used) = (0, 0);

    private Memory<byte> Take(int bytes)
    {
        if (bytes > ChunkBytes)
        {
            return new byte[bytes];
        }

        if (_chunk < _chunks.Count && _used + bytes > ChunkBytes)
        {
            (_chunk, _used) = (_chunk + 1, 0);
        }

        if (_chunk == _chunks.Count)
        {
            _chunks.Add(new byte[ChunkBytes]);
        }

        var taken = _chunks[_chunk].AsMemory(_used, bytes);
        _used += bytes;
        return taken;
    }
}
