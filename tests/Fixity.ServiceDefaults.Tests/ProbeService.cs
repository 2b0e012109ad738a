using Fixity.Data;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fixity.ServiceDefaults.Tests;

/// <summary>The smallest service that stands on the defaults: what it does right, each of them does.</summary>
internal sealed class ProbeService : IAsyncDisposable
{
    public const string GatewayKey = "the key of this gateway, long enough to be one";

    private readonly WebApplication _app;

    private ProbeService(WebApplication app) => _app = app;

    public static async Task<ProbeService> StartAsync(
        string environment = "Development", TimeProvider? clock = null, string connectionString = "Host=/nowhere")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [CallerIdentity.KeySetting] = GatewayKey,
            ["ConnectionStrings:fixitydb"] = connectionString,
        });
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.AddServiceDefaults();
        builder.AddFixityDatabase(DatabaseRole.Query);

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapPost("/echo", (ProbeBody body) => body).AllowAnonymous();
        app.MapGet("/unclassified", () => "seen");
        app.MapGet("/admin", () => "seen").RequireAuthorization(Roles.Admin);
        app.MapGet("/operator", (HttpContext context) => context.User.CallerName()).RequireAuthorization(Roles.Operator);
        app.MapGet("/of/{id:long}", () => "seen").KeptTo(TargetIn.Path);
        app.MapGet("/list", () => "seen").KeptTo(TargetIn.Query);
        app.MapGet("/rows", (HttpContext context) => string.Join(' ', context.User.Targets() ?? [])).KeptTo(TargetIn.Rows);
        app.MapGet("/broken", string () => throw new InvalidOperationException("a secret of the implementation")).AllowAnonymous();
        await app.StartAsync();
        return new ProbeService(app);
    }

    public HttpClient Client(string? identity = null)
    {
        var client = _app.GetTestClient();
        if (identity is not null)
        {
            client.DefaultRequestHeaders.Add(CallerIdentity.Header, identity);
        }

        return client;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal enum ProbeWord
{
    First,
    SecondOne,
}

internal sealed record ProbeBody(ProbeWord Word, int Number, string Text);
