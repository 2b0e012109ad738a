using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Events;

/// <summary>One client of <c>/events</c>, reading as a browser does.</summary>
internal sealed class EventStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public HttpResponseMessage Response => _response;

    /// <summary>The id of the last event that was read.</summary>
    public string? LastEventId { get; private set; }

    /// <param name="lastEventId">Of the stream that this one goes on from.</param>
    public static async Task<EventStream> OpenAsync(HttpClient client, string? lastEventId = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/events", UriKind.Relative));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return new EventStream(response, await response.Content.ReadAsStreamAsync(limit.Token));
    }

    /// <summary>Opens a stream that has greeted already.</summary>
    public static async Task<EventStream> OpenGreetedAsync(HttpClient client, string? lastEventId = null)
    {
        var stream = await OpenAsync(client, lastEventId);
        stream.LastEventId = lastEventId;
        Assert.Equal(("hello", "{}"), await stream.NextAsync());
        return stream;
    }

    /// <summary>The next event, or comment as an event of name ":"; null at the end of the stream.</summary>
    public async Task<(string Name, string Data)?> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var name = "message";
        var data = "";
        string? id = null;
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(':'))
            {
                return (":", line[1..].Trim());
            }

            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line["data: ".Length..];
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line["id: ".Length..];
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                LastEventId = id ?? LastEventId;
                return (name, data);
            }
        }

        return null;
    }

    public async Task<JsonObject> NextAsync(string name)
    {
        var next = await NextAsync();
        Assert.Equal(name, next?.Name);
        return JsonNode.Parse(next!.Value.Data)!.AsObject();
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
