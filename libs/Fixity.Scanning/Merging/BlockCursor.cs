using Fixity.Core;

namespace Fixity.Scanning.Merging;

/// <summary>Goes through a stream of blocks element by element, and refuses one that is not in path order.</summary>
/// <remarks>
/// The order is what the whole merge rests on. A baseline in another collation would make files appear and disappear
/// that nobody touched, so it is checked and not trusted.
/// </remarks>
internal abstract class BlockCursor<T>(IAsyncEnumerable<ReadOnlyMemory<T>> stream, CancellationToken cancellation)
    : IAsyncDisposable
    where T : struct
{
    private readonly IAsyncEnumerator<ReadOnlyMemory<T>> _blocks = stream.GetAsyncEnumerator(cancellation);
    private ReadOnlyMemory<T> _block;
    private int _index;
    private byte[] _last = [];
    private int _lastLength = -1;

    public bool HasCurrent => _index < _block.Length;

    public ref readonly T Current => ref _block.Span[_index];

    public FilePath Key => KeyOf(Current);

    public ValueTask MoveNextAsync()
    {
        if (_index + 1 >= _block.Length)
        {
            return FetchAsync();
        }

        var previous = Key;
        var checkable = IsInOrder(Current);
        _index++;
        if (checkable && IsInOrder(Current) && Key <= previous)
        {
            throw OutOfOrder(previous);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _blocks.DisposeAsync();

    protected abstract FilePath KeyOf(in T element);

    /// <summary>Whether the element's place in the order is its key's: a late fault's is not.</summary>
    protected abstract bool IsInOrder(in T element);

    private async ValueTask FetchAsync()
    {
        KeepLast();
        do
        {
            _index = 0;
            _block = default;
            if (!await _blocks.MoveNextAsync())
            {
                return;
            }

            _block = _blocks.Current;
        }
        while (_block.IsEmpty);

        var last = FilePath.FromEscaped(_last.AsMemory(0, Math.Max(_lastLength, 0)));
        if (_lastLength >= 0 && IsInOrder(Current) && Key <= last)
        {
            throw OutOfOrder(last);
        }
    }

    // The block that it lies in is used again as soon as the next one is asked for.
    private void KeepLast()
    {
        if (!HasCurrent || !IsInOrder(Current))
        {
            return;
        }

        var key = Key.Bytes;
        if (_last.Length < key.Length)
        {
            _last = new byte[key.Length * 2];
        }

        key.CopyTo(_last);
        _lastLength = key.Length;
    }

    private InvalidOperationException OutOfOrder(FilePath previous) =>
        new($"{GetType().Name}: '{Key}' came after '{previous}', which is not path order.");
}
