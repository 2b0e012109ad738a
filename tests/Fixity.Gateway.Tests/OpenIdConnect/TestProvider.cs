using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Fixity.Gateway.Tests.OpenIdConnect;

/// <summary>A small OpenID provider on a free port: real HTTP, real keys, and as bad as a test wants it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "fixity";
    public const string ClientSecret = "a secret: of the client+provider";

    private readonly WebApplication _app;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Grant> _codes = new();

    private TestProvider(WebApplication app, TimeProvider clock)
    {
        (_app, _clock) = (app, clock);
        Rotate();
    }

    public string Address => _app.Urls.Single();

    public RSA Rsa { get; private set; } = null!;

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string KeyId { get; private set; } = "";

    /// <summary>What it says of the next person, over what is needed anyway; null takes a claim away.</summary>
    public JsonObject Claims { get; set; } = [];

    /// <summary>How it signs; the header may be changed.</summary>
    public string Algorithm { get; set; } = "RS256";

    public Action<JsonObject> Header { get; set; } = static _ => { };

    /// <summary>Makes the signature itself, where a test has its own idea of one.</summary>
    public Func<byte[], byte[]>? Signature { get; set; }

    /// <summary>Says this instead of letting anybody in.</summary>
    public string? Error { get; set; }

    /// <summary>Of the discovery document, changed.</summary>
    public Action<JsonObject> Discovery { get; set; } = static _ => { };

    public int KeyReads => _keyReads;

    public ConcurrentQueue<string> LastQueries { get; } = new();

    private int _keyReads;

    public static async Task<TestProvider> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var provider = new TestProvider(app, clock);
        app.Run(provider.AnswerAsync);
        await app.StartAsync();
        return provider;
    }

    /// <summary>New keys from now on, published under another id.</summary>
    public void Rotate()
    {
        Rsa?.Dispose();
        Rsa = RSA.Create(2048);
        KeyId = "key-" + Guid.NewGuid().ToString("N");
    }

    /// <summary>Gateway settings with which it is this provider's client.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Gateway:OpenIdConnect:Authority"] = Address,
        ["Gateway:OpenIdConnect:ClientId"] = ClientId,
        ["Gateway:OpenIdConnect:ClientSecret"] = ClientSecret,
        ["Gateway:OpenIdConnect:DisplayName"] = "Example",
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Rsa.Dispose();
        Curve.Dispose();
    }

    private Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/.well-known/openid-configuration" => WriteAsync(context, DiscoveryDocument()),
        "/keys" => KeysAsync(context),
        "/authorize" => AuthorizeAsync(context),
        "/token" => TokenAsync(context),
        _ => WriteAsync(context, new JsonObject { ["error"] = "not found" }, StatusCodes.Status404NotFound),
    };

    private JsonObject DiscoveryDocument()
    {
        var document = new JsonObject
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = Address + "/authorize?tenant=a",
            ["token_endpoint"] = Address + "/token",
            ["jwks_uri"] = Address + "/keys",
            ["end_session_endpoint"] = Address + "/logout",
            ["response_types_supported"] = new JsonArray("code"),
        };
        Discovery(document);
        return document;
    }

    private Task KeysAsync(HttpContext context)
    {
        Interlocked.Increment(ref _keyReads);
        var rsa = Rsa.ExportParameters(false);
        var point = Curve.ExportParameters(false).Q;
        return WriteAsync(context, new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject { ["kty"] = "oct", ["kid"] = "shared", ["k"] = "AAAA" },
                new JsonObject { ["kty"] = "RSA", ["kid"] = KeyId, ["use"] = "enc", ["n"] = "AQAB", ["e"] = "AQAB" },
                new JsonObject
                {
                    ["kty"] = "RSA",
                    ["kid"] = KeyId,
                    ["use"] = "sig",
                    ["n"] = Base64Url.EncodeToString(rsa.Modulus),
                    ["e"] = Base64Url.EncodeToString(rsa.Exponent),
                },
                new JsonObject
                {
                    ["kty"] = "EC",
                    ["kid"] = KeyId + "-curve",
                    ["crv"] = "P-256",
                    ["x"] = Base64Url.EncodeToString(point.X),
                    ["y"] = Base64Url.EncodeToString(point.Y),
                }),
        });
    }

    // Whoever comes is who the test says: the person's part is not what is tested.
    private Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        LastQueries.Enqueue(context.Request.QueryString.Value!);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Equal(ClientId, query["client_id"]);
        Assert.Equal("a", query["tenant"]);
        var back = new Dictionary<string, string?> { ["state"] = query["state"] };
        if (Error is not null)
        {
            back["error"] = Error;
            back["error_description"] = "The person\r\nsaid <b>no</b>";
        }
        else
        {
            var code = Guid.NewGuid().ToString("N");
            _codes[code] = new Grant(query["redirect_uri"]!, query["code_challenge"]!, query["nonce"]!);
            back["code"] = code;
        }

        context.Response.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, back));
        return Task.CompletedTask;
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes(
            $"{ClientId}:{Uri.EscapeDataString(ClientSecret).Replace("%20", "+", StringComparison.Ordinal)}"));
        if (context.Request.Headers.Authorization != $"Basic {basic}" || form["grant_type"] != "authorization_code")
        {
            await WriteAsync(context, new JsonObject { ["error"] = "invalid_client" }, StatusCodes.Status401Unauthorized);
        }
        else if (!_codes.TryRemove(form["code"]!, out var grant)
            || grant.RedirectUri != form["redirect_uri"]
            || grant.Challenge != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!))))
        {
            await WriteAsync(context, new JsonObject { ["error"] = "invalid_grant" }, StatusCodes.Status400BadRequest);
        }
        else
        {
            await WriteAsync(context, new JsonObject { ["token_type"] = "Bearer", ["id_token"] = Token(grant.Nonce) });
        }
    }

    private string Token(string nonce)
    {
        var header = new JsonObject { ["alg"] = Algorithm, ["kid"] = Algorithm == "ES256" ? KeyId + "-curve" : KeyId };
        Header(header);
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Address,
            ["aud"] = ClientId,
            ["sub"] = "subject-1",
            ["nonce"] = nonce,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["preferred_username"] = "olga",
            ["roles"] = new JsonArray("operator"),
        };
        foreach (var (name, value) in Claims)
        {
            claims[name] = value?.DeepClone();
        }

        var signed = $"{Encode(header)}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = Signature?.Invoke(bytes) ?? Algorithm switch
        {
            "PS256" => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => Curve.SignData(bytes, HashAlgorithmName.SHA256),
            _ => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private static Task WriteAsync(HttpContext context, JsonObject body, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private sealed record Grant(string RedirectUri, string Challenge, string Nonce);
}
