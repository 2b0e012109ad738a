using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Scheduler.Tests.Targets;

public sealed class TargetOptionsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private const string Defaults = """
        {"watchedAttributes":["mode","owner","group"],"include":[],"exclude":[],"crossMounts":false,
         "reportTouched":false,"damageMap":true,"verifyFrom":"medium","idleIo":false,
         "limit":{"bytesPerSecond":null,"opensPerSecond":null},"workingHours":null}
        """;

    private const string Everything = """
        {"watchedAttributes":["links","acl","xattrs","capabilities"],"include":["/photos/"],
         "exclude":["*.tmp","cache/","!cache/keep","ä\\ "],"crossMounts":true,"reportTouched":true,"damageMap":false,
         "verifyFrom":"direct","idleIo":true,"limit":{"bytesPerSecond":50000000,"opensPerSecond":200},
         "workingHours":{"days":["monday","friday"],"from":"22:00:00","to":"06:30:00",
         "limit":{"bytesPerSecond":1000000,"opensPerSecond":null}}}
        """;

    public static TheoryData<string, string> WrongOptions => new()
    {
        { """{"watchedAttributes": ["mode", "colour"]}""", "options.watchedAttributes" },
        { """{"watchedAttributes": ["Mode"]}""", "options.watchedAttributes" },
        { """{"watchedAttributes": [null]}""", "options.watchedAttributes" },
        { """{"watchedAttributes": ["mode", "mode"]}""", "options.watchedAttributes" },
        { """{"include": [""]}""", "options.include" },
        { """{"exclude": ["a", "  "]}""", "options.exclude" },
        { """{"exclude": [null]}""", "options.exclude" },
        { """{"exclude": ["a\nb"]}""", "options.exclude" },
        { $$"""{"exclude": ["{{new string('x', 1001)}}"]}""", "options.exclude" },
        { """{"include": ["good", "/"]}""", "options.include" },
        { """{"exclude": ["a[b"]}""", "options.exclude" },
        { """{"exclude": ["!a//b"]}""", "options.exclude" },
        { """{"limit": {"bytesPerSecond": 0}}""", "options.limit.bytesPerSecond" },
        { """{"limit": {"opensPerSecond": -1}}""", "options.limit.opensPerSecond" },
        { Hours(days: "[]"), "options.workingHours.days" },
        { Hours(days: """["mon"]"""), "options.workingHours.days" },
        { Hours(days: """["monday", "monday"]"""), "options.workingHours.days" },
        { Hours(to: "09:00"), "options.workingHours.to" },
        { Hours(limit: """{"bytesPerSecond": -5}"""), "options.workingHours.limit.bytesPerSecond" },
    };

    [Fact]
    public async Task Options_that_are_left_out_take_their_defaults()
    {
        var none = await scheduler.CreateAsync();
        var empty = await scheduler.CreateAsync(("options", new JsonObject()));
        var one = await scheduler.CreateAsync(("options", JsonNode.Parse("""{"idleIo": true, "limit": {}}""")));

        AssertOptions(Defaults, none);
        AssertOptions(Defaults, empty);
        AssertOptions(Defaults.Replace("\"idleIo\":false", "\"idleIo\":true", StringComparison.Ordinal), one);
    }

    [Fact]
    public async Task Options_come_back_as_they_were_said_and_are_replaced_as_a_whole()
    {
        var created = await scheduler.CreateAsync(("options", JsonNode.Parse(Everything)));
        AssertOptions(Everything, created);

        var id = created.GetProperty("id").GetInt32();
        AssertOptions(Everything, await PutAsync(id, scheduler.Request(("options", JsonNode.Parse(Everything)))));
        Assert.Equal("direct", await scheduler.Database.ScalarAsync<string>(
            $"select options ->> 'verifyFrom' from scheduler.targets where id = {id}"));

        AssertOptions(Defaults, await PutAsync(id, scheduler.Request()));
    }

    [Fact]
    public async Task A_time_of_day_needs_no_seconds()
    {
        var target = await scheduler.CreateAsync(("options", JsonNode.Parse(Hours(to: "17:30"))));

        Assert.Equal("17:30:00", target.GetProperty("options").GetProperty("workingHours").GetProperty("to").GetString());
    }

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public async Task What_is_wrong_is_refused_and_named(string options, string field)
    {
        using var response = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets", scheduler.Request(("options", JsonNode.Parse(options))));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:fixity:problem:validation", problem.GetProperty("type").GetString());
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("""{"verifyFrom": "tape"}""")]
    [InlineData("""{"verifyFrom": 2}""")]
    [InlineData("""{"exclude": null}""")]
    [InlineData("""{"limit": null}""")]
    [InlineData("""{"bandwidth": 5}""")]
    [InlineData("""{"workingHours": {"days": ["monday"], "from": "09:00", "to": "25:00", "limit": {}}}""")]
    [InlineData("""{"workingHours": {"days": ["monday"], "from": "09:00", "limit": {}}}""")]
    public async Task What_cannot_be_read_is_refused(string options)
    {
        using var response = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets", scheduler.Request(("options", JsonNode.Parse(options))));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static string Hours(
        string days = """["monday"]""", string from = "09:00", string to = "17:00", string limit = "{}") =>
        $$$"""{"workingHours": {"days": {{{days}}}, "from": "{{{from}}}", "to": "{{{to}}}", "limit": {{{limit}}}}}""";

    private static void AssertOptions(string expected, JsonElement target) => Assert.Equal(
        JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(target.GetProperty("options").GetRawText())!.ToJsonString());

    private async Task<JsonElement> PutAsync(int id, JsonObject request)
    {
        using var response = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
