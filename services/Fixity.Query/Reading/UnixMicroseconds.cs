namespace Fixity.Query.Reading;

/// <summary>Times as PostgreSQL keeps them: whole microseconds.</summary>
internal static class UnixMicroseconds
{
    public static long ToUnixMicroseconds(this DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>What lies beyond all times is the database's infinity.</summary>
    public static DateTimeOffset ToTime(long microseconds)
    {
        var most = DateTimeOffset.MaxValue.ToUnixMicroseconds();
        var least = DateTimeOffset.MinValue.ToUnixMicroseconds();
        return microseconds >= most ? DateTimeOffset.MaxValue
            : microseconds <= least ? DateTimeOffset.MinValue
            : DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
