using System.Net;
using System.Text.Json;
using Fixity.Data;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.Audit;

/// <summary>What was done to the log behind the gateway's back, by somebody who owns the database, is found and named.</summary>
[Trait("Category", "Database")]
public sealed class AuditChainTests : IAsyncLifetime
{
    private readonly GatewayFixture _gateway = new();

    private Browser _admin = null!;

    public async Task InitializeAsync()
    {
        await _gateway.InitializeAsync();
        _admin = await _gateway.SignInAsAsync(Roles.Admin, "ada"); // Entry 1.
        await AppendAsync(9);
    }

    public Task DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task What_was_written_is_whole()
    {
        var verdict = await VerifyAsync();

        Assert.True(verdict.GetProperty("intact").GetBoolean());
        Assert.Equal(10, verdict.GetProperty("checked").GetInt64());
        Assert.Equal((1, 10), (verdict.GetProperty("firstId").GetInt64(), verdict.GetProperty("lastId").GetInt64()));
        Assert.Equal(JsonValueKind.Null, verdict.GetProperty("fault").ValueKind);
    }

    [Theory]
    [InlineData("update gateway.audit_log set actor = 'eve' where id = 4", "altered", 4, 4)]
    [InlineData("update gateway.audit_log set at = at + interval '1 microsecond' where id = 4", "altered", 4, 4)]
    [InlineData("update gateway.audit_log set details = details || '{\"x\": 1}' where id = 4", "altered", 4, 4)]
    [InlineData("update gateway.audit_log set address = '::1' where id = 4", "altered", 4, 4)]
    [InlineData("update gateway.audit_log set object = null where id = 4", "altered", 4, 4)]
    [InlineData("update gateway.audit_log set action = action || ' ' where id = 10", "altered", 10, 10)]
    // With a hash that fits the row: the next does not fit it, or of the last row the kept end.
    [InlineData("update gateway.audit_log a set actor = 'eve' where id = 4; " + Rehash4, "altered", 5, 5)]
    [InlineData("delete from gateway.audit_log where id in (4, 5)", "missing", 4, 5)]
    [InlineData("delete from gateway.audit_log where id < 4", "missing", 1, 3)]
    [InlineData("delete from gateway.audit_log where id > 7", "cut", 8, 10)]
    [InlineData("truncate gateway.audit_log", "cut", 1, 10)]
    // Two that changed places.
    [InlineData("update gateway.audit_log set id = case id when 4 then -5 else -4 end where id in (4, 5); "
        + "update gateway.audit_log set id = -id where id < 0", "altered", 4, 4)]
    // One put in the place of one that was taken out.
    [InlineData("delete from gateway.audit_log where id = 4; alter table gateway.audit_log disable trigger all; "
        + "insert into gateway.audit_log (id, actor, action, hash) values (4, 'eve', 'sign-in', sha256('x')); "
        + "alter table gateway.audit_log enable trigger all", "altered", 4, 4)]
    [InlineData("alter table gateway.audit_log disable trigger all; "
        + "insert into gateway.audit_log (id, actor, action, hash) values (11, 'eve', 'sign-in', sha256('x')); "
        + "alter table gateway.audit_log enable trigger all", "foreign", 11, 11)]
    public async Task The_first_thing_that_is_wrong_is_named(string sql, string kind, long id, long until)
    {
        await _gateway.Database.ExecuteAsync(sql);

        var verdict = await VerifyAsync();

        Assert.False(verdict.GetProperty("intact").GetBoolean());
        var fault = verdict.GetProperty("fault");
        Assert.Equal(kind, fault.GetProperty("kind").GetString());
        Assert.Equal((id, until), (fault.GetProperty("id").GetInt64(), fault.GetProperty("untilId").GetInt64()));
    }

