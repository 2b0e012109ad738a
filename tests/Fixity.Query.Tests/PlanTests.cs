using System.Globalization;
using System.Text.Json.Nodes;
using Fixity.Core;
using Fixity.Data;
using Fixity.Query.Changes;
using Fixity.Query.Events;
using Fixity.Query.Files;
using Fixity.Query.Reading;
using Fixity.Query.Scans;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests;

/// <summary>Holds the pages to their indexes: on a large table a page reads little more than it shows.</summary>
[Trait("Category", "Database")]
public sealed class PlanTests(PlanTests.LargeDatabase large) : IClassFixture<PlanTests.LargeDatabase>
{
    // Rows that a page of 51 may touch, joins and the page's own target included.
    private const long FewRows = 600;

    // A page of all types is put together of the first rows of eleven ranges, and of two targets' at that.
    private const long RowsOfRanges = 2 * 11 * 51;

    private static readonly ChangeKey SomewhereInTheMiddle =
        new("", DateTimeOffset.Parse("2026-03-01Z", CultureInfo.InvariantCulture).ToUnixMicroseconds(), 100_000);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(1, null, null)]
    [InlineData(2, "d050", null)]
    [InlineData(null, "d050", null)]
    [InlineData(null, "d050/f000050", null)]
    [InlineData(null, null, "Corrupted")]
    [InlineData(1, null, "Corrupted")]
    [InlineData(1, null, "Present")]
    [InlineData(null, null, "Tampered")]
    [InlineData(1, null, "Excluded")]
    [InlineData(1, null, "Deleted")]
    [InlineData(null, null, "Unknown")]
    public async Task A_page_of_files_reads_little(int? target, string? path, string? state)
    {
        var filter = new FileFilter(target, path, null, state is null ? null : [Enum.Parse<FileStanding>(state)]);
        foreach (var isDescending in new[] { false, true })
        {
            var sorting = new Sorting<FileOrder>(FileOrder.Path, isDescending);
            foreach (var after in new[] { FileKey.Before(sorting), FileKey.Before(sorting) with { TargetId = 1, Path = "d080/f000080" } })
            {
                await AssertReadsAsync(filter, sorting, after, FewRows);
            }
        }
    }

    [Theory]
    [InlineData("Size", null, null)]
    [InlineData("Size", 1, null)]
    [InlineData("Size", 1, "Corrupted")]
    [InlineData("Mtime", null, null)]
    [InlineData("VerifiedAt", null, null)]
    [InlineData("VerifiedAt", 1, null)]
    [InlineData("VerifiedAt", null, "Deleted")]
    public async Task A_page_of_files_in_the_order_of_a_value_reads_little(string by, int? target, string? state)
    {
        var filter = new FileFilter(target, null, null, state is null ? null : [Enum.Parse<FileStanding>(state)]);
        foreach (var isDescending in new[] { false, true })
        {
            var sorting = new Sorting<FileOrder>(Enum.Parse<FileOrder>(by), isDescending);
            var middle = FileKey.Before(sorting) with { Value = by == "VerifiedAt" ? 1_767_225_600_000_000 : 500, Id = 77 };
            foreach (var after in new[] { FileKey.Before(sorting), middle })
            {
                // What was never verified is a range of its own, and so is what is deleted.
                await AssertReadsAsync(filter, sorting, after, 2 * FewRows);
            }
        }
    }

    [Theory]
    [InlineData("%f012345%", null, 1, "Path")]
    [InlineData(null, "^(?:.*/)?f01234[0-9]$", null, "Path")]
    [InlineData("%nowhere at all%", null, null, "Path")]
    [InlineData("%f012345%", null, 1, "Size")]
    public async Task A_search_for_what_is_rare_reads_little(string? pattern, string? glob, int? target, string by)
    {
        var sorting = new Sorting<FileOrder>(Enum.Parse<FileOrder>(by), IsDescending: false);

        await AssertReadsAsync(
            new FileFilter(target, null, pattern, Glob: glob), sorting, FileKey.Before(sorting), FewRows);
    }

    [Theory]
    [InlineData(null, null, null, FewRows)]
    [InlineData(1, null, null, RowsOfRanges)]
    [InlineData(null, 3L, null, RowsOfRanges)]
    [InlineData(null, LargeDatabase.LargestScan, null, RowsOfRanges)]
    [InlineData(null, LargeDatabase.LargestScan, "Deleted", FewRows)]
    [InlineData(null, null, "Added", FewRows)]
    [InlineData(null, null, "Accepted", FewRows)]
    [InlineData(2, null, "Corrupted", FewRows)]
    public async Task A_page_of_changes_reads_little(int? target, long? scan, string? type, long most)
    {
        var filter = new ChangeFilter(target, scan, Types: type is null ? null : [Enum.Parse<ChangeType>(type)]);
        foreach (var after in new[] { null, SomewhereInTheMiddle })
        {
            foreach (var isDescending in new[] { false, true })
            {
                await AssertReadsAsync(filter, isDescending, after, most);
            }
        }
    }

    [Fact]
    public async Task The_history_of_a_file_reads_little()
    {
        long[] ids = [77];
        var plan = await large.PlanAsync(ChangeSql.History, c => c
            .With(ids).With(DateTimeOffset.MaxValue).With(long.MaxValue).With(51));

        Assert.InRange(RowsRead(plan), 40, FewRows);
    }

    [Fact]
    public async Task A_page_of_changes_by_path_text_or_acknowledgement_reads_little()
    {
        foreach (var filter in new[]
        {
            new ChangeFilter(Path: "f777"),
            new ChangeFilter(TargetId: 1, Path: "nowhere"),
            new ChangeFilter { Pattern = "%f123456%" },
            new ChangeFilter { Glob = "^(?:.*/)?f12345.$" },
            new ChangeFilter(Acknowledged: true),
            new ChangeFilter(Acknowledged: false, Types: [ChangeType.Corrupted]),
        })
        {
            await AssertReadsAsync(filter, isDescending: true, after: null, FewRows);
        }
    }

    [Fact]
    public async Task A_page_touches_the_years_that_it_is_found_in_and_no_others()
    {
        var filter = new ChangeFilter
        {
            Since = DateTimeOffset.Parse("2026-02-01Z", CultureInfo.InvariantCulture),
            Until = DateTimeOffset.Parse("2026-03-01Z", CultureInfo.InvariantCulture),
        };

        var plan = await large.PlanAsync(
            ChangeQueries.SqlOf(filter, ChangeKey.NewestFirst), c => ChangeQueries.BindPage(c, filter, null, 51));

        Assert.Equal(["change_events_2026"], Relations(plan).Where(name => name.StartsWith("change_events", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("RequestedAt", null, null)]
    [InlineData("RequestedAt", 1, null)]
    [InlineData("RequestedAt", 1, "Failed")]
    [InlineData("StartedAt", null, null)]
    [InlineData("Duration", null, null)]
    public async Task A_page_of_scans_reads_little(string by, int? target, string? status)
    {
        var filter = new ScanFilter(target, status is null ? null : [Enum.Parse<ScanStatus>(status)]);
        foreach (var isDescending in new[] { false, true })
        {
            var sorting = new Sorting<ScanOrder>(Enum.Parse<ScanOrder>(by), isDescending);
            var plan = await large.PlanAsync(
                ScanQueries.SqlOf(sorting), c => ScanQueries.Bind(c, filter, sorting, ScanKey.Before(sorting), 50));

            Assert.InRange(RowsRead(plan), 0, FewRows);
        }
    }

    [Theory]
    [InlineData(199_900, 50)]
    [InlineData(0, 50)]
    [InlineData(100_000, ChangeQueries.EventsALook)]
    public async Task A_stretch_of_the_feed_reads_what_it_passes_and_nothing_of_what_is_behind(long after, int length)
    {
        var position = new ChangePosition((ulong)(after / 1000) + 3, after);

        var plan = await large.PlanAsync(
            ChangeSql.Stretch, c => ChangeQueries.BindStretch(c, new ChangeFilter(), position, length));

        // The stretch itself is scanned once, and read twice.
        Assert.InRange(RowsRead(plan), 0, (3 * length) + FewRows);
    }

    [Fact]
    public async Task Counting_what_is_new_for_live_events_reads_what_is_new()
    {
        var after = new ChangePosition(202, 199_900);

        var plan = await large.PlanAsync(EventReader.TallySql, c => EventReader.BindTally(
            c, after, new ChangePosition(ulong.MaxValue, long.MaxValue), PublishWorker.EventsALook));

        // The stretch itself is scanned once, and read three times.
        Assert.InRange(RowsRead(plan), 0, FewRows);
    }

    [Fact]
    public async Task A_page_of_the_feed_reads_little()
    {
        var filter = new ChangeFilter
        {
            Since = DateTimeOffset.Parse("2026-02-01Z", CultureInfo.InvariantCulture),
            Until = DateTimeOffset.Parse("2026-02-02Z", CultureInfo.InvariantCulture),
        };

        var plan = await large.PlanAsync(ChangeSql.Feed, c => ChangeQueries.BindFeed(
            c, filter, new ChangePosition(57, 54_000), new ChangePosition(60, 0), 50));

        Assert.InRange(RowsRead(plan), 50, FewRows);
    }

    private async Task AssertReadsAsync(FileFilter filter, Sorting<FileOrder> sorting, FileKey after, long most)
    {
        var plan = await large.PlanAsync(
            FileQueries.SqlOf(filter, sorting), c => FileQueries.Bind(c, filter, sorting, after, 50));
        Assert.True(RowsRead(plan) <= most, $"{filter} {sorting} {after} reads {RowsRead(plan)} rows: {plan}");
    }

    private async Task AssertReadsAsync(ChangeFilter filter, bool isDescending, ChangeKey? after, long most)
    {
        var sorting = new Sorting<ChangeSort>(ChangeSort.DetectedAt, isDescending);
        var plan = await large.PlanAsync(
            ChangeQueries.SqlOf(filter, sorting), c => ChangeQueries.BindPage(c, filter, after, 51));
        Assert.True(RowsRead(plan) <= most, $"{filter} {after} reads {RowsRead(plan)} rows: {plan}");
    }

    /// <summary>All rows that the scans of the executed plan looked at, whether they kept them or not.</summary>
    private static long RowsRead(JsonNode node)
    {
        var below = node["Plans"]?.AsArray().Sum(child => RowsRead(child!)) ?? 0;
        if (!((string)node["Node Type"]!).Contains("Scan", StringComparison.Ordinal))
        {
            return below;
        }

        var each = (double)node["Actual Rows"]! + ((double?)node["Rows Removed by Filter"] ?? 0)
            + ((double?)node["Rows Removed by Index Recheck"] ?? 0);
        return below + (long)(each * (double)node["Actual Loops"]!);
    }

    private static IEnumerable<string> Relations(JsonNode node)
    {
        var own = node["Relation Name"] is { } name ? [(string)name!] : Array.Empty<string>();
        return own.Concat(node["Plans"]?.AsArray().SelectMany(child => Relations(child!)) ?? []);
    }

    /// <summary>200,000 files on two targets, as many changes over four months of a year, and a scan with 50,000 of them.</summary>
    public sealed class LargeDatabase : IAsyncLifetime
    {
        public const long LargestScan = 1_000_000;

        private readonly TestDatabase _database = new();
        private NpgsqlDataSource AsQuery { get; set; } = null!;

        public async Task InitializeAsync()
        {
            await _database.InitializeAsync();
            await _database.AddTargetAsync();
            await _database.AddTargetAsync();
            await FillAsync("""
                insert into scanner.files (target_id, path, size, mtime_ns, state, state_since, first_scan_id, verified_at)
                select 1 + n % 2, format('d%s/f%s', to_char(n / 2 % 100, 'FM000'), to_char(n / 2, 'FM000000')), n % 1000, n,
                       case when n % 5000 = 0 then 3 when n > 190000 then 2 else 1 end, '2026-01-01Z', 1,
                       case when n % 3 > 0 then '2026-01-01Z'::timestamptz + n % 100 * interval '1 h' end
                from generate_series(0, 199999) n;
                select scanner.ensure_change_partitions('2025-12-01', 2);
                insert into scanner.change_events (detected_at, transaction_id, scan_id, target_id, file_id, path, type, acknowledged_at)
                select '2026-01-01Z'::timestamptz + n * interval '50 s', (3 + n / 1000)::text::xid8,
                    case when n between 100000 and 150000 then 1000000 else n / 1000 end, 1 + n % 2, n % 5000, 'f' || n,
                    case when n % 20000 = 7 then 'accepted' when n % 5000 = 0 then 'corrupted' when n % 3 = 0 then 'deleted'
                        else 'added' end,
                    case when n % 20000 = 7 then now() end
                from generate_series(0, 199999) n;
                insert into scheduler.scans (target_id, trigger, status, requested_at, started_at, ended_at)
                select 1 + n % 2, 'schedule', case when n % 500 = 0 then 'failed' else 'completed' end, at, at,
                    at + n % 1000 * interval '1 s'
                from generate_series(1, 20000) n, lateral (select '2020-01-01Z'::timestamptz + n * interval '1 h' as at) a;
                """);
            // On their own: a vacuum cannot be part of a transaction. It also sorts in what the indexes of text have waiting.
            await FillAsync("vacuum analyze scanner.files");
            await FillAsync("vacuum analyze scanner.change_events");
            await FillAsync("vacuum analyze scheduler.scans");
            AsQuery = _database.DataSourceAs(DatabaseRole.Query);
        }

        // So many rows, with all their indexes, take their time on a busy machine.
        private async Task FillAsync(string sql)
        {
            await using var command = _database.DataSource.CreateCommand(sql);
            command.CommandTimeout = 300;
            await command.ExecuteNonQueryAsync();
        }

        /// <summary>The plan as it was executed. A sequential scan of a large table would have read all of it.</summary>
        public async Task<JsonNode> PlanAsync(string sql, Action<NpgsqlCommand> bind)
        {
            await using var command = AsQuery.CreateCommand("explain (analyze, format json) " + sql);
            bind(command);
            return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)![0]!["Plan"]!;
        }

        public async Task DisposeAsync()
        {
            await AsQuery.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
