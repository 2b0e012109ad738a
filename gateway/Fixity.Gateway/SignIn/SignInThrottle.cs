using System.Net;
using System.Net.Sockets;

namespace Fixity.Gateway.SignIn;

/// <summary>Makes guessing slow: after a few failures an account, and an address, wait longer and longer.</summary>
/// <remarks>
/// An attempt counts as failed until it turns out good, so that a thousand at once are no way round. What is remembered
/// is bounded: whoever floods it with names makes it forget accounts, but is still one address that has to wait.
/// </remarks>
internal sealed class SignInThrottle(TimeProvider clock)
{
    public const int AccountFailures = 5;
    public const int AddressFailures = 10;
    public const int Remembered = 10_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="account">Null: it is not known yet whose it is; the address alone counts.</param>
    /// <returns>How long the caller has to wait; null: it may try now, and the attempt is counted.</returns>
    public TimeSpan? TryBegin(string? account, IPAddress? address)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var wait = Max(account is null ? TimeSpan.Zero : WaitOf(KeyOf(account), now), WaitOf(KeyOf(address), now));
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            if (account is not null)
            {
                Count(KeyOf(account), AccountFailures, now);
            }

            Count(KeyOf(address), AddressFailures, now);
            return null;
        }
    }

    /// <summary>Takes the attempt back. The address keeps its other failures: one good account must not clean it.</summary>
    public void Succeeded(string? account, IPAddress? address)
    {
        lock (_lock)
        {
            if (account is not null)
            {
                _entries.Remove(KeyOf(account));
            }

            if (_entries.TryGetValue(KeyOf(address), out var entry))
            {
                _entries[KeyOf(address)] = entry with { Failures = entry.Failures - 1, Until = DateTimeOffset.MinValue };
            }
        }
    }

    internal int Count()
    {
        lock (_lock)
        {
            return _entries.Count;
        }
    }

    private TimeSpan WaitOf(string key, DateTimeOffset now) =>
        _entries.TryGetValue(key, out var entry) ? entry.Until - now : TimeSpan.Zero;

    private void Count(string key, int free, DateTimeOffset now)
    {
        var failures = 1;
        if (_entries.TryGetValue(key, out var entry) && now - entry.At < Memory)
        {
            failures = entry.Failures + 1;
        }
        else if (_entries.Count >= Remembered)
        {
            Forget();
        }

        var over = Math.Min(failures - free, 20);
        var wait = over < 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1L << over);
        _entries[key] = new Entry(failures, now, now + (wait < LongestWait ? wait : LongestWait));
    }

    // A tenth at once, so that a full memory is not sorted for every attempt.
    private void Forget()
    {
        foreach (var key in _entries.OrderBy(e => e.Value.At).Take(Remembered / 10).Select(e => e.Key).ToList())
        {
            _entries.Remove(key);
        }
    }

    private static string KeyOf(string account) => "account " + account.ToLowerInvariant();

    // Whoever has one IPv6 address has its whole /64.
    private static string KeyOf(IPAddress? address) => "address " + address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed record Entry(int Failures, DateTimeOffset At, DateTimeOffset Until);
}
