using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Data.Tests;

public sealed class MigratorTests : IAsyncLifetime
{
    private readonly EmptyDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_carried_migrations_apply_once_and_are_found_applied_after_that()
    {
        Assert.Equal(Schema.Migrations.Count, await MigrateAsync(Schema.Migrations));
        Assert.Equal(0, await MigrateAsync(Schema.Migrations));
        Assert.Equal(Schema.Version, await _database.ScalarAsync<int>("select max(version) from public.schema_migrations"));
    }

    [Fact]
    public async Task Of_several_migrators_at_once_one_works_and_the_others_wait_and_find_nothing_to_do()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => MigrateAsync(
        [
            // Slow, so that all of them have arrived before the first is done.
            Migration(1, "create table public.a (id integer); select pg_sleep(0.5)"),
            Migration(2, "create table public.b (id integer)"),
        ])));

        Assert.Equal([0, 0, 0, 0, 0, 2], applied.Order());
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_itself_and_all_of_those_before()
    {
        var good = Migration(1, "create table public.a (id integer)");
        await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(
            [good, Migration(2, "create table public.b (id integer); select 1 / 0")]));

        Assert.True(await _database.ScalarAsync<bool>("select to_regclass('public.a') is not null"));
        Assert.True(await _database.ScalarAsync<bool>("select to_regclass('public.b') is null"));
        Assert.Equal(1, await MigrateAsync([good, Migration(2, "create table public.b (id integer)")]));
    }

    [Fact]
    public async Task A_migrator_that_is_killed_half_way_is_rolled_back_and_lets_the_next_one_in()
    {
        var migrations = new[]
        {
            Migration(1, "create table public.a (id integer)"),
            Migration(2, "create table public.b (id integer); select pg_sleep(60)"),
        };
        var killed = MigrateAsync(migrations);
        while (await KillSleeperAsync() == 0)
        {
            Assert.False(killed.IsCompleted);
            await Task.Delay(20);
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => killed);

        Assert.Equal(1, await _database.ScalarAsync<int>("select max(version) from public.schema_migrations"));
        Assert.True(await _database.ScalarAsync<bool>("select to_regclass('public.b') is null"));
        Assert.Equal(1, await MigrateAsync([migrations[0], Migration(2, "create table public.b (id integer)")])
            .WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_newer_database_is_refused_and_left_alone()
    {
        var first = Migration(1, "create table public.a (id integer)");
        await MigrateAsync([first, Migration(2, "create table public.b (id integer)")]);

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync([first]));

        Assert.Contains("version 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_was_edited_after_it_was_applied_is_refused()
    {
        await MigrateAsync([Migration(1, "create table public.a (id integer)")]);

        await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(
            [Migration(1, "create table public.a (id bigint)"), Migration(2, "create table public.b (id integer)")]));

        Assert.True(await _database.ScalarAsync<bool>("select to_regclass('public.b') is null"));
    }

    private static Migration Migration(int version, string sql) =>
        new(version, $"{version:D4}_test", sql, SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    private Task<int> MigrateAsync(IReadOnlyList<Migration> migrations) =>
        new Migrator(_database.DataSource, NullLogger<Migrator>.Instance).MigrateAsync(migrations, CancellationToken.None);

    private Task<long> KillSleeperAsync() => _database.ScalarAsync<long>("""
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'
        """);
}
