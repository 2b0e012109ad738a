using System.Net;
using System.Text.Json;

namespace Fixity.Gateway.Tests;

/// <summary>Reads what the gateway answered.</summary>
internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        // Buffered by the client, so it can be read again by the test.
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Holds an answer to be a problem of this kind.</summary>
    public static async Task AssertProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string slug)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.RequestMessage}: {answer.StatusCode}, expected {status}: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"urn:fixity:problem:{slug}", (await answer.JsonAsync()).GetProperty("type").GetString());
    }
}
