using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fixity.Data;
using Fixity.Scheduler.Retention;
using Fixity.Testing.Services;
using Npgsql;

namespace Fixity.Scheduler.Tests.Retention;

public sealed class RetentionEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task A_run_that_is_asked_for_of_two_replicas_is_one_and_is_shown_with_what_it_removed()
    {
        await using var second = new ServiceApplication<Program>(scheduler.Database.ConnectionString);
        await scheduler.Database.ExecuteAsync("""
            insert into gateway.audit_log (at, actor, action)
            select now() - interval '4000 days', 'ada', 'sign-in' from generate_series(1, 21)
            """);

        // Nobody begins while this is held: a run that is over would make room for another.
        await using var holder = await scheduler.Database.DataSource.OpenConnectionAsync();
        await LockAsync(holder, "select pg_advisory_lock($1)");
        var asked = await Task.WhenAll(
            AskAsync(scheduler.Admin), AskAsync(second.CreateClientAs("admin")), AskAsync(scheduler.Admin));
        await LockAsync(holder, "select pg_advisory_unlock($1)");

        Assert.Single(asked.Select(run => run.GetProperty("id").GetInt64()).Distinct());
        JsonElement shown = default;
        await Waiting.UntilAsync("it is over", async () =>
        {
            shown = await scheduler.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/retention/runs");
            return shown.GetProperty("items")[0].GetProperty("status").GetString() == "completed";
        });

        var run = shown.GetProperty("items")[0];
        Assert.Equal(asked[0].GetProperty("id").GetInt64(), run.GetProperty("id").GetInt64());
        Assert.Equal(20, run.GetProperty("rows").GetInt64());
        Assert.Equal("audit-entries", run.GetProperty("removed")[0].GetProperty("kind").GetString());
        Assert.InRange(
            shown.GetProperty("nextRunAt").GetDateTimeOffset(), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
    }

    [Fact]
    public async Task Whoever_is_no_administrator_removes_nothing()
    {
        using var refused = await scheduler.Operator.PostAsync("/api/v1/retention/run", null);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task The_run_of_a_day_is_asked_for_once_and_not_while_there_is_nothing_old()
    {
        var database = new Testing.Postgres.TestDatabase();
        await database.InitializeAsync();
        await using (var source = database.DataSourceAs(DatabaseRole.Scheduler))
        {
            var runs = new RetentionStore(source);
            var due = DateTimeOffset.UtcNow.AddHours(-1);
            await runs.RequestDueAsync(due, default);
            Assert.Empty(await runs.ListAsync(default));

            await database.AddTargetAsync();
            await database.ExecuteAsync("update scheduler.targets set created_at = now() - interval '1 day'");
            await Task.WhenAll(
                runs.RequestDueAsync(due, default), runs.RequestDueAsync(due, default), runs.RequestDueAsync(due, default));
            await runs.EndAsync((await runs.BeginAsync(default))!.Value, null, default);
            await runs.RequestDueAsync(due, default);
            Assert.Single(await runs.ListAsync(default));

            await runs.RequestDueAsync(DateTimeOffset.UtcNow.AddMinutes(1), default);
            Assert.Equal(2, (await runs.ListAsync(default)).Count);
        }

        await database.DisposeAsync();
    }

    private static async Task LockAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // One of the two above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = RetentionWorker.LockKey });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<JsonElement> AskAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/api/v1/retention/run", null);
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{response.StatusCode}");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
