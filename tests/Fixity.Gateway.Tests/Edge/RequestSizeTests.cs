using System.Net;
using System.Net.Sockets;
using System.Text;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.Edge;

[Trait("Category", "Database")]
public sealed class RequestSizeTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const int TooLong = (4 * 1024 * 1024) + 1;

    [Theory]
    [InlineData("/api/v1/targets/31/scans", false)]
    [InlineData("/api/v1/targets/32/scans", true)]
    [InlineData("/api/v1/tokens", false)]
    [InlineData("/api/v1/tokens", true)]
    public async Task A_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(string path, bool chunked)
    {
        gateway.Upstream.Handlers[path] = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await context.Response.WriteAsync("{}");
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent($"\"{new string('x', TooLong)}\"", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-CSRF-Token", browser.CsrfToken);
        request.Headers.TransferEncodingChunked = chunked;
        // The gateway hangs up instead of reading what it refused: whoever asks before sending sees why for certain.
        request.Headers.ExpectContinue = !chunked;

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET /" + "{16384}" + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 414")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {33000}\r\n\r\n", "HTTP/1.1 431")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "")]
    public async Task What_is_too_long_or_ambiguous_is_not_read(string request, string expected)
    {
        foreach (var size in new[] { 16384, 33000 })
        {
            request = request.Replace($"{{{size}}}", new string('x', size), StringComparison.Ordinal);
        }

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.StartsWith(expected, line ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("200 OK", line ?? "", StringComparison.Ordinal);
    }
}
