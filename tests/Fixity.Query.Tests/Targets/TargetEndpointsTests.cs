using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Targets;

[Trait("Category", "Database")]
public sealed class TargetEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_target_that_was_never_scanned_says_nothing_of_its_files()
    {
        var id = await query.Database.AddTargetAsync("/data", "never scanned");

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Equal(
            [
                "id", "name", "type", "root", "enabled", "schedule", "timeZone", "checksumAlgorithm", "workers",
                "samplePercent", "verifyWithinDays", "batchSize", "largeChangeCount", "largeChangePercent",
                "largeChangeBytes", "options", "connection", "credentials", "createdAt", "updatedAt", "nextRunAt", "state",
                "stateSince", "stateReason",
                "filesPresent", "bytesPresent", "filesCorrupted", "filesTampered", "filesUnreadable", "unknownRanges",
                "oldestVerificationAt", "activeScan", "lastScan", "lastCompleteScanAt", "guarantee",
            ],
            target.Select(member => member.Key));
        Assert.Equal("unknown", (string?)target["state"]);
        Assert.Equal("local", (string?)target["type"]);
        Assert.Equal("blake3", (string?)target["checksumAlgorithm"]);
        Assert.Equal(107374182400, (long)target["largeChangeBytes"]!);
        string[] unknowns =
            ["filesPresent", "bytesPresent", "filesCorrupted", "filesTampered", "filesUnreadable", "stateSince", "guarantee"];
        foreach (var unknown in unknowns)
        {
            Assert.Null(target[unknown]);
        }
    }

    [Fact]
    public async Task A_first_scan_that_failed_counts_no_files()
    {
        var id = await query.Database.AddTargetAsync();
        await query.Database.EndScanAsync(await query.Database.AddScanAsync(id), "failed", "2026-01-01T00:00:00Z");

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Null(target["filesPresent"]);
        Assert.Equal("failed", (string?)target["lastScan"]!["status"]);
        Assert.Null(target["lastCompleteScanAt"]);
    }

    [Fact]
    public async Task A_target_shows_what_is_known_of_it_as_a_whole()
    {
        var id = await query.Database.AddTargetAsync();
        await query.Database.EndScanAsync(await query.Database.AddScanAsync(id), "completed", "2026-01-01T00:00:00Z");
        var failed = await query.Database.AddScanAsync(id);
        await query.Database.EndScanAsync(failed, "failed", "2026-01-02T00:00:00Z");
        var active = await query.Database.AddScanAsync(id);
        await query.Database.AddFileAsync(id, "bad1", state: 3);
        await query.Database.AddFileAsync(id, "bad2", state: 3);
        await query.Database.AddFileAsync(id, "locked", state: 4);
        await query.Database.AddFileAsync(id, "forged", state: 5);
        await query.Database.AddFileAsync(id, "excluded", state: 6);
        await query.Database.ExecuteAsync($"""
            update scanner.files set verified_at = '2025-05-05Z' where target_id = {id} and path = 'bad2';
            update scanner.files set verified_at = '2025-06-06Z' where target_id = {id} and path = 'locked';
            update scanner.files set verified_at = '2019-01-01Z' where target_id = {id} and path = 'excluded';
            insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id, verified_at)
            values ({id}, 'gone', 1, 1, 2, 1, '2020-01-01Z');
            insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause) values ({id}, 'x/', 1, 'io');
            """);

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Equal("online", (string?)target["state"]);
        Assert.Equal((7, 700), ((long)target["filesPresent"]!, (long)target["bytesPresent"]!));
        Assert.Equal((2, 1), ((long)target["filesCorrupted"]!, (long)target["filesUnreadable"]!));
        Assert.Equal(1, (long)target["filesTampered"]!);
        Assert.Equal(1, (int)target["unknownRanges"]!);
        Assert.Equal("2025-05-05T00:00:00+00:00", (string?)target["oldestVerificationAt"]);
        Assert.Equal(active, (long)target["activeScan"]!["id"]!);
        Assert.Equal(failed, (long)target["lastScan"]!["id"]!);
        Assert.Equal("2026-01-01T00:00:00+00:00", (string?)target["lastCompleteScanAt"]);
    }

    [Theory]
    [InlineData("{}", """
        {"watchedAttributes":["mode","owner","group"],"include":[],"exclude":[],"crossMounts":false,
         "reportTouched":false,"damageMap":true,"verifyFrom":"medium","idleIo":false,
         "limit":{"bytesPerSecond":null,"opensPerSecond":null},"workingHours":null}
        """)]
    [InlineData(
        """
        {"exclude": ["*.tmp"], "verifyFrom": "direct", "ofALaterVersion": 1,
         "workingHours": {"days": ["monday"], "from": "08:00:00", "to": "17:30:00", "limit": {"opensPerSecond": 5}}}
        """,
        """
        {"watchedAttributes":["mode","owner","group"],"include":[],"exclude":["*.tmp"],"crossMounts":false,
         "reportTouched":false,"damageMap":true,"verifyFrom":"direct","idleIo":false,
         "limit":{"bytesPerSecond":null,"opensPerSecond":null},"workingHours":{"days":["monday"],"from":"08:00:00",
         "to":"17:30:00","limit":{"bytesPerSecond":null,"opensPerSecond":5}}}
        """)]
    public async Task Options_that_were_left_out_are_shown_as_what_they_default_to(string stored, string shown)
    {
        var id = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($"update scheduler.targets set options = '{stored}' where id = {id}");

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Equal(JsonNode.Parse(shown)!.ToJsonString(), target["options"]!.ToJsonString());
    }

    [Theory]
    [InlineData("'smb', 'file:/run/secrets/nas', null, null", """
        {"source":"reference","reference":"file:/run/secrets/nas","who":null,"updatedBy":"ada"}
        """)]
    [InlineData("'smb', null, '\\x5ec2e7', 'HOME\\ada'", """
        {"source":"stored","reference":null,"who":"HOME\\ada","updatedBy":"ada"}
        """)]
    [InlineData(null, """{"source":"none","reference":null,"who":null,"updatedBy":null}""")]
    public async Task A_share_shows_how_it_is_reached_and_who_is_let_in_and_never_a_secret(string? credentials, string shown)
    {
        var id = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($$$"""
            update scheduler.targets set type = 'smb', root = '//nas/photos',
                connection = '{"smb": {"server": "nas", "share": "photos", "protection": "encrypt", "ofALaterVersion": 1}}'
            where id = {{{id}}}
            """);
        if (credentials is not null)
        {
            await query.Database.ExecuteAsync($"""
                insert into scheduler.target_credentials (target_id, reference, sealed, who, updated_by)
                select {id}, reference, sealed::bytea, who, 'ada'
                from (values ({credentials})) as v (type, reference, sealed, who)
                """);
        }

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Equal(
            JsonNode.Parse("""
                {"nfs":null,"smb":{"server":"nas","share":"photos","path":"","port":445,"protection":"encrypt"},"s3":null}
                """)!.ToJsonString(),
            target["connection"]!.ToJsonString());
        var held = target["credentials"]!.AsObject();
        Assert.Equal(credentials is null, held["updatedAt"] is null);
        held.Remove("updatedAt");
        Assert.Equal(JsonNode.Parse(shown)!.ToJsonString(), held.ToJsonString());
    }

    [Fact]
    public async Task A_storage_that_let_nobody_in_is_denied_and_counts_as_out_of_reach()
    {
        var before = (int)(await query.GetAsync("/stats/overview"))["targetsOffline"]!;
        var id = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($"""
            insert into scanner.target_states (target_id, state, state_reason, refused_credentials)
            values ({id}, 'denied', 'storage_login_refused', 1)
            """);

        var target = await query.GetAsync($"/targets/{id}");

        Assert.Equal(("denied", "storage_login_refused"), ((string?)target["state"], (string?)target["stateReason"]));
        Assert.Equal(before + 1, (int)(await query.GetAsync("/stats/overview"))["targetsOffline"]!);
    }

    [Fact]
    public async Task The_next_run_is_that_of_the_trigger_unless_the_target_wants_none()
    {
        var due = new DateTimeOffset(2030, 2, 3, 3, 0, 0, TimeSpan.Zero);
        var (scheduled, disabled, byHand, unplanned) = (
            await query.Database.AddTargetAsync(), await query.Database.AddTargetAsync(),
            await query.Database.AddTargetAsync(), await query.Database.AddTargetAsync());
        await query.Database.ExecuteAsync($"""
            update scheduler.targets set schedule = '0 3 * * *' where id in ({scheduled}, {disabled}, {unplanned});
            update scheduler.targets set schedule = null where id = {byHand};
            update scheduler.targets set enabled = false where id = {disabled};
            insert into scheduler.qrtz_job_details (sched_name, job_name, job_group, job_class_name, is_durable,
                is_nonconcurrent, is_update_data, requests_recovery)
            values ('fixity', 'scan', 'targets', 'ScanJob', true, false, false, true);
            insert into scheduler.qrtz_triggers (sched_name, trigger_name, trigger_group, job_name, job_group,
                next_fire_time, trigger_state, trigger_type, start_time)
            select 'fixity', id::text, 'targets', 'scan', 'targets', {due.Ticks}, 'WAITING', 'CRON', 1
            from scheduler.targets where id in ({scheduled}, {disabled}, {byHand});
            """);

        Assert.Equal(due, (DateTimeOffset)(await query.GetAsync($"/targets/{scheduled}"))["nextRunAt"]!);
        foreach (var id in new[] { disabled, byHand, unplanned })
        {
            Assert.Null((await query.GetAsync($"/targets/{id}"))["nextRunAt"]);
        }
    }

    [Theory]
    [InlineData(
        "null, null, null, 'no_schedule'",
        """{"filesOverdue":3,"neededBytesPerDay":null,"measuredBytesPerDay":null,"canBeMet":null,"obstacle":"no-schedule"}""")]
    [InlineData(
        "2.5, 1.5, false, 'rate'",
        """{"filesOverdue":3,"neededBytesPerDay":2.5,"measuredBytesPerDay":1.5,"canBeMet":false,"obstacle":"rate"}""")]
    public async Task The_guarantee_is_shown_as_it_was_last_looked_at(string stored, string shown)
    {
        var id = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($"""
            insert into scheduler.verification_guarantees (
                target_id, evaluated_at, oldest_verified_at, files_overdue, breached_since, needed_bytes_per_day,
                measured_bytes_per_day, can_be_met, obstacle)
            values ({id}, '2026-01-03Z', '2025-01-01Z', 3, '2026-01-02Z', {stored})
            """);

        var guarantee = (await query.GetAsync($"/targets/{id}"))["guarantee"]!.AsObject();

        Assert.Equal("2026-01-03T00:00:00+00:00", (string?)guarantee["evaluatedAt"]);
        Assert.Equal("2025-01-01T00:00:00+00:00", (string?)guarantee["oldestVerifiedAt"]);
        Assert.Equal("2026-01-02T00:00:00+00:00", (string?)guarantee["breachedSince"]);
        foreach (var (name, value) in JsonNode.Parse(shown)!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, guarantee[name]), name);
        }
    }

    [Fact]
    public async Task Targets_come_by_name_and_deleted_ones_not_at_all()
    {
        var ids = new List<int>();
        foreach (var name in new[] { "zz-B", "zz-a", "zz-C", "zz-d" })
        {
            ids.Add(await query.Database.AddTargetAsync(name: name));
        }

        await query.Database.ExecuteAsync($"update scheduler.targets set deleted_at = now() where id = {ids[3]}");

        var names = (await query.AllAsync("/targets", 1)).Select(target => (string)target["name"]!);

        Assert.Equal(["zz-a", "zz-B", "zz-C"], names.Where(name => name.StartsWith("zz-", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync($"/targets/{ids[3]}")).Status);
    }

    [Theory]
    [InlineData("/targets")]
    [InlineData("/targets/1")]
    [InlineData("/scans")]
    [InlineData("/scans/1")]
    [InlineData("/scans/1/errors")]
    [InlineData("/files")]
    [InlineData("/files/1")]
    [InlineData("/files/1/history")]
    [InlineData("/changes")]
    [InlineData("/stats/overview")]
    [InlineData("/events")]
    public async Task Nobody_is_served_without_the_gateways_identity(string path)
    {
        using var response = await query.Stranger.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
