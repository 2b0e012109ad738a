using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Fixity.Gateway.Tests.OpenIdConnect;

/// <summary>Tokens that are not to be believed: each differs in one thing from one that is.</summary>
[Trait("Category", "Database")]
public sealed class IdTokenTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => fixture.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("nonce", "\"another\"")]
    [InlineData("nonce", "null")]
    [InlineData("iss", "\"https://another.example\"")]
    [InlineData("aud", "\"another client\"")]
    [InlineData("aud", "[\"another client\"]")]
    [InlineData("aud", "[\"fixity\", \"another client\"]")]
    [InlineData("azp", "\"another client\"")]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "7")]
    [InlineData("exp", "null")]
    [InlineData("exp", "\"soon\"")]
    [InlineData("iat", "null")]
    public async Task One_claim_that_is_wrong_is_enough(string claim, string value)
    {
        fixture.Provider.Claims = new JsonObject { [claim] = JsonNode.Parse(value) };

        await AssertRefusedAsync();
    }

    [Theory]
    [InlineData("exp", -121)]
    [InlineData("nbf", 121)]
    [InlineData("iat", 121)]
    [InlineData("iat", -121)]
    public async Task Clocks_may_differ_by_two_minutes_and_not_more(string claim, int seconds)
    {
        var now = fixture.Gateway.Clock.GetUtcNow().ToUnixTimeSeconds();
        fixture.Provider.Claims = new JsonObject { [claim] = now + seconds };
        await AssertRefusedAsync();

        fixture.Provider.Claims = new JsonObject { [claim] = now + (seconds > 0 ? seconds - 2 : seconds + 2) };
        Assert.Equal("/", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
    }

    [Fact]
    public async Task A_token_for_several_is_good_where_it_was_given_to_us()
    {
        fixture.Provider.Claims = new JsonObject { ["aud"] = new JsonArray("other", "fixity"), ["azp"] = "fixity" };

        Assert.Equal("/", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("RS384")]
    public async Task An_algorithm_that_is_not_believed_is_refused(string algorithm)
    {
        fixture.Provider.Header = header => header["alg"] = algorithm;
        fixture.Provider.Signature = static _ => [];

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task A_public_key_is_nobody_s_shared_secret()
    {
        fixture.Provider.Header = header => header["alg"] = "HS256";
        fixture.Provider.Signature = signed => HMACSHA256.HashData(fixture.Provider.Rsa.ExportSubjectPublicKeyInfo(), signed);

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task Another_s_key_under_the_same_name_is_refused()
    {
        using var mallory = RSA.Create(2048);
        fixture.Provider.Signature = signed => mallory.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task One_algorithm_is_not_taken_for_another()
    {
        fixture.Provider.Header = header => header["alg"] = "PS256";

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task What_must_be_understood_and_is_not_is_refused()
    {
        fixture.Provider.Header = header => header["crit"] = new JsonArray("exp");

        await AssertRefusedAsync();
    }

    [Fact]
    public async Task A_token_that_names_no_key_is_tried_with_those_there_are()
    {
        fixture.Provider.Header = header => header.Remove("kid");

        Assert.Equal("/", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
    }

    private async Task AssertRefusedAsync()
    {
        var browser = fixture.NewBrowser();

        Assert.Equal("/sign-in?failed=invalid-answer", await fixture.SignInAsync(browser, "/"));

        Assert.Null(browser.Token);
        using var session = await browser.Http.GetAsync("/api/v1/targets");
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
        Assert.Equal(0, await fixture.Gateway.Database.ScalarAsync<long>("select count(*) from gateway.users"));
    }
}
