using System.Globalization;
using System.Net;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Run;

/// <summary>One question to a running instance.</summary>
/// <param name="AskAsync">Null means healthy; else what is wrong.</param>
internal sealed record HealthProbe(string Key, Func<CancellationToken, Task<string?>> AskAsync)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    });

    /// <summary>The HTTP checks of a resource, each asked of this instance's own port.</summary>
    public static IReadOnlyList<HealthProbe> OfHttp(ResourceInstance instance) =>
    [
        .. instance.Resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(check =>
        {
            var scheme = instance.Resource.Annotations.OfType<EndpointAnnotation>()
                .First(endpoint => endpoint.Name == check.EndpointName).UriScheme;
            var port = instance.Ports[check.EndpointName];
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"{scheme}://localhost:{port}{check.Path}"));
            return new HealthProbe(check.Key, stop => GetAsync(url, (HttpStatusCode)check.StatusCode, stop));
        }),
    ];

    public static HealthProbe OfPostgres(string key, Func<CancellationToken, ValueTask<string?>> connectionString) =>
        new(key, async stop =>
        {
            try
            {
                var text = new NpgsqlConnectionStringBuilder(await connectionString(stop))
                {
                    Pooling = false,
                    Timeout = 3,
                };
                await using var connection = new NpgsqlConnection(text.ConnectionString);
                await connection.OpenAsync(stop);
                return null;
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                return failure.Message;
            }
        });

    private static async Task<string?> GetAsync(Uri url, HttpStatusCode expected, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerLimit);
        try
        {
            using var answer = await Client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return answer.StatusCode == expected ? null : $"{url} answered {(int)answer.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return $"{url}: {failure.Message}";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"{url} did not answer within {AnswerLimit.TotalSeconds:0} s";
        }
    }
}
