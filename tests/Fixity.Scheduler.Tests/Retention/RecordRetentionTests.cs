using Fixity.Data;
using Fixity.Scheduler.Retention;
using Npgsql;

namespace Fixity.Scheduler.Tests.Retention;

public sealed class RecordRetentionTests : RetentionDatabase
{
    [Fact]
    public async Task A_scan_loses_its_details_after_thirty_days_and_keeps_its_counters_for_ever()
    {
        var target = await Database.AddTargetAsync();
        await Database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, status, ended_at, errors_count)
            select {target}, 'schedule', 'completed', now() - age * interval '1 day', 8000
            from unnest(array[31, 5000, 29]) age;
            insert into scheduler.scans (target_id, trigger, status, started_at)
            values ({target}, 'schedule', 'running', now() - interval '90 days');
            insert into scheduler.scan_segments (scan_id, ordinal, status) select id, 0, 'completed' from scheduler.scans;
            insert into scanner.scan_verifications (scan_id, files_due) select id, 1 from scheduler.scans;
            insert into scanner.scan_errors (scan_id, path, kind, message)
            select id, 'file ' || n, 'file_unreadable', 'no' from scheduler.scans, generate_series(1, 8000) n
            """);

        var run = await RunAsync();

        Assert.Equal(16_002, run.Removed.Single(r => r.Kind == RetentionKind.ScanDetails).Rows);
        Assert.Equal(4, await CountAsync("scheduler.scans"));
        Assert.Equal(24_000m, await Database.ScalarAsync<decimal>(
            "select sum(errors_count) from scheduler.scans where status = 'completed'"));
        Assert.Equal(
            (16_000, 2, 2),
            (await CountAsync("scanner.scan_errors"), await CountAsync("scheduler.scan_segments"),
                await CountAsync("scanner.scan_verifications")));
    }

    [Fact]
    public async Task What_happened_to_scans_and_targets_is_kept_as_long_as_what_happened_to_files()
    {
        var target = await Database.AddTargetAsync();
        await Database.ExecuteAsync($"""
            update scheduler.targets set retention_days = 100;
            insert into scanner.target_events (occurred_at, target_id, type)
            select now() - age * interval '1 day', {target}, 'scan.completed' from unnest(array[99, 101, 102]) age
            """);

        Assert.Equal(2, (await RunAsync()).Rows);
        Assert.Equal(1, await CountAsync("scanner.target_events"));
    }

    [Fact]
    public async Task Deliveries_that_are_over_go_and_one_that_waits_stays()
    {
        await Database.ExecuteAsync("""
            insert into alert.webhooks (name, url, secret) values ('hook', 'https://example.org', 'x');
            insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload, status, created_at)
            select gen_random_uuid(), w.id, s || age, 'file.added', '{}', s, now() - age * interval '1 day'
            from alert.webhooks w, unnest(array['pending', 'delivered', 'failed']) s, unnest(array[89, 91]) age
            """);

        Assert.Equal(2, (await RunAsync()).Rows);
        Assert.Equal(4, await CountAsync("alert.webhook_deliveries"));
        Assert.Equal(2, await CountAsync("alert.webhook_deliveries where status = 'pending'"));
    }

    [Fact]
    public async Task The_audit_log_is_shortened_from_its_beginning_only()
    {
        // The second is an entry whose clock was wrong: what stands before it stays, and so does it.
        await AuditAsync(4_000, 10, 3_900, 3_800, 5);

        Assert.Equal(1, (await RunAsync()).Rows);
        Assert.Equal(4, await CountAsync("gateway.audit_log"));
    }

    [Fact]
    public async Task The_last_entry_of_the_audit_log_stays_however_old_it_is()
    {
        await AuditAsync(4_002, 4_001, 4_000);

        Assert.Equal(2, (await RunAsync()).Rows);
        Assert.Equal(1, await CountAsync("gateway.audit_log where at < now() - interval '3999 days'"));
    }

    [Fact]
    public async Task Nobody_shortens_the_audit_log_to_less_than_thirty_days()
    {
        await AuditAsync(31, 29, 0);
        await using var scheduler = Database.DataSourceAs(DatabaseRole.Scheduler);
        await using var command = scheduler.CreateCommand("select removed from scheduler.purge_audit(0, 0, 10000)");

        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Sessions_that_nobody_can_use_any_more_go()
    {
        await Database.ExecuteAsync("""
            insert into gateway.users (username, password_hash, role) values ('ada', 'x', 'admin');
            insert into gateway.sessions (token_hash, user_id, csrf_token, last_seen_at, expires_at)
            select sha256(name::bytea), u.id, 'x', now() - seen * interval '1 minute', now() + ends * interval '1 minute'
            from gateway.users u, (values ('live', 59, 1), ('idle', 61, 1), ('over', 0, -1)) s (name, seen, ends)
            """);

        Assert.Equal(2, (await RunAsync()).Rows);
        Assert.Equal(1, await CountAsync("gateway.sessions where token_hash = sha256('live')"));
    }

    [Fact]
    public async Task A_kind_that_cannot_be_removed_is_told_and_the_others_go()
    {
        await Database.ExecuteAsync("alter table alert.webhook_deliveries rename to elsewhere");
        await AuditAsync(4_000, 1);

        var run = await RunAsync();

        Assert.Equal((RetentionStatus.Incomplete, 1), (run.Status, run.Rows));
        Assert.Contains("deliveries", run.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseRole.Gateway)]
    [InlineData(DatabaseRole.Scanner)]
    [InlineData(DatabaseRole.Alert)]
    [InlineData(DatabaseRole.Query)]
    public async Task Only_the_scheduler_removes(string role)
    {
        await using var source = Database.DataSourceAs(role);
        await using var command = source.CreateCommand("select scheduler.purge_audit(30, 0, 1)");

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    private Task AuditAsync(params int[] daysOld) => Database.ExecuteAsync($"""
        insert into gateway.audit_log (at, actor, action)
        select now() - age * interval '1 day', 'ada', 'sign-in'
        from unnest(array[{string.Join(", ", daysOld)}]) with ordinality d (age, place) order by place
        """);
}
