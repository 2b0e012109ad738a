using Amazon.Runtime;
using Amazon.S3.Model;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>One object by its bytes: a stream as long as it is read on, a part where somebody reads elsewhere.</summary>
/// <remarks>
/// Every later part is asked for by the tag of the first (<c>If-Match</c>), and its answer is looked at, too: an endpoint
/// that knows no conditions would otherwise mix two objects into one checksum.
/// </remarks>
internal sealed class S3File(S3Calls calls, string key, FilePath path, GetObjectResponse opened, FileMetadata metadata)
    : IStorageFile
{
    private readonly string _tag = S3Objects.Tag(opened.ETag);
    private readonly string? _version = opened.VersionId;
    private GetObjectResponse? _part = opened;
    private long _position;
    private long _end = metadata.SizeBytes;
    private bool _wasLooked;

    public StorageEvidence? Evidence { get; } = S3Objects.Evidence(opened);

    public async ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
    {
        if (!_wasLooked)
        {
            _wasLooked = true;
            return metadata;
        }

        var now = await calls.HeadAsync(key, path, cancellation);
        return S3Objects.Metadata(key, now.Headers.ContentLength, now.LastModified, now.ETag);
    }

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (offset >= metadata.SizeBytes || buffer.IsEmpty)
        {
            return 0;
        }

        if (_part is null || offset != _position || _position == _end)
        {
            await TurnToAsync(offset, buffer.Length, cancellation);
        }

        var wanted = (int)Math.Min(buffer.Length, _end - offset);
        var read = await calls.AskAsync(path, limit => ReadPartAsync(buffer[..wanted], limit), cancellation);
        _position += read;
        if (_position == _end)
        {
            CloseWhole();
        }

        return read;
    }

    public ValueTask DisposeAsync()
    {
        Leave();
        return ValueTask.CompletedTask;
    }

    private async Task<int> ReadPartAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_part is not { } part)
        {
            throw new InvalidOperationException("A part is asked for before it is read.");
        }

        try
        {
            var read = await part.ResponseStream.ReadAsync(buffer, cancellation);
            return read > 0 ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended too early");
        }
        catch
        {
            Leave(); // Where the stream stands is not known any more.
            throw;
        }
    }

    private async Task TurnToAsync(long offset, int length, CancellationToken cancellation)
    {
        // Who reads on where the last part ended goes on to the end; who jumps has a part of the file in mind.
        var readsOn = offset == _position;
        Leave();
        var end = readsOn ? metadata.SizeBytes : Math.Min(metadata.SizeBytes, offset + length);
        var part = await calls.GetPartAsync(key, path, _tag, offset, end - 1, cancellation);
        try
        {
            Check(part, offset, end);
        }
        catch (StorageException)
        {
            part.Dispose();
            throw;
        }

        (_part, _position, _end) = (part, offset, end);
    }

    private void Check(GetObjectResponse part, long offset, long end)
    {
        if (S3Objects.Tag(part.ETag) != _tag || part.VersionId != _version)
        {
            throw new StorageException(StorageFault.Changed, path, "another object took its place");
        }

        if (part.ContentRange != $"bytes {offset}-{end - 1}/{metadata.SizeBytes}" || part.ContentLength != end - offset)
        {
            throw new StorageException(
                StorageFault.ReadFailed, path,
                $"the storage sent the bytes '{part.ContentRange}' when it was asked for {offset} to {end - 1}");
        }
    }

    // Where all of an object was read, the SDK compares it with the checksum that came along (crc32, sha1, sha256).
    private void CloseWhole()
    {
        try
        {
            Leave();
        }
        catch (AmazonClientException failure)
        {
            throw new StorageException(
                StorageFault.ReadFailed, path, "the content is not what the storage's own checksum of it says", failure);
        }
    }

    // To the pool of connections, if little is left to come; otherwise that connection is closed.
    private void Leave()
    {
        var part = _part;
        _part = null;
        part?.Dispose();
    }
}
