using System.Net;
using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.Figures;

public sealed class FigureTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);

    [PromtoolFact]
    public async Task The_metrics_say_what_the_database_holds_and_promtool_finds_no_fault()
    {
        var target = await AddTargetAsync("photos");
        await AddTargetAsync("never \"scanned\"", scanned: false);
        var later = await AddTargetAsync("later", scanned: false);
        await database.ExecuteAsync($"""
            update scheduler.scans set requested_at = now() - interval '1 day', not_before = now() + interval '1 hour'
            where target_id = {later}
            """);
        await using var service = new ServiceApplication<Program>(database.ConnectionString);
        using var anybody = service.CreateClient();
        await Waiting.UntilAsync("the figures are read", async () => (await anybody.GetStringAsync(Metrics))
            .Contains("fixity_files_total{status=\"active\",target=\"photos\"}", StringComparison.Ordinal));

        using var response = await anybody.GetAsync(Metrics);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        foreach (var line in (string[])
            [
                "fixity_queue_length 2",
                """fixity_active_scans{target="photos"} 0""",
                """fixity_active_scans{target="never \"scanned\""} 0""",
                """fixity_scan_files_total{target="photos",type="scanned"} 300""",
                """fixity_scan_files_total{target="photos",type="verified"} 30""",
                """fixity_scan_errors_total{target="photos"} 4""",
                """fixity_scan_duration_seconds{target="photos"} 100""",
                """fixity_files_total{status="active",target="photos"} 100""",
                """fixity_files_total{status="deleted",target="photos"} 1""",
            ])
        {
            Assert.True(text.Contains(line + "\n", StringComparison.Ordinal), $"{line} is missing in {text}");
        }

        // Verified 1 to 100 hours ago.
        Assert.Equal(50 * 3600, Value(text, """fixity_files_verification_age_seconds{quantile="0.5",target="photos"} """), 60.0);
        Assert.Equal(99 * 3600, Value(text, """fixity_files_verification_age_seconds{quantile="0.99",target="photos"} """), 60.0);
        Assert.Equal(
            await database.ScalarAsync<double>($"""
                select extract(epoch from ended_at)::double precision from scheduler.scans
                where target_id = {target} and status = 'completed' order by id desc limit 1
                """),
            Value(text, """fixity_scan_last_success_timestamp{target="photos"} """), 0.001);
        // What is put off does not wait for a scanner.
        Assert.InRange(Value(text, "\nfixity_queue_oldest_age_seconds "), 0, 600);
        // What is not known is not there: it would read as zero.
        Assert.DoesNotContain("status=\"active\",target=\"never", text, StringComparison.Ordinal);
        Assert.DoesNotContain("fixity_scan_duration_seconds{target=\"never", text, StringComparison.Ordinal);
        Assert.Contains("fixity_database_queries_total{operation=\"select\"} ", text, StringComparison.Ordinal);
        await Promtool.CheckMetricsAsync(text);
    }

    private static double Value(string text, string series)
    {
        var at = text.IndexOf(series, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{series} is missing in {text}");
        var line = text[(at + series.Length)..];
        return double.Parse(line[..line.IndexOf('\n', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<int> AddTargetAsync(string name, bool scanned = true)
    {
        var target = await database.AddTargetAsync(name: name);
        if (!scanned)
        {
            await database.AddScanAsync(target);
            return target;
        }

        await database.ExecuteAsync($"""
            insert into scheduler.scans (
                target_id, trigger, status, started_at, ended_at, files_seen, files_verified, errors_count)
            select {target}, 'schedule', case when i = 3 then 'failed' else 'completed' end,
                now() - i * interval '1 day', now() - i * interval '1 day' + interval '100 seconds', 100, 10,
                case when i = 1 then 4 else 0 end
            from generate_series(3, 1, -1) as i;
            -- Lost: what it counted is counted by the one that went on for it.
            insert into scheduler.scans (target_id, trigger, status, reason, started_at, ended_at, files_seen, files_verified, errors_count)
            values ({target}, 'schedule', 'partial', 'scanner_lost', now() - interval '9 s', now(), 1000, 1000, 1000);
            insert into scanner.target_states (target_id, state, last_complete_scan, files_present, bytes_present)
            values ({target}, 'online', 1, 100, 100);
            insert into scanner.files (
                target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id, verified_at)
            select {target}, 'f' || i, 1, 1, 1, decode(repeat('00', 32), 'hex'), case when i > 100 then 2 else 1 end, 0,
                now() - i * interval '1 hour'
            from generate_series(1, 101) as i
            """);
        return target;
    }
}
