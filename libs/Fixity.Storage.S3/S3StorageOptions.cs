namespace Fixity.Storage.S3;

/// <summary>How patient this side is with an endpoint.</summary>
public sealed record S3StorageOptions
{
    /// <summary>A call whose answer has not begun by then, or a read without a byte, is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keys that one call lists; S3 itself gives no more than a thousand.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>For tests, where a bucket's own host name does not resolve. Null: as names and ports say.</summary>
    internal Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; init; }
}
