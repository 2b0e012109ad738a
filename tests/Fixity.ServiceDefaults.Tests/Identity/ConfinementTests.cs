using System.Net;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing;

namespace Fixity.ServiceDefaults.Tests.Identity;

public sealed class ConfinementTests
{
    private static readonly byte[] Key = CallerIdentity.KeyFrom(ProbeService.GatewayKey);

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/unclassified", HttpStatusCode.Forbidden)]
    [InlineData("/operator", HttpStatusCode.Forbidden)]
    [InlineData("/of/7", HttpStatusCode.OK)]
    [InlineData("/of/8", HttpStatusCode.NotFound)]
    [InlineData("/of/4294967303", HttpStatusCode.NotFound)]
    [InlineData("/list?target=9", HttpStatusCode.OK)]
    [InlineData("/list?target=7&target=9", HttpStatusCode.OK)]
    [InlineData("/list", HttpStatusCode.Forbidden)]
    [InlineData("/list?target=8", HttpStatusCode.Forbidden)]
    [InlineData("/list?target=7&target=8", HttpStatusCode.Forbidden)]
    [InlineData("/rows", HttpStatusCode.OK)]
    [InlineData("/healthz", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task A_service_keeps_a_confined_caller_to_his_targets_itself(string path, HttpStatusCode expected)
    {
        var identity = new CallerIdentity("ada", "admin", [7, 9]).Sign(Key, _clock.GetUtcNow());
        await using var service = await ProbeService.StartAsync(clock: _clock);

        using var answer = await service.Client(identity).GetAsync(path);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("/unclassified")]
    [InlineData("/of/8")]
    [InlineData("/list")]
    public async Task Whoever_is_not_confined_goes_everywhere(string path)
    {
        var identity = new CallerIdentity("ada", "admin").Sign(Key, _clock.GetUtcNow());
        await using var service = await ProbeService.StartAsync(clock: _clock);

        using var answer = await service.Client(identity).GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Confined_to_nothing_is_not_confined_to_everything()
    {
        var identity = new CallerIdentity("ada", "admin", []).Sign(Key, _clock.GetUtcNow());
        await using var service = await ProbeService.StartAsync(clock: _clock);

        Assert.Equal([], CallerIdentity.Verify(identity, Key, _clock.GetUtcNow())?.Targets);
        using var answer = await service.Client(identity).GetAsync("/of/7");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void A_service_of_before_confinement_does_not_take_the_identity_for_one_without_it()
    {
        var identity = new CallerIdentity("ada", "admin", [7]).Sign(Key, _clock.GetUtcNow());

        // That version reads "v1." and nothing else; under that name the signature is another.
        Assert.StartsWith("v2.", identity, StringComparison.Ordinal);
        Assert.Null(CallerIdentity.Verify("v1." + identity[3..], Key, _clock.GetUtcNow()));
        Assert.Equal([7], CallerIdentity.Verify(identity, Key, _clock.GetUtcNow())!.Targets!);
    }
}