    [Fact]
    public async Task A_log_that_was_written_anew_with_its_ends_is_found_by_a_hash_that_was_kept_elsewhere()
    {
        var before = await VerifyAsync();
        var (kept, hash) = (before.GetProperty("lastId").GetInt64(), before.GetProperty("lastHash").GetString());
        await AppendAsync(3);
        Assert.True((await VerifyAsync($"?entry={kept}&hash={hash}")).GetProperty("intact").GetBoolean());

        // All that an owner of the database can do: another past, hashed like the true one.
        await _gateway.Database.ExecuteAsync("""
            create temp table old on commit drop as select * from gateway.audit_log order by id;
            truncate gateway.audit_log;
            update gateway.audit_chain
            set last_id = 0, last_hash = decode(repeat('00', 32), 'hex');
            insert into gateway.audit_log (at, actor, action, details, address)
            select at, case id when 4 then 'mallory' else actor end, action, details, address from old order by id
            """);

        Assert.True((await VerifyAsync()).GetProperty("intact").GetBoolean());
        var fault = (await VerifyAsync($"?entry={kept}&hash={hash}")).GetProperty("fault");
        Assert.Equal("rewritten", fault.GetProperty("kind").GetString());
        Assert.Equal(kept, fault.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task What_retention_took_from_the_beginning_is_not_missed()
    {
        await _gateway.Database.ExecuteAsync("""
            create temp table old on commit drop as select * from gateway.audit_log order by id;
            truncate gateway.audit_log;
            update gateway.audit_chain set last_hash = decode(repeat('00', 32), 'hex'), last_id = 0;
            insert into gateway.audit_log (at, actor, action, details, address)
            select case when id <= 6 then now() - interval '90 days' else now() end, actor, action, details, address
            from old order by id
            """);
        await using var scheduler = _gateway.Database.DataSourceAs(DatabaseRole.Scheduler);
        await using var command = scheduler.CreateCommand("select removed from scheduler.purge_audit(30, 0, 4)");
        Assert.Equal(4L, await command.ExecuteScalarAsync());
        Assert.Equal(2L, await command.ExecuteScalarAsync());

        var verdict = await VerifyAsync();
        Assert.True(verdict.GetProperty("intact").GetBoolean());
        Assert.Equal(7, verdict.GetProperty("firstId").GetInt64());

        await _gateway.Database.ExecuteAsync("delete from gateway.audit_log where id = 7");
        Assert.Equal("missing", (await VerifyAsync()).GetProperty("fault").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Many_at_once_make_one_chain_without_a_gap()
    {
        await using var writers = _gateway.Database.DataSourceAs(DatabaseRole.Gateway);
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, stop) =>
        {
            await using var connection = await writers.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var command = connection.CreateCommand();
            // Neither a number nor a hash is the writer's to choose.
            command.CommandText = "insert into gateway.audit_log (id, actor, action, hash) values (5, 'bob', 'sign-in', sha256('x'))";
            await command.ExecuteNonQueryAsync(stop);
            if (i % 3 == 0)
            {
                await transaction.RollbackAsync(stop);
            }
            else
            {
                await transaction.CommitAsync(stop);
            }
        });

        var verdict = await VerifyAsync();
        Assert.True(verdict.GetProperty("intact").GetBoolean(), verdict.GetRawText());
        Assert.Equal(210, verdict.GetProperty("lastId").GetInt64());
    }

    [Fact]
    public async Task The_ends_of_the_chain_are_not_the_gateways_to_write()
    {
        await using var data = _gateway.Database.DataSourceAs(DatabaseRole.Gateway);
        foreach (var sql in new[]
        {
            "update gateway.audit_chain set last_id = 0", "delete from gateway.audit_chain",
            "truncate gateway.audit_log", "select gateway.chain_audit_entry()",
            "alter table gateway.audit_log disable trigger all",
        })
        {
            await using var command = data.CreateCommand(sql);
            var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    [Theory]
    [InlineData("?entry=3")]
    [InlineData("?hash=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("?entry=3&hash=00")]
    [InlineData("?entry=3&hash=zz00000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_kept_entry_is_a_number_and_a_hash(string query)
    {
        using var answer = await _admin.Http.GetAsync("/api/v1/audit/verify" + query);

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
    }

    private const string Rehash4 =
        "update gateway.audit_log a set hash = gateway.audit_hash((select b.hash from gateway.audit_log b where b.id = 3), a) "
        + "where id = 4";

    private async Task<JsonElement> VerifyAsync(string query = "")
    {
        using var answer = await _admin.Http.GetAsync("/api/v1/audit/verify" + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private Task AppendAsync(int count) => _gateway.Database.ExecuteAsync($$"""
        insert into gateway.audit_log (at, actor, action, object, details, address, correlation_id)
        select now() + i * interval '1 microsecond', 'ädä ☃', 'user-changed', 'user ' || i,
            jsonb_build_object('b', i, 'a', 'x"y\z', 'long', repeat('é', i), 'n', 1.50, 'nothing', null),
            case when i % 2 = 0 then '10.0.0.1' end, md5(i::text)
        from generate_series(1, {{count}}) i order by i
        """);
}
