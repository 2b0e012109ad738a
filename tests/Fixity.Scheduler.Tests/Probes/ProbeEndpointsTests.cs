using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Scheduler.Tests.Storage;

namespace Fixity.Scheduler.Tests.Probes;

public sealed class ProbeEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private const string Share = """{"type":"smb","connection":{"smb":{"server":"nas","share":"photos"}}}""";

    [Fact]
    public async Task Settings_that_are_not_saved_are_tried_by_a_scanner_and_what_it_says_is_the_answer()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        scanner.Answer = _ => new GivenAnswer("ok", "The share can be read.", "smb:1234", """{"entries": ["a/", "b.jpg"]}""");

        var answer = await ProbeAsync("/targets/probe", With(Share, """{"user":"ada","secret":"pässword","domain":"HOME"}"""));

        Assert.Equal("ok", answer.GetProperty("verdict").GetString());
        Assert.Equal("The share can be read.", answer.GetProperty("message").GetString());
        Assert.Equal("smb:1234", answer.GetProperty("identity").GetString());
        Assert.Equal(["a/", "b.jpg"], answer.GetProperty("entries").EnumerateArray().Select(e => e.GetString()));
        Assert.InRange(answer.GetProperty("tookMs").GetInt64(), 0, 9_000);
        var probe = Assert.Single(scanner.Seen);
        Assert.Equal(("smb", "//nas/photos", null), (probe.Type, probe.Root, probe.TargetId));
        var secret = JsonNode.Parse(probe.Secret!)!;
        Assert.Equal(("ada", "pässword", "HOME"), ((string?)secret["user"], (string?)secret["secret"], (string?)secret["domain"]));
        Assert.Equal(0, await scheduler.Database.ScalarAsync<long>($"select count(*) from scheduler.probes where id = {probe.Id}"));
    }

    [Theory]
    [InlineData("login_refused", "The user or the password is wrong.")]
    [InlineData("name_not_resolved", null)]
    public async Task A_refusal_is_an_answer_and_no_failure(string verdict, string? message)
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        scanner.Answer = _ => new GivenAnswer(verdict, message);

        var answer = await ProbeAsync("/targets/probe", With(Share, """{"reference":"env:FIXITY_CREDENTIALS_NAS"}"""));

        Assert.Equal(verdict, answer.GetProperty("verdict").GetString());
        Assert.Equal(message ?? verdict, answer.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("entries").ValueKind);
        Assert.Equal("env:FIXITY_CREDENTIALS_NAS", Assert.Single(scanner.Seen).Reference);
    }

    [Fact]
    public async Task A_saved_target_is_tried_as_it_is_with_its_own_credentials()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        var id = await scheduler.CreateShareAsync();

        await ProbeAsync($"/targets/{id}/probe", null);
        await ProbeAsync($"/targets/{id}/probe", JsonNode.Parse(SmbRequests.Storage));

        // The form sends what it shows; where that is what is saved, it is the target that was tried.
        Assert.All(scanner.Seen, probe => Assert.Equal(id, probe.TargetId));
        Assert.All(scanner.Seen, probe => Assert.Contains(SmbRequests.Secret, probe.Secret, StringComparison.Ordinal));
        Assert.Equal(2, scanner.Seen.Count);
    }

    [Fact]
    public async Task Other_settings_of_a_saved_target_say_nothing_of_the_target()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        var id = await scheduler.CreateShareAsync();

        await ProbeAsync($"/targets/{id}/probe", JsonNode.Parse(SmbRequests.Storage.Replace("media", "other", StringComparison.Ordinal)));
        await ProbeAsync($"/targets/{id}/probe", With(SmbRequests.Storage, """{"user":"eve","secret":"guess"}"""));
        await ProbeAsync($"/targets/{id}/probe", With(SmbRequests.Storage, """{"clear":true}"""));

        Assert.All(scanner.Seen, probe => Assert.Null(probe.TargetId));
        Assert.Contains(SmbRequests.Secret, scanner.Seen[0].Secret, StringComparison.Ordinal);
        Assert.Contains("guess", scanner.Seen[1].Secret, StringComparison.Ordinal);
        Assert.Null(scanner.Seen[2].Secret);
    }

    [Fact]
    public async Task Stored_credentials_are_not_tried_on_another_server()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        var id = await scheduler.CreateShareAsync();
        var elsewhere = SmbRequests.Storage.Replace("nas.example", "evil.example", StringComparison.Ordinal);

        using var response = await scheduler.Admin.PostAsJsonAsync($"/api/v1/targets/{id}/probe", JsonNode.Parse(elsewhere));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["credentials"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Empty(scanner.Seen);
    }

    [Fact]
    public async Task An_answer_whose_notification_was_lost_is_found()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database, notifies: false);

        var answer = await ProbeAsync("/targets/probe", Local());

        Assert.Equal("ok", answer.GetProperty("verdict").GetString());
        Assert.InRange(answer.GetProperty("tookMs").GetInt64(), 0, 5_000);
    }

    [Fact]
    public async Task Without_a_scanner_and_with_one_that_hangs_there_is_a_verdict_within_ten_seconds()
    {
        var watch = Stopwatch.StartNew();
        var nobody = await ProbeAsync("/targets/probe", Local());
        Assert.InRange(watch.Elapsed.TotalSeconds, 8, 11);
        Assert.Equal("no_scanner", nobody.GetProperty("verdict").GetString());

        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        scanner.Answer = _ => null;
        var hung = await ProbeAsync("/targets/probe", Local());

        Assert.Equal("unreachable", hung.GetProperty("verdict").GetString());
        Assert.InRange(hung.GetProperty("tookMs").GetInt64(), 8_000, 10_000);
        Assert.Equal(0, await scheduler.Database.ScalarAsync<long>("select count(*) from scheduler.probes"));
    }

    [Fact]
    public async Task Where_all_scanners_are_at_other_tests_they_are_said_to_be_busy()
    {
        // One is under way since before this one is asked for, and takes longer.
        await scheduler.Database.ExecuteAsync("""
            insert into scanner.probe_answers (probe_id, taken_by) values (987654321, 'stand-in')
            """);

        var answer = await ProbeAsync("/targets/probe", Local());
        await scheduler.Database.ExecuteAsync("delete from scanner.probe_answers where probe_id = 987654321");

        Assert.Equal("busy", answer.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task What_a_dead_scheduler_left_is_taken_away_by_the_next_probe()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);
        await scheduler.Database.ExecuteAsync("""
            insert into scheduler.probes (type, root, connection, requested_at)
            values ('local', '/old', '{}', now() - interval '2 hours'), ('local', '/young', '{}', now())
            """);

        await ProbeAsync("/targets/probe", Local());

        Assert.Equal("/young", await scheduler.Database.ScalarAsync<string>("select string_agg(root, ',') from scheduler.probes"));
        await scheduler.Database.ExecuteAsync("delete from scheduler.probes");
    }

    [Fact]
    public async Task Wrong_settings_are_refused_before_anybody_is_asked()
    {
        await using var scanner = await StandInScanner.StartAsync(scheduler.Database);

        using var response = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets/probe", JsonNode.Parse("""{"type":"smb","connection":{"smb":{"server":"a b","share":""}}}"""));

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["connection.smb.server", "connection.smb.share", "credentials"],
            problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
        Assert.Empty(scanner.Seen);
    }

    [Fact]
    public async Task Only_an_administrator_may_try_and_only_what_there_is()
    {
        using var asOperator = await scheduler.Operator.PostAsJsonAsync("/api/v1/targets/probe", Local());
        using var unknown = await scheduler.Admin.PostAsync("/api/v1/targets/999999/probe", null);

        Assert.Equal(HttpStatusCode.Forbidden, asOperator.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private JsonObject Local() => new() { ["type"] = "local", ["root"] = scheduler.Folder() };

    private static JsonNode With(string storage, string credentials)
    {
        var settings = JsonNode.Parse(storage)!;
        settings["credentials"] = JsonNode.Parse(credentials);
        return settings;
    }

    private async Task<JsonElement> ProbeAsync(string path, JsonNode? body)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await scheduler.Admin.PostAsync("/api/v1" + path, content);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
