using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Fixity.Query.Tests;

/// <summary>Of a token that is confined to some targets: what it finds, and that it finds nothing else.</summary>
[Trait("Category", "Database")]
public sealed class ConfinementTests(RunningQuery query) : IClassFixture<RunningQuery>, IAsyncLifetime
{
    private int _own;
    private int _other;
    private HttpClient _confined = null!;

    public async Task InitializeAsync()
    {
        _own = await query.Database.AddTargetAsync();
        _other = await query.Database.AddTargetAsync();
        _confined = query.ClientOf(_own, 987_654);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_list_of_targets_holds_its_own_alone()
    {
        using var answer = await _confined.GetAsync("/api/v1/targets");

        var items = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray();
        Assert.Equal([_own], items.Select(target => target.GetProperty("id").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"/targets/{_own}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"/targets/{_other}"));
    }

    [Theory]
    [InlineData("/scans")]
    [InlineData("/files")]
    [InlineData("/changes")]
    public async Task A_list_asks_which_of_them(string list)
    {
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(list));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync($"{list}?target={_other}"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"{list}?target={_own}"));
    }

    [Fact]
    public async Task Scans_of_other_targets_are_not_there()
    {
        foreach (var (target, status) in new[] { (_own, HttpStatusCode.OK), (_other, HttpStatusCode.NotFound) })
        {
            var scan = await query.Database.AddScanAsync(target);

            Assert.Equal(status, await StatusAsync($"/scans/{scan}"));
            Assert.Equal(status, await StatusAsync($"/scans/{scan}/errors"));
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/scans/987654"));
    }

    [Fact]
    public async Task Files_of_other_targets_and_what_became_of_them_are_not_there()
    {
        foreach (var (target, status) in new[] { (_own, HttpStatusCode.OK), (_other, HttpStatusCode.NotFound) })
        {
            var file = await query.Database.AddFileAsync(target, "a/file");
            // Of a row that is gone only its events are left.
            var gone = 5_000_000 + target;
            await query.Database.AddChangeAsync(target, "deleted", "b", fileId: gone);
            // And one that another file moved over.
            var replaced = 6_000_000 + target;
            await query.Database.ExecuteAsync($"insert into scanner.replaced_files (id, file_id) values ({replaced}, {file})");

            Assert.Equal(status, await StatusAsync($"/files/{file}"));
            Assert.Equal(status, await StatusAsync($"/files/{replaced}"));
            Assert.Equal(status, await StatusAsync($"/files/{file}/history"));
            Assert.Equal(status, await StatusAsync($"/files/{gone}/history"));
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/files/987654"));
    }

    [Theory]
    [InlineData("/stats/overview")]
    [InlineData("/events")]
    public async Task What_is_about_everything_is_closed_to_it(string path) =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(path));

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _confined.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        return answer.StatusCode;
    }
}
