using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Fixity.Testing.S3;

/// <summary>An S3 endpoint with one bucket in memory: strict about what it is asked, and unkind on request.</summary>
/// <remarks>Speaks what reading takes, and PUT and DELETE so that the same tests run against a real endpoint.</remarks>
public sealed class S3Server : IAsyncDisposable
{
    private readonly S3Setup _setup;
    private readonly SignatureV4 _signature;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredObject> _objects = new(ByteOrder.Instance);
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private WebApplication? _application;
    private int _refused;

    private S3Server(S3Setup setup)
    {
        _setup = setup;
        _signature = new SignatureV4(setup.AccessKey, setup.Secret, setup.SessionToken, setup.Region, setup.Clock);
    }

    public Uri Endpoint { get; private set; } = new("http://localhost");

    public S3Setup Setup => _setup;

    /// <summary>Every call that was let in, in order.</summary>
    public ConcurrentQueue<S3Call> Calls { get; } = [];

    /// <summary>Calls whose signature was not that of the owner of the key.</summary>
    public int Refused => _refused;

    /// <summary>Asked about every call: what goes wrong with it; null: nothing.</summary>
    public Func<S3Call, S3Upset?>? Upset { get; set; }

    public bool BucketIsGone { get; set; }

    public bool ListingIsDenied { get; set; }

    public static async Task<S3Server> StartAsync(S3Setup? setup = null)
    {
        var server = new S3Server(setup ?? new S3Setup());
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts what was stopped, at the same port.</summary>
    public async Task StartAgainAsync()
    {
        var port = _application is null ? 0 : Endpoint.Port;
        await (_application?.DisposeAsync() ?? ValueTask.CompletedTask);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (_setup.Certificate is { } certificate)
            {
                listen.UseHttps(certificate);
            }
        }));
        _application = builder.Build();
        _application.Run(AnswerAsync);
        await _application.StartAsync();
        var address = new Uri(_application.Urls.First());
        Endpoint = new Uri($"{address.Scheme}://localhost:{address.Port}");
    }

    /// <summary>Ends it with whatever is under way; what it holds stays.</summary>
    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            await application.StopAsync(new CancellationToken(canceled: true));
        }
    }

    public void Put(string key, StoredObject item)
    {
        lock (_lock)
        {
            _objects[key] = item;
        }
    }

    public void Put(string key, string content) => Put(key, new StoredObject(Encoding.UTF8.GetBytes(content), _setup.Clock.GetUtcNow()));

    public void Remove(string key)
    {
        lock (_lock)
        {
            _objects.Remove(key);
        }
    }

    /// <summary>Forgets what was called so far.</summary>
    public void CountAnew()
    {
        Calls.Clear();
        _numbers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await StopAsync();
        await (_application?.DisposeAsync() ?? ValueTask.CompletedTask);
        _closing.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var answer = await AnswerToAsync(context);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Status is 304 or 204)
        {
            return;
        }

        context.Response.ContentLength = answer.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (answer.Upset is { CutAfterBytes: { } cut } upset)
        {
            await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, Math.Min(cut, answer.Body.Length)));
            await context.Response.Body.FlushAsync();
            if (upset.Stalls)
            {
                using var end = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, context.RequestAborted);
                await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return; // Less than was announced: Kestrel closes the connection behind it.
        }

        await context.Response.Body.WriteAsync(answer.Body);
    }

    private async Task<S3Answer> AnswerToAsync(HttpContext context)
    {
        var request = context.Request;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory, context.RequestAborted);
        var body = memory.ToArray();
        var isAnonymous = request.Headers.Authorization.Count == 0 && _setup.AllowsAnonymous;
        if (!isAnonymous && _signature.Refuse(request, rawTarget, body) is { } refusal)
        {
            Interlocked.Increment(ref _refused);
            return S3Answer.Error(refusal.Status, refusal.Code);
        }

        if (Locate(request, rawTarget) is not { } place)
        {
            return S3Answer.Error(404, "NoSuchBucket");
        }

        var operation = OperationOf(request, place.Key);
        var call = new S3Call(
            operation, place.Key, place.Query, request.Headers.Range.Count > 0 ? request.Headers.Range.ToString() : null,
            _numbers.AddOrUpdate(operation, 1, (_, number) => number + 1));
        Calls.Enqueue(call);
        var upset = Upset?.Invoke(call);
        var answer = upset switch
        {
            { Status: { } status } => S3Answer.Error(status, upset.Code),
            { Body: { } text } => new S3Answer(200, Encoding.UTF8.GetBytes(text)),
            _ => Do(call, request, body),
        };
        return answer with { Upset = upset };
    }

    private S3Answer Do(S3Call call, HttpRequest request, byte[] body)
    {
        lock (_lock)
        {
            switch (call.Operation)
            {
                case "ListObjectsV2":
                    return ListingIsDenied
                        ? S3Answer.Error(403, "AccessDenied")
                        : S3Answer.Listing(_setup, _objects, call.Query, _setup.Clock.GetUtcNow());
                case "HeadBucket":
                    return new S3Answer(200, []) { Headers = { ["x-amz-bucket-region"] = _setup.Region } };
                case "PutObject":
                    _objects[call.Key] = new StoredObject(body, _setup.Clock.GetUtcNow());
                    return new S3Answer(200, []) { Headers = { ["ETag"] = _objects[call.Key].ETag } };
                case "DeleteObject":
                    _objects.Remove(call.Key);
                    return new S3Answer(204, []);
                case "GetObject" or "HeadObject":
                    return _objects.TryGetValue(call.Key, out var found)
                        ? S3Answer.Object(_setup, found, request, call)
                        : S3Answer.Error(404, "NoSuchKey");
                default:
                    return S3Answer.Error(501, "NotImplemented");
            }
        }
    }

    private static string OperationOf(HttpRequest request, string key) => (request.Method, key.Length > 0) switch
    {
        ("GET", false) when request.Query["list-type"] == "2" => "ListObjectsV2",
        ("HEAD", false) => "HeadBucket",
        ("GET", true) => "GetObject",
        ("HEAD", true) => "HeadObject",
        ("PUT", true) => "PutObject",
        ("DELETE", true) => "DeleteObject",
        _ => $"{request.Method} ?",
    };

    private (string Key, IReadOnlyDictionary<string, string> Query)? Locate(HttpRequest request, string rawTarget)
    {
        var path = rawTarget.Split('?', 2)[0];
        if (request.Host.Host != _setup.Bucket + ".localhost")
        {
            var prefix = "/" + _setup.Bucket;
            if (path != prefix && !path.StartsWith(prefix + "/", StringComparison.Ordinal))
            {
                return null;
            }

            path = path[prefix.Length..];
        }

        var key = Encoding.UTF8.GetString(SignatureV4.Decode(path, plusIsSpace: false));
        var query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        return BucketIsGone ? null : (key.Length > 0 ? key[1..] : "", query);
    }
}

/// <summary>Keys in the order of their UTF-8 bytes, which is not that of .NET's strings.</summary>
internal sealed class ByteOrder : IComparer<string>
{
    public static ByteOrder Instance { get; } = new();

    public int Compare(string? x, string? y) =>
        Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
