using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Data.Tests;

/// <summary>Each table has one writer, and the database holds the services to it.</summary>
public sealed class RoleTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(DatabaseRole.Query, "insert into scheduler.targets (name, type, root) values ('n', 'local', '/r')")]
    [InlineData(DatabaseRole.Query, "update scheduler.scans set control = 'cancel'")]
    [InlineData(DatabaseRole.Query, "delete from scanner.files")]
    [InlineData(DatabaseRole.Query, "update scanner.change_events set acknowledged_by = 'me'")]
    [InlineData(DatabaseRole.Query, "insert into scheduler.settings (key, value) values ('k', '1')")]
    [InlineData(DatabaseRole.Query, "create table scheduler.mine (id integer)")]
    [InlineData(DatabaseRole.Query, "select password_hash from gateway.users")]
    [InlineData(DatabaseRole.Query, "select sealed from scheduler.target_credentials")]
    [InlineData(DatabaseRole.Query, "select sealed from scheduler.probes")]
    [InlineData(DatabaseRole.Alert, "select reference from scheduler.target_credentials")]
    [InlineData(DatabaseRole.Scanner, "update scheduler.target_credentials set who = 'me'")]
    [InlineData(DatabaseRole.Scanner, "delete from scheduler.probes")]
    [InlineData(DatabaseRole.Scheduler, "insert into scanner.probe_answers (probe_id, taken_by) values (1, 'me')")]
    [InlineData(DatabaseRole.Scheduler, "delete from scanner.replicas")]
    [InlineData(DatabaseRole.Scanner, "delete from scheduler.replicas")]
    [InlineData(DatabaseRole.Scanner, "delete from scheduler.follow_ups")]
    [InlineData(DatabaseRole.Gateway, "update gateway.audit_log set actor = 'nobody'")]
    [InlineData(DatabaseRole.Gateway, "delete from gateway.audit_log")]
    [InlineData(DatabaseRole.Gateway, "truncate gateway.audit_log")]
    [InlineData(DatabaseRole.Gateway, "select * from scanner.files")]
    [InlineData(DatabaseRole.Scanner, "update scheduler.scans set control = null")]
    [InlineData(DatabaseRole.Scanner, "insert into scheduler.scans (target_id, trigger) values (1, 'manual')")]
    [InlineData(DatabaseRole.Scanner, "update scheduler.scans set resumed_from = null")]
    [InlineData(DatabaseRole.Scheduler, "select scheduler.resume_scan(1)")]
    [InlineData(DatabaseRole.Query, "select scheduler.resume_scan(1)")]
    [InlineData(DatabaseRole.Scanner, "update scheduler.targets set root = '/'")]
    [InlineData(DatabaseRole.Scanner, "select * from scheduler.qrtz_triggers")]
    [InlineData(DatabaseRole.Scheduler, "update scheduler.scans set status = 'completed'")]
    [InlineData(DatabaseRole.Scheduler, "update scheduler.scan_segments set fencing_token = 0")]
    [InlineData(DatabaseRole.Scheduler, "delete from scheduler.targets")]
    [InlineData(DatabaseRole.Scheduler, "update scanner.files set checksum = null, algorithm = null")]
    [InlineData(DatabaseRole.Scheduler, "select * from gateway.sessions")]
    [InlineData(DatabaseRole.Scheduler, "delete from scanner.change_events")]
    [InlineData(DatabaseRole.Scheduler, "delete from scanner.files")]
    [InlineData(DatabaseRole.Scheduler, "delete from gateway.audit_log")]
    [InlineData(DatabaseRole.Scheduler, "delete from alert.webhook_deliveries")]
    [InlineData(DatabaseRole.Scheduler, "delete from scheduler.retention_runs")]
    [InlineData(DatabaseRole.Gateway, "update scheduler.settings set value = '1'")]
    [InlineData(DatabaseRole.Gateway, "select * from scheduler.targets")]
    [InlineData(DatabaseRole.Alert, "update scanner.change_events set path = 'x'")]
    [InlineData(DatabaseRole.Alert, "insert into scheduler.scans (target_id, trigger) values (1, 'manual')")]
    [InlineData(DatabaseRole.Alert, "select * from gateway.api_tokens")]
    public async Task What_is_not_a_service_s_own_is_refused(string role, string sql)
    {
        await using var source = database.DataSourceAs(role);
        await using var command = source.CreateCommand(sql);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Theory]
    [InlineData(DatabaseRole.Query, "select * from scanner.files")]
    [InlineData(DatabaseRole.Query, "select * from scheduler.scans")]
    [InlineData(DatabaseRole.Gateway, "insert into gateway.audit_log (actor, action) values ('ada', 'sign-in')")]
    [InlineData(DatabaseRole.Scanner, "update scheduler.scans set status = status where false")]
    [InlineData(DatabaseRole.Scheduler, "update scheduler.scans set control = 'pause' where false")]
    [InlineData(DatabaseRole.Scheduler, "insert into scheduler.qrtz_locks (sched_name, lock_name) values ('s', 'l')")]
    [InlineData(DatabaseRole.Alert, "delete from alert.webhooks")]
    public async Task What_is_a_service_s_own_is_allowed(string role, string sql)
    {
        await using var source = database.DataSourceAs(role);
        await using var command = source.CreateCommand(sql);

        await command.ExecuteNonQueryAsync();
    }

    [Theory]
    [InlineData("running", "now() + interval '1 minute'", false)]
    [InlineData("running", "now() - interval '1 second'", true)]
    [InlineData("queued", "null", false)]
    public async Task The_scanner_queues_a_scan_only_in_the_place_of_one_whose_scanners_died(
        string segment, string leaseUntil, bool goesOn)
    {
        var scan = await database.AddScanAsync(await database.AddTargetAsync());
        await database.ExecuteAsync($"""
            update scheduler.scans set status = 'running' where id = {scan};
            update scheduler.scan_segments set status = '{segment}', lease_until = {leaseUntil} where scan_id = {scan}
            """);
        await using var source = database.DataSourceAs(DatabaseRole.Scanner);
        await using var command = source.CreateCommand($"select resumed_as is not null from scheduler.resume_scan({scan})");

        Assert.Equal(goesOn, await command.ExecuteScalarAsync());
        Assert.False((bool)(await command.ExecuteScalarAsync())!);
    }

    [Fact]
    public async Task The_role_survives_a_connection_s_return_to_the_pool()
    {
        await using var source = database.DataSourceAs(DatabaseRole.Query);
        for (var use = 0; use < 3; use++)
        {
            await using var command = source.CreateCommand("select current_user::text");
            Assert.Equal(DatabaseRole.Query, await command.ExecuteScalarAsync());
        }
    }
}
