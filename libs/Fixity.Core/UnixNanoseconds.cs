using System.Globalization;

namespace Fixity.Core;

/// <summary>Nanoseconds since 1970 as text for people and JSON, with all nine digits.</summary>
/// <remarks>A 64-bit count reaches from 1677 to 2262, so every value has a calendar date.</remarks>
public static class UnixNanoseconds
{
    private const long PerSecond = 1_000_000_000;

    public static long From(long seconds, long nanoseconds)
    {
        // A file system may hold times that a 64-bit count of nanoseconds cannot: the nearest that it can, and the same
        // one each time, so that nothing seems to change.
        var total = ((Int128)seconds * PerSecond) + nanoseconds;
        return (long)Int128.Clamp(total, long.MinValue, long.MaxValue);
    }

    public static long From(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>RFC 3339 in UTC: <c>2026-11-21T02:26:31.123456789Z</c>.</summary>
    public static string ToText(long nanoseconds)
    {
        var (seconds, fraction) = Math.DivRem(nanoseconds, PerSecond);
        if (fraction < 0)
        {
            seconds--;
            fraction += PerSecond;
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddSeconds(seconds):yyyy-MM-ddTHH:mm:ss}.{fraction:D9}Z");
    }

    /// <summary>Reads what <see cref="ToText"/> writes; fewer digits of the fraction, or none, are accepted.</summary>
    public static bool TryParse(string? text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text is null || text.Length < 20 || text[^1] != 'Z'
            || !DateTime.TryParseExact(
                text.AsSpan(0, 19), "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var second))
        {
            return false;
        }

        var digits = text.AsSpan(19, text.Length - 20);
        var fraction = 0L;
        if (!digits.IsEmpty && (digits[0] != '.' || !TryReadFraction(digits[1..], out fraction)))
        {
            return false;
        }

        var total = ((Int128)((second.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) * PerSecond) + fraction;
        if (total < long.MinValue || total > long.MaxValue)
        {
            return false;
        }

        nanoseconds = (long)total;
        return true;
    }

    private static bool TryReadFraction(ReadOnlySpan<char> digits, out long nanoseconds)
    {
        nanoseconds = 0;
        if (digits.Length is < 1 or > 9)
        {
            return false;
        }

        for (var i = 0; i < 9; i++)
        {
            var digit = i < digits.Length ? digits[i] : '0';
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            nanoseconds = (nanoseconds * 10) + (digit - '0');
        }

        return true;
    }
}
