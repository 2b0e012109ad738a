using Microsoft.Extensions.Logging.Abstractions;

namespace Fixity.Data.Tests;

public sealed class AuditChainTests : IAsyncLifetime
{
    private const int BeforeTheChain = 20;

    private readonly EmptyDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task What_was_logged_before_there_was_a_chain_becomes_its_beginning()
    {
        var migrator = new Migrator(_database.DataSource, NullLogger<Migrator>.Instance);
        await migrator.MigrateAsync([.. Schema.Migrations.Where(m => m.Version <= BeforeTheChain)], CancellationToken.None);
        await using (var old = _database.DataSource.CreateCommand("""
            insert into gateway.audit_log (actor, action) select 'ada', 'sign-in' from generate_series(1, 5);
            delete from gateway.audit_log where id in (2, 5);
            """))
        {
            await old.ExecuteNonQueryAsync();
        }

        await migrator.MigrateAsync(Schema.Migrations, CancellationToken.None);
        await using (var next = _database.DataSource.CreateCommand(
            "insert into gateway.audit_log (actor, action) values ('ada', 'sign-out')"))
        {
            await next.ExecuteNonQueryAsync();
        }

        Assert.Equal("1,3,4,5", await _database.ScalarAsync<string>(
            "select string_agg(id::text, ',' order by id) from gateway.audit_log"));
        Assert.Equal(5, await _database.ScalarAsync<long>("select chained_from from gateway.audit_chain"));
        Assert.True(await _database.ScalarAsync<bool>("""
            select bool_and(a.hash = gateway.audit_hash(coalesce(a.previous, decode(repeat('00', 32), 'hex')), a.entry))
            from (select l.hash, l as entry, lag(l.hash) over (order by l.id) as previous from gateway.audit_log l) a
            """));
        Assert.True(await _database.ScalarAsync<bool>("""
            select (c.last_id, c.last_hash) = (a.id, a.hash)
            from gateway.audit_chain c, gateway.audit_log a order by a.id desc limit 1
            """));
    }
}
