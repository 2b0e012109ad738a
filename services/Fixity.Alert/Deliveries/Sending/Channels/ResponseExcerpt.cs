using System.Text;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>Reads of a receiver's answer as much as people need, and never more than a bound: the receiver is a stranger.</summary>
internal static class ResponseExcerpt
{
    public const int KeptBytes = 2 * 1024;

    /// <summary>Read on to here and thrown away, so that the connection can be used again.</summary>
    public const int ReadBytes = 64 * 1024;

    /// <returns>Null for an empty answer. One that breaks off, or is too slow, is as long as what came.</returns>
    public static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var kept = new byte[KeptBytes];
        var keptCount = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellation);
            while (keptCount < kept.Length && await stream.ReadAsync(kept.AsMemory(keptCount), cancellation) is > 0 and var count)
            {
                keptCount += count;
            }

            await DrainAsync(stream, ReadBytes - keptCount, cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status came before it, and that is what counts.
        }

        return keptCount == 0 ? null : ToText(kept.AsSpan(0, keptCount));
    }

    private static async Task DrainAsync(Stream stream, int most, CancellationToken cancellation)
    {
        var discarded = new byte[4 * 1024];
        while (most > 0
            && await stream.ReadAsync(discarded.AsMemory(0, Math.Min(discarded.Length, most)), cancellation) is > 0 and var count)
        {
            most -= count;
        }
    }

    // PostgreSQL's text has no NUL.
    private static string ToText(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD');
}
