namespace Fixity.Storage;

/// <summary>Says which folders a listing need not go into, because nothing in them is wanted.</summary>
/// <remarks>A help, not a promise: a storage that cannot make use of it lists them, and the reader drops what comes.</remarks>
public interface IEntryFilter
{
    /// <param name="rangeKey">Escaped: <c>dir/</c>. Asked in path order, by one thread.</param>
    bool Enters(ReadOnlySpan<byte> rangeKey);
}
