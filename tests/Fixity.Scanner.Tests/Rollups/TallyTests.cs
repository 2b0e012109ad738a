using Fixity.Data;
using Fixity.Scanner.Rollups;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Rollups;

/// <summary>Counting change events: each once, whoever counts and in whatever order they are committed.</summary>
public sealed class TallyTests : IClassFixture<OwnServerDatabase>, IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _data;
    private readonly TallyStore _store;

    public TallyTests(OwnServerDatabase database)
    {
        _database = database;
        _data = database.DataSourceAs(DatabaseRole.Scanner);
        _store = new TallyStore(_data);
    }

    public ValueTask DisposeAsync() => _data.DisposeAsync();

    [Fact]
    public async Task An_event_that_is_committed_late_is_counted_all_the_same_and_once()
    {
        var target = await _database.AddTargetAsync();
        await using var late = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await using (var add = new NpgsqlCommand(InsertSql(target, 3), late))
        {
            await add.ExecuteNonQueryAsync();
        }

        await _database.ExecuteAsync(InsertSql(target, 5));
        await CountAllAsync();
        Assert.Equal(0, await CountedAsync(target)); // Nothing behind an open transaction is passed.

        await transaction.CommitAsync();
        await CountAllAsync();
        await CountAllAsync();
        Assert.Equal(8, await CountedAsync(target));
        await AssertEqualsTruthAsync(target);
    }

    [Fact]
    public async Task Several_that_count_at_once_count_each_event_once()
    {
        var target = await _database.AddTargetAsync();
        using var end = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var i = 0; i < 40; i++)
            {
                await _database.ExecuteAsync(InsertSql(target, 10));
            }
        }).ToArray();
        var counters = Enumerable.Range(0, 3).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                await _store.CountAsync(17, CancellationToken.None);
            }
        }).ToArray();

        await Task.WhenAll(writers);
        await end.CancelAsync();
        await Task.WhenAll(counters);
        await CountAllAsync();

        Assert.Equal(1200, await CountedAsync(target));
        await AssertEqualsTruthAsync(target);
    }

    [Fact]
    public async Task Where_there_is_nothing_to_count_nothing_is_written()
    {
        await CountAllAsync();
        var before = await _database.ScalarAsync<string>("select xmin::text from scanner.change_tally_cursor");

        Assert.Equal(0, await _store.CountAsync(10, CancellationToken.None));

        Assert.Equal(before, await _database.ScalarAsync<string>("select xmin::text from scanner.change_tally_cursor"));
    }

    [Fact]
    public async Task What_is_older_than_anybody_asks_for_is_passed_and_forgotten()
    {
        var target = await _database.AddTargetAsync();
        await _database.ExecuteAsync($"""
            insert into scanner.change_events (detected_at, target_id, file_id, path, type)
            values (now() - interval '500 days', {target}, 1, 'old', 'added'), (now(), {target}, 1, 'new', 'added');
            insert into scanner.change_tallies (target_id, slot, type, events)
            values ({target}, now() - interval '401 days', 'added', 1)
            """);

        await CountAllAsync();
        await _store.ForgetPastAsync(CancellationToken.None);

        Assert.Equal(1, await CountedAsync(target));
    }

    private static string InsertSql(int target, int events) => $"""
        insert into scanner.change_events (detected_at, target_id, file_id, path, type)
        select now() - n * interval '7 minutes', {target}, n, 'f', case n % 3 when 0 then 'moved' else 'added' end
        from generate_series(1, {events}) as n
        """;

    private async Task CountAllAsync()
    {
        while (await _store.CountAsync(1000, CancellationToken.None) == 1000)
        {
            // Until it has caught up.
        }
    }

    private async Task<long> CountedAsync(int target) => await _database.ScalarAsync<long>(
        $"select coalesce(sum(events), 0)::bigint from scanner.change_tallies where target_id = {target}");

    private async Task AssertEqualsTruthAsync(int target) => Assert.Equal(
        await _database.ListAsync($"""
            select concat_ws(' ', date_bin('15 minutes', detected_at, '2000-01-01Z'), type, count(*)) as line
            from scanner.change_events where target_id = {target}
            group by date_bin('15 minutes', detected_at, '2000-01-01Z'), type order by line
            """),
        await _database.ListAsync($"""
            select concat_ws(' ', slot, type, events) as line
            from scanner.change_tallies where target_id = {target} order by line
            """));
}
