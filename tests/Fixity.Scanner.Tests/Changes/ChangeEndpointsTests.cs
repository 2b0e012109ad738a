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

    private WebApplicationFactory<Program> Service() => new WebApplicationFactory<Program>()
        .WithWebHostBuilder(host => host
            .UseSetting("ConnectionStrings:fixitydb", database.ConnectionString)
            .UseSetting("Fixity:GatewayKey", Key)
            .UseSetting("Scanner:PollInterval", "00:00:00.2"));

    private static HttpClient ClientAs(WebApplicationFactory<Program> service, string role)
    {
        var client = service.CreateClient();
        client.DefaultRequestHeaders.Add(
            CallerIdentity.Header,
            new CallerIdentity("olga", role).Sign(Encoding.UTF8.GetBytes(Key), TimeProvider.System.GetUtcNow()));
        return client;
    }

    private static async Task<(HttpStatusCode Status, string? Type)> AcceptAsync(HttpClient client, long id)
    {
        using var answer = await client.PostAsJsonAsync(new Uri($"/api/v1/files/{id}/accept", UriKind.Relative), new { reason = "why not" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.GetProperty("type").GetString());
    }

    private static async Task<(HttpStatusCode Status, string Body)> AcknowledgeAsync(HttpClient client, long[] ids)
    {
        using var answer = await client.PostAsJsonAsync(
            new Uri("/api/v1/changes/acknowledge", UriKind.Relative), new { ids, reason = "seen" });
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
