using System.Net;

namespace Fixity.Gateway.Tests.OpenIdConnect;

/// <summary>A gateway, a provider, and browsers that go to and fro between them.</summary>
public sealed class ProviderFixture : IAsyncLifetime
{
    private readonly GatewayFixture _gateway = new();

    internal TestProvider Provider { get; private set; } = null!;

    public GatewayFixture Gateway => _gateway;

    public Uri Address { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _gateway.InitializeAsync();
        Provider = await TestProvider.StartAsync(_gateway.Clock);
        Address = StartGateway(Provider.Settings());
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await Provider.DisposeAsync();
    }

    /// <summary>Between tests: nobody is known, nothing is odd, and earlier failures are forgotten.</summary>
    public async Task ResetAsync()
    {
        await _gateway.ForgetUsersAsync();
        Provider.Claims = [];
        Provider.Algorithm = "RS256";
        Provider.Header = static _ => { };
        Provider.Signature = null;
        Provider.Error = null;
        Provider.Discovery = static _ => { };
        _gateway.Clock.Advance(TimeSpan.FromHours(2));
    }

    public Uri StartGateway(Dictionary<string, string?> settings) =>
        _gateway.Start(_gateway.Upstream.Address, settings, _gateway.Clock).ClientOptions.BaseAddress;

    internal Browser NewBrowser(Uri? gateway = null) => _gateway.NewBrowser(gateway ?? Address);

    /// <summary>Out to the provider.</summary>
    /// <returns>Where the provider sends the browser back to.</returns>
    internal async Task<Uri> GoOutAsync(Browser browser, string next = "/files?target=1")
    {
        using var start = await browser.Http.GetAsync($"/api/v1/auth/oidc/start?next={Uri.EscapeDataString(next)}");
        Assert.Equal(HttpStatusCode.Redirect, start.StatusCode);
        using var answer = await NewBrowser(new Uri(Provider.Address)).Http.GetAsync(start.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!;
    }

    /// <summary>Out to the provider and back.</summary>
    /// <returns>Where the gateway sends the browser then.</returns>
    internal async Task<string> SignInAsync(Browser browser, string next = "/files?target=1") =>
        await ComeBackAsync(browser, await GoOutAsync(browser, next));

    internal static async Task<string> ComeBackAsync(Browser browser, Uri callback)
    {
        using var answer = await browser.Http.GetAsync(callback);
        Assert.True(
            answer.StatusCode == HttpStatusCode.Redirect, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        using var session = await browser.Http.GetAsync("/api/v1/auth/session");
        browser.CsrfToken = (await session.JsonAsync()).GetProperty("csrfToken").GetString();
        return answer.Headers.Location!.ToString();
    }
}
