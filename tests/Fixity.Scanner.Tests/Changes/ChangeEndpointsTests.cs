using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Postgres;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Fixity.Scanner.Tests.Changes;

public sealed class ChangeEndpointsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Key = "a key that only tests and this service share";

    [Fact]
    public async Task An_accepted_file_has_its_content_as_baseline_and_is_not_reported_again()
    {
        await using var service = Service();
        using var client = ClientAs(service, "operator");
        using var tree = await WatchedTree.CreateAsync(database, 4);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(2);
        var id = await database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {tree.TargetId} and path = '{name}'");

        Assert.Equal((HttpStatusCode.Conflict, "urn:fixity:problem:file-not-corrupted"), await AcceptAsync(client, id));
        Assert.Equal((HttpStatusCode.NotFound, "urn:fixity:problem:file-not-found"), await AcceptAsync(client, 999_999));

        tree.FlipHidden(name);
        await tree.ScanAsync("full");
        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/files/{id}/accept", UriKind.Relative), new { reason = "it is fine" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        var sum = WatchedTree.Blake3Of(await File.ReadAllBytesAsync(tree.PathOf(name)));
        Assert.Equal((HttpStatusCode.OK, sum), (answer.StatusCode, body.GetProperty("checksum").GetString()));
        Assert.Equal($"accepted {sum} olga it is fine", await database.ScalarAsync<string>($"""
            select concat_ws(' ', type, encode(new_checksum, 'hex'), acknowledged_by, acknowledge_reason)
            from scanner.change_events where file_id = {id} order by id desc limit 1
            """));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
    }

    [Fact]
    public async Task A_rotten_and_a_tampered_file_are_accepted_alike_and_their_incidents_are_answered_by_it()
    {
        await using var service = Service();
        using var client = ClientAs(service, "operator");
        using var tree = await WatchedTree.CreateAsync(database, 4);
        await tree.ScanAsync();
        await tree.RotAsync(WatchedTree.NameOf(1));
        tree.FlipHidden(WatchedTree.NameOf(2));
        await tree.ScanAsync("full");
        Assert.Equal("3 5", await StatesAsync(tree));

        foreach (var name in new[] { WatchedTree.NameOf(1), WatchedTree.NameOf(2) })
        {
            Assert.Equal(HttpStatusCode.OK, (await AcceptAsync(client, await IdAsync(tree, name))).Status);
        }

        Assert.Equal("1 1", await StatesAsync(tree));
        Assert.Equal(
            ["accepted olga why not", "corrupted olga why not", "accepted olga why not", "tampered olga why not"],
            await database.ListAsync($"""
                select concat_ws(' ', type, acknowledged_by, acknowledge_reason) from scanner.change_events
                where target_id = {tree.TargetId} order by path, type
                """));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
    }

    [Fact]
    public async Task A_modified_file_is_accepted_once_whatever_moved_it_since()
    {
        await using var service = Service();
        using var client = ClientAs(service, "operator");
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await tree.ScanAsync();
        tree.Write(WatchedTree.NameOf(1), "edited by somebody");
        var scan = await tree.ScanAsync();
        File.Move(tree.PathOf(WatchedTree.NameOf(1)), tree.PathOf("elsewhere"));
        await tree.ScanAsync();
        var id = await IdAsync(tree, "elsewhere");

        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/files/{id}/accept", UriKind.Relative), new { reason = "as ordered" });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("modified olga as ordered", await database.ScalarAsync<string>(
            $"select concat_ws(' ', type, acknowledged_by, acknowledge_reason) from scanner.change_events where scan_id = {scan}"));
        Assert.Equal("accepted olga as ordered", await database.ScalarAsync<string>($"""
            select concat_ws(' ', type, acknowledged_by, acknowledge_reason)
            from scanner.change_events where file_id = {id} order by id desc limit 1
            """));
        Assert.Equal((HttpStatusCode.Conflict, "urn:fixity:problem:file-not-corrupted"), await AcceptAsync(client, id));
    }

    [Fact]
    public async Task What_replaced_a_file_is_accepted_by_the_id_of_either()
    {
        await using var service = Service();
        using var client = ClientAs(service, "operator");
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await tree.ScanAsync();
        var (first, second) = (WatchedTree.NameOf(1), WatchedTree.NameOf(2));
        var (old, id) = (await IdAsync(tree, first), await IdAsync(tree, second));
        File.Delete(tree.PathOf(first));
        await tree.ScanAsync();
        File.Move(tree.PathOf(second), tree.PathOf(first));
        await tree.ScanAsync();
        tree.FlipHidden(first);
        await tree.ScanAsync();

        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/files/{old}/accept", UriKind.Relative), new { reason = "it is fine" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((HttpStatusCode.OK, id), (answer.StatusCode, body.GetProperty("fileId").GetInt64()));
        Assert.Equal(["accepted", "tampered olga"], await database.ListAsync($"""
            select concat_ws(' ', type, case when type = 'tampered' then acknowledged_by end) from scanner.change_events
            where file_id = {id} and type in ('accepted', 'tampered') order by type
            """));
        Assert.Equal((HttpStatusCode.Conflict, "urn:fixity:problem:file-not-corrupted"), await AcceptAsync(client, old));
    }

    [Fact]
    public async Task Changes_are_acknowledged_once_by_an_operator_and_by_nobody_else()
    {
        await using var service = Service();
        using var operators = ClientAs(service, "operator");
        using var viewers = ClientAs(service, "viewer");
        using var nobody = service.CreateClient();
        using var tree = await WatchedTree.CreateAsync(database, 2);
        await tree.ScanAsync();
        tree.Write("x", "1");
        tree.Write("y", "22");
        var scan = await tree.ScanAsync();
        var ids = (await database.ListAsync($"select id::text from scanner.change_events where scan_id = {scan}"))
            .Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).ToArray();

        Assert.Equal(HttpStatusCode.Forbidden, (await AcknowledgeAsync(viewers, ids)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AcknowledgeAsync(nobody, ids)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await AcknowledgeAsync(operators, [])).Status);
        Assert.Equal((HttpStatusCode.OK, """{"acknowledged":2}"""), await AcknowledgeAsync(operators, ids));
        Assert.Equal((HttpStatusCode.OK, """{"acknowledged":0}"""), await AcknowledgeAsync(operators, ids));
    }

    [Fact]
    public async Task Whoever_is_confined_to_another_target_finds_neither_file_nor_change()
    {
        await using var service = Service();
        using var tree = await WatchedTree.CreateAsync(database, 2);
        using var confined = ClientAs(service, "operator", tree.TargetId + 1_000_000);
        using var allowed = ClientAs(service, "operator", tree.TargetId);
        await tree.ScanAsync();
        tree.FlipHidden(WatchedTree.NameOf(1));
        var scan = await tree.ScanAsync("full");
        var file = await IdAsync(tree, WatchedTree.NameOf(1));
        var change = await database.ScalarAsync<long>($"select id from scanner.change_events where scan_id = {scan}");

        Assert.Equal((HttpStatusCode.OK, """{"acknowledged":0}"""), await AcknowledgeAsync(confined, [change]));
        Assert.Equal((HttpStatusCode.NotFound, "urn:fixity:problem:file-not-found"), await AcceptAsync(confined, file));
        Assert.Equal((HttpStatusCode.OK, """{"acknowledged":1}"""), await AcknowledgeAsync(allowed, [change]));
        Assert.Equal(HttpStatusCode.OK, (await AcceptAsync(allowed, file)).Status);
    }

    private Task<long> IdAsync(WatchedTree tree, string name) => database.ScalarAsync<long>(
        $"select id from scanner.files where target_id = {tree.TargetId} and path = '{name}'");

    private Task<string?> StatesAsync(WatchedTree tree) => database.ScalarAsync<string>($"""
        select string_agg(state::text, ' ' order by path) from scanner.files
        where target_id = {tree.TargetId} and path in ('{WatchedTree.NameOf(1)}', '{WatchedTree.NameOf(2)}')
        """);

    private WebApplicationFactory<Program> Service() => new WebApplicationFactory<Program>()
        .WithWebHostBuilder(host => host
            .UseSetting("ConnectionStrings:fixitydb", database.ConnectionString)
            .UseSetting("Fixity:GatewayKey", Key)
            .UseSetting("Scanner:PollInterval", "00:00:00.2"));

    private static HttpClient ClientAs(
        WebApplicationFactory<Program> service, string role, int? onlyTarget = null)
    {
        var client = service.CreateClient();
        client.DefaultRequestHeaders.Add(
            CallerIdentity.Header,
            new CallerIdentity("olga", role, onlyTarget is { } id ? [id] : null).Sign(Encoding.UTF8.GetBytes(Key), TimeProvider.System.GetUtcNow()));
        return client;
    }

    private static async Task<(HttpStatusCode Status, string? Type)> AcceptAsync(HttpClient client, long id)
    {
        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/files/{id}/accept", UriKind.Relative), new { reason = "why not" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.TryGetProperty("type", out var type) ? type.GetString() : null);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AcknowledgeAsync(HttpClient client, long[] ids)
    {
        using var answer = await client.PostAsJsonAsync(
            new Uri("/api/v1/changes/acknowledge", UriKind.Relative), new { ids, reason = "seen" });
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
