using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Aspire.Hosting.Tests.Dashboard;

/// <summary>Speaks gRPC with nothing but an HTTP/2 client: our framing is not tested by itself.</summary>
internal sealed class RawGrpcClient(string address, string? apiKey) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };

    public Task<RawGrpcCall> CallAsync(string rpc, IMessage request, CancellationToken cancellation) =>
        SendAsync(rpc, new ByteArrayContent(Frame(request)), cancellation);

    public async Task<RawGrpcCall> SendAsync(string rpc, HttpContent content, CancellationToken cancellation)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, $"/aspire.v1.DashboardService/{rpc}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.ParseAdd("trailers");
        if (apiKey is not null)
        {
            request.Headers.Add("x-resource-service-api-key", apiKey);
        }

        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new RawGrpcCall(response, await response.Content.ReadAsStreamAsync(cancellation));
    }

    public void Dispose() => _client.Dispose();

    public static byte[] Frame(IMessage message)
    {
        var body = message.ToByteArray();
        var frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }
}

internal sealed class RawGrpcCall(HttpResponseMessage response, Stream body) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>Known once the body was read to its end.</summary>
    public string? Status => Trailer("grpc-status");

    public string? Message => Trailer("grpc-message") is { } message ? Uri.UnescapeDataString(message) : null;

    public async Task<T?> NextAsync<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        var prefix = new byte[5];
        if (await body.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, cancellation) == 0)
        {
            return null;
        }

        Assert.Equal(0, prefix[0]);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message, cancellation);
        return parser.ParseFrom(message);
    }

    public void Dispose() => response.Dispose();

    private string? Trailer(string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) ? values.Single() : null;
}
