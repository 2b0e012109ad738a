using System.Net;
using System.Text.RegularExpressions;

namespace Fixity.Gateway.Tests.OpenApi;

[Trait("Category", "Database")]
public sealed partial class DocsPageTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/docs.css", "text/css")]
    [InlineData("/docs/docs.js", "text/javascript")]
    public async Task The_page_is_there_for_everybody_and_asked_for_again_only_when_it_changed(string path, string type)
    {
        var client = gateway.NewNobody();

        using var first = await client.GetAsync(path);
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.SendAsync(again);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(type, first.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task The_page_needs_nothing_that_its_own_policy_forbids()
    {
        var client = gateway.NewNobody();
        using var answer = await client.GetAsync("/docs");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Contains("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineCode(), page);
        foreach (Match address in Address().Matches(page))
        {
            Assert.StartsWith("/", address.Groups[1].Value.Replace("#requests", "/", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.False(address.Groups[1].Value.StartsWith("//", StringComparison.Ordinal));
        }

        var script = await client.GetStringAsync("/docs/docs.js");
        Assert.DoesNotMatch(MarkupSink(), script);
    }

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Address();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|https?://")]
    private static partial Regex MarkupSink();
}
