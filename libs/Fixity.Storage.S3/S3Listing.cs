using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>One listing of a range: page after page, the next one under way while one is gone through.</summary>
internal sealed class S3Listing(S3Calls calls, S3Keys keys, PathRange range, IEntryFilter? filter, TimeProvider clock)
{
    private readonly StorageEntry[] _entries = new StorageEntry[calls.PageSize];
    private byte[] _paths = [];
    private int _count;
    private int _used;
    private string _lastKey = "";
    private FilePath? _lastFault;
    private readonly FolderFilter? _folders = filter is null ? null : new FolderFilter(filter);

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var next = (Task<ListObjectsV2Response>?)AskAsync(keys.Before(range), null, leaving.Token);
        try
        {
            while (next is not null)
            {
                var page = await next;
                next = null;
                if (Read(page) && page.IsTruncated == true)
                {
                    // Behind a folder that nobody wants to know of, however many keys it has.
                    next = _folders?.Refused is { } folder
                        ? AskAsync(keys.Behind(folder), null, leaving.Token)
                        : AskAsync(null, page.NextContinuationToken, leaving.Token);
                }

                if (_count > 0)
                {
                    yield return _entries.AsMemory(0, _count);
                }
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await (next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<ListObjectsV2Response> AskAsync(string? after, string? token, CancellationToken cancellation) =>
        calls.ListAsync(keys.Prefix, after, token, calls.PageSize, cancellation);

    /// <returns>Whether the range goes on behind the page.</returns>
    private bool Read(ListObjectsV2Response page)
    {
        var found = page.S3Objects ?? [];
        if (found.Count > _entries.Length)
        {
            throw S3Faults.NotS3("it lists more keys at once than it was asked for");
        }

        var isEncoded = page.Encoding == EncodingType.Url;
        (_count, _used) = (0, 0);
        MakeRoom(found, isEncoded);
        foreach (var item in found)
        {
            var key = isEncoded ? WebUtility.UrlDecode(item.Key) : item.Key;
            if (!key.StartsWith(keys.Prefix, StringComparison.Ordinal))
            {
                throw S3Faults.NotS3($"it lists '{key}', which does not begin with '{keys.Prefix}'");
            }

            if (!Read(item, key, key[keys.Prefix.Length..]))
            {
                return false;
            }
        }

        return true;
    }

    // Before the first path is written: what lies in the block must not move. Encoded, everything is longer than escaped.
    private void MakeRoom(List<S3Object> found, bool isEncoded)
    {
        var most = found.Sum(item => isEncoded ? item.Key.Length : Encoding.UTF8.GetByteCount(item.Key));
        if (_paths.Length < most)
        {
            _paths = new byte[most];
        }
    }

    /// <returns>False: it lies behind the range.</returns>
    private bool Read(S3Object item, string key, string below)
    {
        if (below.Length == 0)
        {
            return true; // The prefix's own marker.
        }

        var path = Write(below);
        if (range.To is { } end && path >= end)
        {
            return false;
        }

        CheckOrder(key);
        if (range.Contains(path) && _folders?.LeavesOut(path) != true)
        {
            Add(item, key, below, path);
        }

        return true;
    }

    private void Add(S3Object item, string key, string below, FilePath path)
    {
        switch (S3Keys.Judge(below, out var fault))
        {
            case KeyKind.Unnameable:
                if (fault != _lastFault)
                {
                    _lastFault = fault;
                    _entries[_count++] = StorageEntry.NotListed(
                        fault, StorageFault.ReadFailed, $"no path can say the key '{key.Replace('\0', '\uFFFD')}'");
                }

                break;

            case KeyKind.Folder:
                if (item.Size > 0)
                {
                    _entries[_count++] = StorageEntry.Skipped(path, SkipKind.Unknown);
                }

                break;

            default:
                var metadata = S3Objects.Metadata(key, item.Size, item.LastModified, item.ETag);
                var isRestored = S3Objects.IsRestored(item.RestoreStatus, clock.GetUtcNow());
                _entries[_count++] = S3Objects.IsArchived(item.StorageClass?.Value, isRestored)
                    ? StorageEntry.Skipped(path, SkipKind.Archived) with { Metadata = metadata }
                    : StorageEntry.File(path, metadata);
                break;
        }
    }

    // Some endpoints list in an order of their own (S3 Express does), and a scan rests on the order.
    private void CheckOrder(string key)
    {
        if (Compare(key, _lastKey) <= 0 && _lastKey.Length > 0)
        {
            throw S3Faults.NotS3($"it lists '{key}' behind '{_lastKey}', which is not the order of their bytes");
        }

        _lastKey = key;
    }

    private static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return Encoding.UTF8.GetBytes(Tail(left, same)).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(Tail(right, same)));
    }

    // One character each is enough, and a pair of surrogates is one.
    private static string Tail(string text, int from)
    {
        var start = from > 0 && from < text.Length && char.IsLowSurrogate(text[from]) ? from - 1 : from;
        return text.Substring(start, Math.Min(2, text.Length - start));
    }

    private FilePath Write(string below)
    {
        if (below.Contains('\\', StringComparison.Ordinal))
        {
            return S3Keys.Escape(below);
        }

        var length = Encoding.UTF8.GetBytes(below, _paths.AsSpan(_used));
        var path = FilePath.FromEscaped(_paths.AsMemory(_used, length));
        _used += length;
        return path;
    }
}
