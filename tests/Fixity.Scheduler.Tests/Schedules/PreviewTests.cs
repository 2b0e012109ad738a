using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class PreviewTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private const string Path = "/api/v1/schedules/preview";

    [Fact]
    public async Task A_schedule_is_said_in_words_with_its_next_five_runs()
    {
        var preview = await PreviewAsync("""{"schedule":"30 2 * * *","timeZone":"Europe/Berlin","jitterMinutes":10}""");

        Assert.Equal("Every day at 02:30, up to 10 min later", preview.GetProperty("words").GetString());
        var runs = preview.GetProperty("nextRuns").EnumerateArray().ToList();
        Assert.Equal(5, runs.Count);
        Assert.All(runs, run =>
        {
            Assert.Equal(TimeSpan.Zero, run.GetProperty("at").GetDateTimeOffset().Offset);
            Assert.Matches(@"^\w+day \d+ \w+ \d{4}, 0[23]:\d\d \+0[12]:00$", run.GetProperty("local").GetString());
            Assert.Equal(JsonValueKind.Null, run.GetProperty("delayedFrom").ValueKind);
        });
        var days = runs.Select(run => run.GetProperty("at").GetDateTimeOffset().UtcDateTime.Date).ToList();
        Assert.Equal(Enumerable.Range(0, 5).Select(day => days[0].AddDays(day)), days);
    }

    [Fact]
    public async Task A_run_in_a_blackout_is_shown_at_its_end()
    {
        var preview = await PreviewAsync("""
            {"schedule":"0 */2 * * *","blackouts":[{"days":["monday","tuesday","wednesday","thursday","friday","saturday",
            "sunday"],"from":"00:30","to":"23:15"}]}
            """);

        // 00:00 is free; all others of the day begin as one at 23:15.
        var runs = preview.GetProperty("nextRuns").EnumerateArray().ToList();
        Assert.Equal(5, runs.Count);
        Assert.All(runs, run =>
        {
            var (at, from) = (run.GetProperty("at").GetDateTimeOffset(), run.GetProperty("delayedFrom"));
            Assert.Matches("^(00:00|23:15)$", at.ToString("HH:mm", null));
            Assert.Equal(at.Hour == 23, from.ValueKind == JsonValueKind.String);
        });
        Assert.Equal(runs.Count, runs.Select(run => run.GetProperty("at").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Without_a_schedule_there_are_no_runs()
    {
        var preview = await PreviewAsync("""{"schedule":null}""");

        Assert.Equal("By hand only", preview.GetProperty("words").GetString());
        Assert.Empty(preview.GetProperty("nextRuns").EnumerateArray());
    }

    [Theory]
    [InlineData("schedule", "never comes", """{"schedule":"0 0 31 2 *"}""")]
    [InlineData("schedule", "cron line", """{"schedule":"now and then"}""")]
    [InlineData("schedule", "30 minutes to 31 days", """{"schedule":"@every 5m"}""")]
    [InlineData("timeZone", "Europe/Berlin", """{"schedule":null,"timeZone":"Mars/Olympus"}""")]
    [InlineData("jitterMinutes", "0 to 720", """{"schedule":"@daily","jitterMinutes":721}""")]
    [InlineData("jitterMinutes", "0 to 720", """{"schedule":"@daily","jitterMinutes":-1}""")]
    [InlineData("blackouts", "leave no room", """
        {"schedule":"@daily","blackouts":[
        {"days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"from":"00:00","to":"12:00"},
        {"days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"from":"12:00","to":"00:00"}]}
        """)]
    [InlineData("blackouts[0].days", "at least one day", """{"schedule":"@daily","blackouts":[{"days":[],"from":"00:00","to":"12:00"}]}""")]
    [InlineData("blackouts[0].days", "'Caturday'", """{"schedule":"@daily","blackouts":[{"days":["Caturday"],"from":"00:00","to":"12:00"}]}""")]
    [InlineData("blackouts[0].from", "whole minute", """{"schedule":"@daily","blackouts":[{"days":["monday"],"from":"00:00:30","to":"12:00"}]}""")]
    public async Task What_is_wrong_is_said_at_its_field_and_a_target_with_it_is_refused_too(
        string field, string sentence, string settings)
    {
        using var preview = await scheduler.Admin.PostAsJsonAsync(Path, JsonNode.Parse(settings));
        using var target = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets",
            scheduler.Request([.. JsonNode.Parse(settings)!.AsObject().Select(member => (member.Key, member.Value?.DeepClone()))]));

        foreach (var answer in new[] { preview, target })
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            var errors = problem.GetProperty("errors").EnumerateObject().Single();
            Assert.Equal(field, errors.Name);
            Assert.Contains(sentence, errors.Value[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_but_an_administrator_previews()
    {
        using var answer = await scheduler.Operator.PostAsJsonAsync(Path, JsonNode.Parse("""{"schedule":"@daily"}"""));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private async Task<JsonElement> PreviewAsync(string settings)
    {
        using var answer = await scheduler.Admin.PostAsJsonAsync(Path, JsonNode.Parse(settings));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
