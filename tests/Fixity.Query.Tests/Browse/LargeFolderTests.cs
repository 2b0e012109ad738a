using System.Text.Json.Nodes;
using Fixity.Data;
using Fixity.Query.Browse;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests.Browse;

/// <summary>Holds a page of a folder to what it shows, whatever lies below, between and beside it.</summary>
[Trait("Category", "Database")]
public sealed class LargeFolderTests(LargeFolderTests.LargeDatabase large) : IClassFixture<LargeFolderTests.LargeDatabase>
{
    // Rows that a page of 51 may touch: a look for each entry, and one for each folder that is there.
    private const long FewRows = 300;

    [Theory]
    [InlineData("", "")]
    [InlineData("", "d0500")]
    [InlineData("flat", "")]
    [InlineData("flat", "f015000")]
    [InlineData("deep", "")]
    public async Task A_page_of_folders_reads_little(string path, string after) => Assert.InRange(
        await large.RowsReadAsync(BrowseQueries.KnownSql, c => BrowseQueries.BindKnown(c, 1, path, after, 51)), 0, FewRows);

    [Theory]
    [InlineData("", "", false)]
    [InlineData("", "d0500", false)]
    [InlineData("flat", "", true)]
    [InlineData("flat", "flat/f015000", true)]
    [InlineData("deep", "", true)]
    public async Task A_page_of_a_walk_reads_little(string path, string start, bool isFoldersFirst) => Assert.InRange(
        await large.RowsReadAsync(
            BrowseQueries.WalkSql, c => BrowseQueries.BindWalk(c, 1, path, start, isFoldersFirst, 50)),
        1, FewRows);

    [Fact]
    public async Task A_walk_past_folders_that_were_shown_ends_after_its_steps() => Assert.InRange(
        await large.RowsReadAsync(BrowseQueries.WalkSql, c => BrowseQueries.BindWalk(c, 1, "", "", true, 50)),
        BrowseQueries.MostSteps, (4 * BrowseQueries.MostSteps) + FewRows);

    /// <summary>A flat folder of 30,000 files, more folders at the top than a walk has steps, and files behind them.</summary>
    public sealed class LargeDatabase : IAsyncLifetime
    {
        private readonly TestDatabase _database = new();
        private NpgsqlDataSource AsQuery { get; set; } = null!;

        public async Task InitializeAsync()
        {
            await _database.InitializeAsync();
            await _database.AddTargetAsync();
            await _database.ExecuteAsync("""
                insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id)
                select 1, 'flat/f' || to_char(n, 'FM000000'), 1, 1, 1, 1 from generate_series(1, 30000) n
                union all
                select 1, 'd' || to_char(n, 'FM0000') || '/s/f', 1, 1, 1, 1 from generate_series(1, 5500) n
                union all
                select 1, 'z' || n, 1, 1, 1, 1 from generate_series(1, 10) n
                union all
                select 1, 'deep/' || repeat('d/', n) || 'f', 1, 1, 1, 1 from generate_series(1, 100) n;
                insert into scanner.rollups (target_id, as_of) values (1, now());
                insert into scanner.folders (target_id, parent, name, files, bytes, corrupted, tampered, unreadable,
                    never_verified, deleted, excluded, changed)
                select 1, f.parent, f.name, 1, 1, 0, 0, 0, 0, 0, 0, 0
                from (
                    select '' as parent, 'd' || to_char(n, 'FM0000') as name from generate_series(1, 5500) n
                    union all values ('', ''), ('', 'flat'), ('', 'deep')
                ) f
                """);
            // On its own: a vacuum cannot be part of a transaction.
            await _database.ExecuteAsync("vacuum analyze scanner.files");
            await _database.ExecuteAsync("vacuum analyze scanner.folders");
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
            // What passes through memory only (the walk itself) is no look at a table.
            if (node["Relation Name"] is null)
            {
                return below;
            }

            var each = (double)node["Actual Rows"]! + ((double?)node["Rows Removed by Filter"] ?? 0);
            return below + (long)(each * (double)node["Actual Loops"]!);
        }
    }
}
