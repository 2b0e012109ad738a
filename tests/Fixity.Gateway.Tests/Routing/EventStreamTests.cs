using System.Net;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Routing;

[Trait("Category", "Database")]
public sealed class EventStreamTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Path = "/api/v1/events";

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public async Task A_foreign_page_opens_no_stream(string origin)
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        gateway.Upstream.Requests.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("Origin", origin);

        using var answer = await browser.Http.SendAsync(request);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "foreign-origin");
        Assert.Empty(gateway.Upstream.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("self")]
    public async Task One_of_ours_and_a_client_without_pages_do_and_say_where_they_were(string? origin)
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        gateway.Upstream.Requests.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("Last-Event-ID", "somewhere");
        if (origin is not null)
        {
            request.Headers.Add("Origin", gateway.Address.GetLeftPart(UriPartial.Authority));
        }

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("somewhere", Assert.Single(gateway.Upstream.Single(Path).Headers["Last-Event-ID"]));
    }

    [Fact]
    public async Task What_a_service_says_arrives_as_it_is_said_and_its_end_too()
    {
        var more = new TaskCompletionSource();
        gateway.Upstream.Handlers[Path] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: hello\ndata: {}\n\n");
            await context.Response.Body.FlushAsync();
            await more.Task;
        };
        try
        {
            var browser = await gateway.SignInAsAsync(Roles.Viewer);
            using var answer = await browser.Http.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead);
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());

            Assert.Equal("event: hello", await lines.ReadLineAsync());
            Assert.Equal("data: {}", await lines.ReadLineAsync());
            Assert.Equal("", await lines.ReadLineAsync());
            var end = lines.ReadLineAsync();
            Assert.False(end.IsCompleted);
            more.SetResult();
            Assert.Null(await end);
        }
        finally
        {
            more.TrySetResult();
            gateway.Upstream.Handlers.TryRemove(Path, out _);
        }
    }
}
