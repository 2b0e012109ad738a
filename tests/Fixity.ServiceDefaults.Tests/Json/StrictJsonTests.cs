using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Fixity.ServiceDefaults.Tests.Json;

public sealed class StrictJsonTests
{
    private const string Good = """{"word":"second-one","number":1,"text":"t"}""";

    public static TheoryData<string, string> Environments(params string[] bodies)
    {
        var all = new TheoryData<string, string>();
        foreach (var body in bodies)
        {
            all.Add("Development", body);
            all.Add("Production", body);
        }

        return all;
    }

    public static TheoryData<string, string> Wrong => Environments(
        """{"word":"third","number":1,"text":"t"}""",
        """{"word":1,"number":1,"text":"t"}""",
        """{"word":"first","number":"1","text":"t"}""",
        """{"word":"first","number":1,"text":"t","extra":true}""",
        """{"word":"first","number":1,"text":null}""",
        """{"word":"first","number":1}""",
        """{"word":"first",""",
        "not json",
        "");

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_body_that_is_not_as_promised_is_a_problem_in_every_environment(string environment, string body)
    {
        await using var service = await ProbeService.StartAsync(environment);

        using var response = await PostAsync(service, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:fixity:problem:malformed-request", problem.GetProperty("type").GetString());
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_good_body_is_read_and_written_back_in_the_same_words()
    {
        await using var service = await ProbeService.StartAsync();

        using var response = await PostAsync(service, Good);

        Assert.Equal(Good, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_fails_unexpectedly_tells_nothing_of_the_implementation()
    {
        await using var service = await ProbeService.StartAsync("Production");

        using var response = await service.Client().GetAsync("/broken");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("urn:fixity:problem:internal-error", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> PostAsync(ProbeService service, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await service.Client().PostAsync("/echo", content);
    }
}
