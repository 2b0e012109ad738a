using System.Globalization;
using System.Text.Json.Nodes;
using Fixity.Core;
using Fixity.Data;
using Fixity.Query.Changes;
using Fixity.Query.Files;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests;

/// <summary>Holds the pages to their indexes: on a large table a page reads little more than it shows.</summary>
[Trait("Category", "Database")]
public sealed class PlanTests(PlanTests.LargeDatabase large) : IClassFixture<PlanTests.LargeDatabase>
{
    // Rows that a page of 51 may touch, joins and the page's own target included.
    private const long FewRows = 600;

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
    [InlineData(null, null, "Unknown")]
    public async Task A_page_of_files_reads_little(int? target, string? path, string? state)
    {
        var filter = new FileFilter(target, path, null, state is null ? null : [Enum.Parse<FileStanding>(state)]);
        foreach (var after in new[] { FileKey.First, new FileKey(1, "d080/f000080") })
        {
            var rows = await large.RowsReadAsync(FileQueries.PageSql, c => FileQueries.Bind(c, filter, after, 50));
            Assert.InRange(rows, 0, FewRows);
        }
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(1, null, null, null)]
    [InlineData(null, 3L, null, null)]
    [InlineData(null, null, 77L, null)]
    [InlineData(null, null, null, "Added")]
    public async Task A_page_of_changes_reads_little(int? target, long? scan, long? file, string? type)
    {
        var filter = new ChangeFilter(
            target, scan, file is { } id ? [id] : null, type is null ? null : [Enum.Parse<ChangeType>(type)]);
        foreach (var before in new[] { long.MaxValue, 150_000 })
        {
            var rows = await large.RowsReadAsync(ChangeQueries.PageSql, c => ChangeQueries.Bind(c, filter, before, 50));
            Assert.InRange(rows, 0, FewRows);
        }
    }

    [Theory]
    [InlineData(199_900, 50)]
    [InlineData(0, 50)]
    [InlineData(100_000, ChangeQueries.EventsALook)]
    public async Task A_stretch_of_the_feed_reads_what_it_passes_and_nothing_of_what_is_behind(long after, int length)
    {
        var position = new ChangePosition((ulong)(after / 1000) + 3, after);

        var rows = await large.RowsReadAsync(
            ChangeQueries.StretchSql, c => ChangeQueries.BindStretch(c, new ChangeFilter(), position, length));

        // The stretch itself is scanned once, and read twice.
        Assert.InRange(rows, 0, (3 * length) + FewRows);
    }

    [Fact]
    public async Task A_page_of_the_feed_reads_little()
    {
        var filter = new ChangeFilter
        {
            Since = DateTimeOffset.Parse("2026-02-01Z", CultureInfo.InvariantCulture),
            Until = DateTimeOffset.Parse("2026-02-02Z", CultureInfo.InvariantCulture),
        };

        var rows = await large.RowsReadAsync(ChangeQueries.FeedSql, c => ChangeQueries.BindFeed(
            c, filter, new ChangePosition(57, 54_000), new ChangePosition(60, 0), 50));

        Assert.InRange(rows, 50, FewRows);
    }

    /// <summary>200,000 files on two targets and as many changes over four months.</summary>
    public sealed class LargeDatabase : IAsyncLifetime
    {
        private readonly TestDatabase _database = new();
        private NpgsqlDataSource AsQuery { get; set; } = null!;

        public async Task InitializeAsync()
        {
            await _database.InitializeAsync();
            await _database.AddTargetAsync();
            await _database.AddTargetAsync();
            await _database.ExecuteAsync("""
                insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id)
                select 1 + n % 2, format('d%s/f%s', to_char(n / 2 % 100, 'FM000'), to_char(n / 2, 'FM000000')), 1, 1,
                       case when n % 5000 = 0 then 3 else 1 end, 1
                from generate_series(0, 199999) n;
                select scanner.ensure_change_partitions('2026-01-01', 4);
                insert into scanner.change_events (detected_at, transaction_id, scan_id, target_id, file_id, path, type)
                select '2026-01-01Z'::timestamptz + n * interval '50 s', (3 + n / 1000)::text::xid8, n / 1000, 1 + n % 2, n % 5000, 'f' || n, 'added'
                from generate_series(0, 199999) n;
                """);
            // On its own: a vacuum cannot be part of a transaction.
            await _database.ExecuteAsync("vacuum analyze scanner.files");
            await _database.ExecuteAsync("analyze scanner.change_events");
            AsQuery = _database.DataSourceAs(DatabaseRole.Query);
        }

        /// <summary>All rows that the scans of the executed plan looked at, whether they kept them or not.</summary>
        public async Task<long> RowsReadAsync(string sql, Action<NpgsqlCommand> bind)
        {
            await using var command = AsQuery.CreateCommand("explain (analyze, format json) " + sql);
            bind(command);
            var plan = JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)!;
            return RowsRead(plan[0]!["Plan"]!);
        }

        public async Task DisposeAsync()
        {
            await AsQuery.DisposeAsync();
            await _database.DisposeAsync();
        }

        private static long RowsRead(JsonNode node)
        {
            var below = node["Plans"]?.AsArray().Sum(child => RowsRead(child!)) ?? 0;
            if (!((string)node["Node Type"]!).Contains("Scan", StringComparison.Ordinal))
            {
                return below;
            }

            var each = (double)node["Actual Rows"]! + ((double?)node["Rows Removed by Filter"] ?? 0);
            return below + (long)(each * (double)node["Actual Loops"]!);
        }
    }
}
