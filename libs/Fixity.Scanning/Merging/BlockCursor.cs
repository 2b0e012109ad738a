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

    // Of the highest key so far; -1: it lay in an earlier block and was kept.
    private int _highest = -1;

    public bool HasCurrent => _index < _block.Length;

    public bool IsAtEnd { get; private set; }

    /// <summary>The block at hand is used up: <see cref="FetchAsync"/> is next.</summary>
    public bool NeedsBlock => !HasCurrent && !IsAtEnd;

    public ref readonly T Current => ref _block.Span[_index];

    public FilePath Key => KeyOf(Current);

    /// <summary>Goes to the next element of the block at hand.</summary>
    public void Advance()
    {
        if (_index + 1 >= _block.Length)
        {
            KeepHighest();
            (_block, _index) = (default, 0);
            return;
        }

        _index++;
        CheckOrder();
    }

    /// <summary>Waits for the next block; the end of the stream is none.</summary>
    public async ValueTask FetchAsync()
    {
        do
        {
            if (!await _blocks.MoveNextAsync())
            {
                IsAtEnd = true;
                return;
            }

            _block = _blocks.Current;
        }
        while (_block.IsEmpty);

        CheckOrder();
    }

    public ValueTask DisposeAsync() => _blocks.DisposeAsync();

    protected abstract FilePath KeyOf(in T element);

    /// <summary>Whether the element may come behind keys that are below its own: a fault met in the middle may.</summary>
    protected abstract bool MayComeLate(in T element);

    private void CheckOrder()
    {
        if (_highest < 0 && _lastLength < 0)
        {
            _highest = _index;
            return;
        }

        var highest = _highest >= 0
            ? KeyOf(_block.Span[_highest])
            : FilePath.FromEscaped(_last.AsMemory(0, _lastLength));
        if (Key > highest)
        {
            _highest = _index;
        }
        else if (!MayComeLate(Current) || !highest.IsBelow(Key))
        {
            throw OutOfOrder(highest);
        }
    }

    // The block that it lies in is used again as soon as the next one is asked for.
    private void KeepHighest()
    {
        if (_highest < 0)
        {
            return;
        }

        var key = KeyOf(_block.Span[_highest]).Bytes;
        if (_last.Length < key.Length)
        {
            _last = new byte[key.Length * 2];
        }

        key.CopyTo(_last);
        _lastLength = key.Length;
        _highest = -1;
    }

    private InvalidOperationException OutOfOrder(FilePath previous) =>
        new($"{GetType().Name}: '{Key}' came after '{previous}', which is not path order.");
}
