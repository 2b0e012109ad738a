using Fixity.Core;
using Fixity.Testing.Postgres;

namespace Fixity.Seed.Tests;

[Trait("Category", "Database")]
public sealed class SeederTests
{
    private static readonly DateTimeOffset Until = new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_small_history_has_all_that_a_large_one_has_and_is_the_same_each_time()
    {
        var plan = SeedPlan.Full(Until).Scaled(0.001) with { Number = 7 };
        var first = await SeededAsync(plan);
        var second = await SeededAsync(plan);
        var other = await SeededAsync(plan with { Number = 8 });
        try
        {
            Assert.Equal(2_000, await first.ScalarAsync<long>("select count(*) from scanner.files"));
            Assert.Equal(10_000, await first.ScalarAsync<long>(
                "select count(*) from scanner.change_events where scan_id is not null"));
            Assert.Equal(
                await first.ListAsync("select id::text from scanner.files where state in (3, 5) order by id"),
                await first.ListAsync("select file_id::text from scanner.change_events where scan_id is null order by file_id"));
            Assert.Equal(50, await first.ScalarAsync<long>("select count(*) from scheduler.scans"));
            // A twentieth of all, and what every scan has.
            Assert.InRange(await first.ScalarAsync<long>("""
                select max(changes) from (
                    select count(*) as changes from scanner.change_events where scan_id is not null group by scan_id) s
                """), 500 + 1, 500 + 500);
            Assert.InRange(await first.ScalarAsync<long>("select count(*) from scanner.files where state = 2"), 200, 400);
            Assert.Equal(0, await first.ScalarAsync<long>("select count(*) from scanner.change_events_default"));
            Assert.Equal(0, await first.ScalarAsync<long>("""
                select count(*) from scanner.change_events e left join scanner.files f on f.id = e.file_id
                where f.path is distinct from e.path or f.target_id <> e.target_id
                """));
            Assert.Equal(0, await first.ScalarAsync<long>("""
                select count(*) from scanner.change_events e join scheduler.scans s on s.id = e.scan_id
                where e.detected_at not between s.started_at and s.ended_at
                """));
            Assert.Equal(await IndexesAsync(await TestDatabaseAsync()), await IndexesAsync(first));

            Assert.All(
                await first.ListAsync("select path from scanner.files"),
                path => Assert.True(FilePath.TryParse(path, out _), path));
            var digest = await DigestAsync(first);
            Assert.Equal(digest, await DigestAsync(second));
            Assert.NotEqual(digest, await DigestAsync(other));
        }
        finally
        {
            await first.DisposeAsync();
            await second.DisposeAsync();
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_database_with_targets_in_it_is_left_alone()
    {
        var database = await TestDatabaseAsync();
        await database.AddTargetAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new Seeder(database.DataSource, _ => { }).RunAsync(SeedPlan.Full(Until).Scaled(0.001), CancellationToken.None));

        Assert.Contains("empty", refusal.Message, StringComparison.Ordinal);
        await database.DisposeAsync();
    }

    private static async Task<TestDatabase> SeededAsync(SeedPlan plan)
    {
        var database = await TestDatabaseAsync();
        await new Seeder(database.DataSource, _ => { }).RunAsync(plan, CancellationToken.None);
        return database;
    }

    private static async Task<TestDatabase> TestDatabaseAsync()
    {
        var database = new TestDatabase();
        await database.InitializeAsync();
        return database;
    }

    private static Task<string?> DigestAsync(TestDatabase database) => database.ScalarAsync<string>("""
        select md5(string_agg(row, '' order by row)) from (
            select f::text as row from (select id, target_id, path, size, mtime_ns, checksum, state, verified_at from scanner.files) f
            union all
            select e::text from (select id, detected_at, scan_id, file_id, path, type, new_checksum from scanner.change_events) e
            union all
            select s::text from (select id, target_id, status, started_at, ended_at, files_added from scheduler.scans) s) every
        """);

    private static Task<List<string>> IndexesAsync(TestDatabase database) => database.ListAsync("""
        select indexdef from pg_indexes
        where schemaname = 'scanner' and tablename in ('files', 'change_events') order by indexdef
        """);
}
