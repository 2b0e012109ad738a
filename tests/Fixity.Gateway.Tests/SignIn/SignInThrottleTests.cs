using System.Net;
using Fixity.Gateway.SignIn;
using Fixity.Testing;

namespace Fixity.Gateway.Tests.SignIn;

public sealed class SignInThrottleTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void What_it_remembers_does_not_grow_without_bound()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 5 * SignInThrottle.Remembered; i++)
        {
            throttle.TryBegin($"account {i}", new IPAddress(i));
        }

        Assert.InRange(throttle.Count(), 1, SignInThrottle.Remembered);
    }

    [Fact]
    public void Attempts_at_once_count_before_they_end()
    {
        var throttle = new SignInThrottle(_clock);

        var begun = Enumerable.Range(0, 100).Count(_ => throttle.TryBegin("ada", IPAddress.Loopback) is null);

        Assert.Equal(SignInThrottle.AccountFailures, begun);
    }

    [Fact]
    public void One_good_account_does_not_clean_the_address()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < SignInThrottle.AddressFailures - 1; i++)
        {
            Assert.Null(throttle.TryBegin($"guess {i}", IPAddress.Loopback));
            Assert.Null(throttle.TryBegin("mallory", IPAddress.Loopback));
            throttle.Succeeded("mallory", IPAddress.Loopback);
        }

        Assert.Null(throttle.TryBegin("one more", IPAddress.Loopback));
        Assert.NotNull(throttle.TryBegin("too many", IPAddress.Loopback));
    }

    [Fact]
    public void Neighbours_in_an_IPv6_network_are_one_address()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < SignInThrottle.AddressFailures; i++)
        {
            Assert.Null(throttle.TryBegin($"guess {i}", IPAddress.Parse($"2001:db8::{i:x}")));
        }

        Assert.NotNull(throttle.TryBegin("more", IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(throttle.TryBegin("others", IPAddress.Parse("2001:db8:0:1::1")));
    }
}
