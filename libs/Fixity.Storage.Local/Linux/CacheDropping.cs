namespace Fixity.Storage.Local.Linux;

/// <summary>Keeps a big file that is read once from pushing what others use out of the page cache.</summary>
/// <remarks>
/// Advice, not a command: a page that is dirty or that a program has mapped stays. Whole files are dropped before they
/// are read from the medium; a big one also behind the reader, by the piece, or 100 GB would have gone through the cache
/// before its end.
/// </remarks>
internal sealed class CacheDropping
{
    /// <summary>Up to this size what stays behind in the cache is worth less than the call.</summary>
    public const long BigFileBytes = 1024 * 1024;

    private const long PieceBytes = 8 * 1024 * 1024;

    // Several threads may read one file, each its own part; a drop too few is made up for at the end.
    private readonly Lock _lock = new();
    private long _start;
    private long _end;

    public static void All(int descriptor) => _ = Libc.Advise(descriptor, 0, 0, Libc.AdviseDontNeed);

    public void Behind(int descriptor, long offset, int read)
    {
        (long Start, long Length) piece;
        lock (_lock)
        {
            var goesOn = offset == _end;
            if (goesOn && offset + read - _start < PieceBytes)
            {
                _end = offset + read;
                return;
            }

            // Also where the reading jumped: what it left behind goes, and the next piece begins here.
            piece = goesOn ? (_start, offset + read - _start) : (_start, _end - _start);
            _start = goesOn ? offset + read : offset;
            _end = offset + read;
        }

        // A length of zero would mean to the end of the file.
        if (piece.Length > 0)
        {
            _ = Libc.Advise(descriptor, piece.Start, piece.Length, Libc.AdviseDontNeed);
        }
    }
}
