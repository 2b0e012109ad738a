using System.Text.Json.Nodes;
using Fixity.Query.Changes;
using Fixity.Query.Events;
using Fixity.Query.Tests.Changes;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Paging;
using Fixity.Testing.Services;
using Npgsql;

namespace Fixity.Query.Tests.Events;

/// <summary>A client that was away is told what it missed: all of it, once, or that it has to read everything anew.</summary>
[Trait("Category", "Database")]
public sealed class ResumeTests(OwnServerQuery query) : IClassFixture<OwnServerQuery>
{
    [Fact]
    public async Task What_was_missed_is_told_first_and_then_what_follows()
    {
        var target = await query.Database.AddTargetAsync();
        using var before = await EventStream.OpenGreetedAsync(query.Client);
        var place = before.LastEventId;
        Assert.NotNull(place);
        var scan = await query.Database.AddScanAsync(target);
        await AddChangesAsync(target, 3);
        await query.Database.ExecuteAsync($$"""
            select pg_notify('fixity_progress', '{"kind":"scan","scanId":{{scan}},"targetId":{{target}}}'),
                   pg_notify('fixity_progress', '{"kind":"webhook","webhookId":9,"state":"disabled"}')
            """);
        while (await before.NextAsync() is not ("webhook", _))
        {
            // Told to whoever stayed: from now on it is missed by whoever was away.
        }

        using var after = await EventStream.OpenGreetedAsync(query.Client, place);
        Assert.Equal(place, after.LastEventId);
        Assert.Equal(3, (long)(await after.NextAsync("change"))["changes"]!);
        Assert.Equal(scan, (long)(await after.NextAsync("scan"))["id"]!);
        Assert.Equal(9, (int)(await after.NextAsync("webhook"))["webhookId"]!);
        Assert.NotEqual(place, after.LastEventId);

        await AddChangesAsync(target, 2);
        Assert.Equal(2, (long)(await after.NextAsync("change"))["changes"]!);
    }

    [Fact]
    public async Task An_id_is_a_cursor_of_the_feed()
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        var place = stream.LastEventId;
        var target = await query.Database.AddTargetAsync();
        await AddChangesAsync(target, 2);
        await ChangesOfAsync(stream, target);

        var missed = await query.GetAsync($"/changes?order=commit&cursor={place}&limit=200");
        var rest = await query.GetAsync($"/changes?order=commit&cursor={stream.LastEventId}");

        Assert.Equal(2, missed["items"]!.AsArray().Count(change => (int)change!["targetId"]! == target));
        Assert.Empty(rest["items"]!.AsArray());
    }

    [Fact]
    public async Task However_often_a_client_comes_back_each_change_is_told_once()
    {
        const int Changes = 300;
        var target = await query.Database.AddTargetAsync();
        using var first = await EventStream.OpenGreetedAsync(query.Client);
        var place = first.LastEventId;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Changes; i++)
            {
                await AddChangesAsync(target, 1);
            }
        });

        var told = 0L;
        while (told < Changes)
        {
            using var stream = await EventStream.OpenGreetedAsync(query.Client, place);
            if (await stream.NextAsync() is not ("change", var data))
            {
                continue;
            }

            told += (long)JsonNode.Parse(data)!["changes"]!;
            place = stream.LastEventId;
        }

        await writing;
        Assert.Equal(Changes, told);
    }

    [Fact]
    public async Task What_was_committed_behind_an_older_transaction_is_told_when_that_has_ended()
    {
        var target = await query.Database.AddTargetAsync();
        using var stream = await EventStream.OpenGreetedAsync(query.Client);
        await using var connection = await query.Database.DataSource.OpenConnectionAsync();
        await using var older = await connection.BeginTransactionAsync();
        await using (var change = new NpgsqlCommand(ChangeSql(target, 1), connection))
        {
            await change.ExecuteNonQueryAsync();
        }

        await AddChangesAsync(target, 2);
        await older.CommitAsync();

        var told = 0L;
        while (told < 3)
        {
            told += await ChangesOfAsync(stream, target);
        }

        Assert.Equal(3, told);
    }

    [Theory]
    [InlineData("no id of ours")]
    [InlineData("eyJUcmFuc2FjdGlvbklkIjoxLCJJZCI6MH0")]
    public async Task A_client_whose_place_is_not_known_any_more_begins_anew(string place)
    {
        using var stream = await EventStream.OpenGreetedAsync(query.Client, place);

        Assert.Equal(("reset", "{}"), await stream.NextAsync());
        Assert.True(Cursor.TryDecode<ChangePosition>(stream.LastEventId, out var now) && ChangePosition.IsSound(now));
    }

    [Fact]
    public async Task A_client_that_missed_too_much_begins_anew()
    {
        var target = await query.Database.AddTargetAsync();
        using var before = await EventStream.OpenGreetedAsync(query.Client);
        var place = before.LastEventId;
        await AddChangesAsync(target, EventReplay.MaxChanges + 1);
        await before.NextAsync("change");

        using var after = await EventStream.OpenGreetedAsync(query.Client, place);

        Assert.Equal(("reset", "{}"), await after.NextAsync());
    }

    [Fact]
    public async Task Another_replica_goes_on_where_the_first_one_was()
    {
        await using var other = new ServiceApplication<Program>(query.Database.ConnectionString);
        using var client = other.CreateClientAs(Roles.Viewer);
        using (var early = await EventStream.OpenGreetedAsync(client))
        {
            // It listens from here on.
        }

        var target = await query.Database.AddTargetAsync();
        using var before = await EventStream.OpenGreetedAsync(query.Client);
        await AddChangesAsync(target, 1);
        await ChangesOfAsync(before, target);
        var place = before.LastEventId;
        await AddChangesAsync(target, 4);

        using var after = await EventStream.OpenGreetedAsync(client, place);

        Assert.Equal(4, await ChangesOfAsync(after, target));
    }

    /// <summary>How many changes of the target are told next. Those of the test before may still come up first.</summary>
    private static async Task<long> ChangesOfAsync(EventStream stream, int target)
    {
        while (true)
        {
            var change = await stream.NextAsync("change");
            if ((int)change["targetId"]! == target)
            {
                return (long)change["changes"]!;
            }
        }
    }

    private Task AddChangesAsync(int target, int count) => query.Database.ExecuteAsync(
        $$"""{{ChangeSql(target, count)}}; select pg_notify('fixity_progress', '{"kind":"change","targetId":{{target}}}')""");

    // A scan is of one target: what is unsent of one scan is told as one sum.
    private static string ChangeSql(int target, int count) => $"""
        insert into scanner.change_events (target_id, file_id, path, type, scan_id)
        select {target}, 1, 'f', 'added', {target} from generate_series(1, {count})
        """;
}
