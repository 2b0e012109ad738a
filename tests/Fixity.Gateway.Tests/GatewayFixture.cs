using System.Net;
using System.Net.Http.Json;
using Fixity.Data;
using Fixity.Gateway.SignIn;
using Fixity.Testing;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Gateway.Tests;

/// <summary>The whole gateway on a free port, over a database of its own, with one small upstream in place of every service.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    public const string SetupToken = "a setup token of a test";
    public const string Password = "correct horse battery";

    private readonly TestDatabase _database = new();
    private readonly List<IAsyncDisposable> _running = [];
    private readonly List<HttpClient> _clients = [];

    public TestDatabase Database => _database;

    public ManualClock Clock { get; } = new();

    internal Upstream Upstream { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Of the gateway at <see cref="Address"/>.</summary>
    public SettingsReader Settings { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        Upstream = await Upstream.StartAsync();
        _running.Add(Upstream);
        var app = Start(Upstream.Address, null, Clock);
        Address = app.ClientOptions.BaseAddress;
        Settings = app.Services.GetRequiredService<SettingsReader>();
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (var one in Enumerable.Reverse(_running))
        {
            await one.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    /// <summary>Another gateway over the same database.</summary>
    /// <param name="services">Where every service is; null: nowhere.</param>
    public WebApplicationFactory<Program> Start(
        Uri? services, IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? clock = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["Gateway:SetupToken"] = SetupToken,
            ["Gateway:PasswordIterations"] = "10000",
            // One address, and a clock that stands still: tests of the limits turn them on.
            ["Gateway:RateLimits:Enabled"] = "false",
        };
        foreach (var service in new[] { "scheduler", "scanner", "alert", "query" })
        {
            all[$"services:{service}:http:0"] = services?.ToString();
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            all[key] = value;
        }

        var app = new ServiceApplication<Program>(
            _database.ConnectionString, all,
            parts => parts.AddSingleton(clock ?? TimeProvider.System));
        app.UseKestrel(0);
        app.StartServer();
        _running.Add(app);
        return app;
    }

    /// <summary>A browser-like client: keeps cookies, follows no redirect.</summary>
    internal Browser NewBrowser(Uri? gateway = null)
    {
        var browser = new Browser(gateway ?? Address);
        _clients.Add(browser.Http);
        return browser;
    }

    /// <summary>A client with nothing: nobody.</summary>
    public HttpClient NewNobody(Uri? gateway = null)
    {
        var client = new HttpClient { BaseAddress = gateway ?? Address };
        _clients.Add(client);
        return client;
    }

    /// <summary>Empty tables: for tests about the first user, and between them.</summary>
    public Task ForgetUsersAsync() => _database.ExecuteAsync("""
        truncate gateway.users, gateway.sessions, gateway.api_tokens, gateway.audit_log restart identity cascade;
        delete from gateway.audit_chain;
        insert into gateway.audit_chain default values
        """);

    /// <summary>A user in the database, and a browser in which he or she is signed in.</summary>
    internal async Task<Browser> SignInAsAsync(string role, string? name = null)
    {
        var username = await AddUserAsync(role, name);
        var browser = NewBrowser();
        using var answer = await browser.LogInAsync(username);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return browser;
    }

    internal async Task<string> AddUserAsync(string role, string? name = null)
    {
        var username = name ?? $"{role}-{Guid.NewGuid():N}";
        var hash = new PasswordHasher(Microsoft.Extensions.Options.Options.Create(
            new GatewayOptions { PasswordIterations = 10_000 })).Hash(Password);
        await _database.ExecuteAsync(
            $"insert into gateway.users (username, password_hash, role) values ('{username}', '{hash}', '{role}')");
        return username;
    }
}

/// <summary>What a browser does for a person: keeps the cookie, remembers the CSRF token, sends both.</summary>
internal sealed class Browser
{
    public Browser(Uri gateway)
    {
        Http = new HttpClient(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false })
        {
            BaseAddress = gateway,
        };
    }

    public HttpClient Http { get; }

    public CookieContainer Cookies { get; } = new();

    public string? CsrfToken { get; set; }

    public string? Token => Cookies.GetCookies(Http.BaseAddress!)["fixity_session"]?.Value;

    public async Task<HttpResponseMessage> LogInAsync(string username, string password = GatewayFixture.Password)
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username, password });
        await RememberAsync(answer);
        return answer;
    }

    public async Task<HttpResponseMessage> SetUpAsync(string token, string username, string password = GatewayFixture.Password)
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/auth/setup", new { token, username, password });
        await RememberAsync(answer);
        return answer;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (CsrfToken is not null)
        {
            request.Headers.Add("X-CSRF-Token", CsrfToken);
        }

        return await Http.SendAsync(request);
    }

    private async Task RememberAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
        {
            CsrfToken = (await answer.JsonAsync()).GetProperty("csrfToken").GetString();
        }
    }
}
