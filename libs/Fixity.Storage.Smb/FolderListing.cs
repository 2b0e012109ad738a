using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>One folder of a share: its entries in path order, in as little memory as it goes.</summary>
/// <remarks>
/// A server lists in an order of its own, so a folder is held whole while it is walked. One that is listed ahead of the
/// walk stops at some entries until the walk enters it.
/// </remarks>
internal sealed class FolderListing(ISmbShare share, string path, CancellationToken stop) : ISmbListing
{
    private const int AheadEntries = 16 * 1024;

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _names = new byte[4 * 1024];
    private Entry[] _entries = new Entry[64];
    private int _used;
    private Task? _listing;

    public int Count { get; private set; }

    /// <summary>Begins to list, if nobody did.</summary>
    public void Start() => _listing ??= share.ListAsync(path, this, stop);

    /// <summary>Completes when all is there, and in order.</summary>
    /// <exception cref="SmbException">It could not be listed to its end.</exception>
    public async Task EnterAsync()
    {
        Start();
        _entered.TrySetResult();
        await _listing!;
        Array.Sort(_entries, 0, Count, Comparer<Entry>.Create((left, right) => Name(left).SequenceCompareTo(Name(right))));
    }

    /// <summary>Escaped; of a folder with the slash that puts it in its place.</summary>
    public ReadOnlySpan<byte> Name(int index) => Name(_entries[index]);

    public ref readonly Entry this[int index] => ref _entries[index];

    /// <summary>Nobody will enter: what became of it is nobody's business.</summary>
    public async Task LeaveAsync()
    {
        if (_listing is not null)
        {
            await _listing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Restart() => (Count, _used) = (0, 0);

    public void Add(ReadOnlySpan<byte> nameUtf16, in SmbMetadata metadata)
    {
        var most = (nameUtf16.Length * SmbNames.MaxGrowth) + 8;
        if (_names.Length - _used < most)
        {
            Array.Resize(ref _names, Math.Max(2 * _names.Length, _used + most));
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }

        var (length, canOpen) = SmbNames.Escape(nameUtf16, _names.AsSpan(_used));
        var kind = !canOpen ? EntryForm.BadName
            : metadata.IsReparsePoint ? EntryForm.Link
            : metadata.IsDirectory ? EntryForm.Folder
            : EntryForm.File;
        if (kind == EntryForm.Folder)
        {
            _names[_used + length++] = FilePath.Separator;
        }

        _entries[Count++] = new Entry(_used, length, kind, metadata);
        _used += length;
    }

    public async ValueTask PageEndedAsync(CancellationToken cancellation)
    {
        if (Count > AheadEntries)
        {
            await _entered.Task.WaitAsync(cancellation);
        }
    }

    private ReadOnlySpan<byte> Name(in Entry entry) => _names.AsSpan(entry.NameAt, entry.NameLength);

    public enum EntryForm : byte
    {
        File,
        Folder,
        Link,
        BadName,
    }

    public readonly record struct Entry(int NameAt, int NameLength, EntryForm Form, SmbMetadata Metadata);
}
