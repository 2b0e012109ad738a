using System.Net;
using System.Text;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing;

namespace Fixity.ServiceDefaults.Tests.Identity;

public sealed class GatewayIdentityTests
{
    private static readonly byte[] Key = CallerIdentity.KeyFrom(ProbeService.GatewayKey);

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("viewer", "/unclassified", HttpStatusCode.OK)]
    [InlineData("viewer", "/operator", HttpStatusCode.Forbidden)]
    [InlineData("operator", "/operator", HttpStatusCode.OK)]
    [InlineData("operator", "/admin", HttpStatusCode.Forbidden)]
    [InlineData("admin", "/operator", HttpStatusCode.OK)]
    [InlineData("admin", "/admin", HttpStatusCode.OK)]
    [InlineData("emperor", "/unclassified", HttpStatusCode.Forbidden)]
    public async Task A_role_may_what_the_roles_below_it_may(string role, string path, HttpStatusCode expected) =>
        Assert.Equal(expected, await GetAsync(Sign(role), path));

    [Fact]
    public async Task A_route_that_nobody_classified_is_denied_without_an_identity() =>
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(null, "/unclassified"));

    [Fact]
    public async Task Another_gateway_s_identity_is_refused()
    {
        var foreign = new CallerIdentity("eve", "admin").Sign(
            Encoding.UTF8.GetBytes("the key of another gateway, as long as this"), _clock.GetUtcNow());

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(foreign));
    }

    [Fact]
    public async Task A_changed_identity_is_refused_wherever_it_was_changed()
    {
        var good = Sign("viewer");
        for (var place = 0; place < good.Length; place++)
        {
            var forged = good[..place] + (good[place] == 'A' ? 'B' : 'A') + good[(place + 1)..];
            // The last character of a signature has bits that mean nothing; only what means something is held to it.
            Assert.True(
                CallerIdentity.Verify(forged, Key, _clock.GetUtcNow()) is null || place == good.Length - 1,
                $"changed at {place}");
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(good.Replace("v1.", "v2.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("admin")]
    [InlineData("v1.")]
    [InlineData("v1..")]
    [InlineData("v1.e30.")]
    [InlineData("v1.!!!.???")]
    public void What_is_no_identity_is_none(string header) =>
        Assert.Null(CallerIdentity.Verify(header, Key, _clock.GetUtcNow()));

    [Fact]
    public async Task An_identity_is_good_for_a_minute()
    {
        var identity = Sign("admin");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(identity, "/admin"));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(identity, "/admin"));
    }

    [Fact]
    public void A_short_key_is_no_key()
    {
        Assert.Throws<InvalidOperationException>(() => CallerIdentity.KeyFrom("short"));
        Assert.Throws<InvalidOperationException>(() => CallerIdentity.KeyFrom(null));
    }

    private string Sign(string role) => new CallerIdentity("ada", role).Sign(Key, _clock.GetUtcNow());

    private async Task<HttpStatusCode> GetAsync(string? identity, string path = "/unclassified")
    {
        await using var service = await ProbeService.StartAsync(clock: _clock);
        using var response = await service.Client(identity).GetAsync(path);
        return response.StatusCode;
    }
}
