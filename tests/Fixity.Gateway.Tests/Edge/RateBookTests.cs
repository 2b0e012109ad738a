using System.Net;
using Fixity.Gateway.Edge;
using Fixity.Testing;

namespace Fixity.Gateway.Tests.Edge;

public sealed class RateBookTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void So_many_at_once_and_then_as_they_come_back()
    {
        var book = new RateBook(new RateLimit { Requests = 10, Seconds = 20 }, _clock);

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(book.TryTake("a")));
        Assert.Equal(TimeSpan.FromSeconds(2), book.TryTake("a"));
        Assert.Null(book.TryTake("b"));

        _clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), book.TryTake("a"));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(book.TryTake("a"));
        Assert.NotNull(book.TryTake("a"));

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(book.TryTake("a")));
        Assert.NotNull(book.TryTake("a"));
    }

    [Fact]
    public void Whoever_is_refused_does_not_wait_longer_for_trying()
    {
        var book = new RateBook(new RateLimit { Requests = 1, Seconds = 10 }, _clock);
        book.TryTake("a");

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Equal(TimeSpan.FromSeconds(10), book.TryTake("a")));
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(book.TryTake("a"));
    }

    [Fact]
    public void A_flood_of_keys_fills_no_memory_and_does_not_free_those_that_are_known()
    {
        var book = new RateBook(new RateLimit { Requests = 2, Seconds = 60 }, _clock, remembered: 100);
        book.TryTake("known");
        book.TryTake("known");

        var taken = Enumerable.Range(0, 10_000).Count(i => book.TryTake($"flood {i}") is null);

        // 99 keys of their own, and two requests of all the others together.
        Assert.Equal(101, taken);
        Assert.Equal(101, book.Count());
        Assert.NotNull(book.TryTake("known"));

        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(book.TryTake("new"));
        Assert.InRange(book.Count(), 1, 2);
    }

    [Theory]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    public void One_address_is_an_IPv4_address_or_the_64_bits_that_one_customer_has(string one, string other, bool same) =>
        Assert.Equal(same, RateLimits.KeyOf(IPAddress.Parse(one)) == RateLimits.KeyOf(IPAddress.Parse(other)));
}
