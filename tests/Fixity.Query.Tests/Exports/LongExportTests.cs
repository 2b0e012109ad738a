using System.Diagnostics;
using System.Net;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Query.Tests.Exports;

/// <summary>Exports over a socket, longer than any buffer on the way: what memory, time and a broken connection do to them.</summary>
/// <remarks>Alone in the process: it looks at the memory of the whole.</remarks>
[Collection(Name)]
[Trait("Category", "Database")]
public sealed class LongExportTests(LongExportTests.ManyRows rows) : IClassFixture<LongExportTests.ManyRows>
{
    private const string Name = "long exports";

    private const int Files = 120_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("files?format=csv")]
    [InlineData("files?format=jsonl")]
    [InlineData("changes?format=json")]
    public async Task The_first_byte_comes_at_once_and_memory_stays_flat(string path)
    {
        await ReadAsync("files?format=csv&path=f0000", null); // Whatever is made once is made now.
        var before = LiveBytes();
        var highest = before;
        var begun = Stopwatch.GetTimestamp();
        TimeSpan? first = null;

        var lines = await ReadAsync(path, read =>
        {
            first ??= Stopwatch.GetElapsedTime(begun);
            highest = Math.Max(highest, read % 100 == 0 ? LiveBytes() : 0);
        });

        Assert.InRange(lines, Files, Files + 2);
        Assert.InRange(first!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(highest - before, long.MinValue, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_the_cursor()
    {
        for (var i = 0; i < 3; i++)
        {
            using var response = await GetAsync("changes?format=jsonl");
            await using (var body = await response.Content.ReadAsStreamAsync())
            {
                await body.ReadExactlyAsync(new byte[100_000]);
                Assert.Equal(1, await OpenAsync());
            }

            // The stream is let go in the middle, with the service waiting for it to take more.
            response.Dispose();
            await UntilAsync(async () => await OpenAsync() == 0);
        }

        Assert.Equal(rows.Gate.Options.AtOnce, rows.Gate.Free);
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_database_looks_stops_the_looking()
    {
        using var leaving = new CancellationTokenSource();
        // Nothing is found: the first fetch goes on and on.
        await using var slow = await SlowStatementAsync();
        var asking = GetAsync("changes?format=jsonl&path=nowhere", leaving.Token);
        await UntilAsync(async () => await OpenAsync() == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using var response = await asking;
            await response.Content.ReadAsStringAsync(leaving.Token);
        });
        await UntilAsync(async () => await OpenAsync() == 0);
    }

    [Fact]
    public async Task An_export_that_breaks_off_is_not_taken_for_a_whole_one()
    {
        using var response = await GetAsync("files?format=csv");
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10_000]);

        await rows.Database.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename is not null and state <> 'idle' and query like 'fetch%'
                or datname = current_database() and state = 'idle in transaction'
            """);

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
        await UntilAsync(async () => await OpenAsync() == 0);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task What_changes_meanwhile_is_not_in_it()
    {
        using var response = await GetAsync("files?format=jsonl&target=2");
        await using var body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(body);
        Assert.NotNull(await reader.ReadLineAsync());

        await rows.Database.ExecuteAsync("""
            update scanner.files set size = 99 where target_id = 2;
            insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id) values (2, 'zz', 1, 1, 1, 1);
            """);

        var lines = 1;
        while (await reader.ReadLineAsync() is { } line)
        {
            Assert.DoesNotContain("\"size\":99,", line, StringComparison.Ordinal);
            lines++;
        }

        Assert.Equal(ManyRows.OfTheSecond, lines);
        await rows.Database.ExecuteAsync("""
            update scanner.files set size = 1 where target_id = 2; delete from scanner.files where path = 'zz'
            """);
    }

    [Fact]
    public async Task More_exports_than_may_run_at_once_are_sent_away()
    {
        var open = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < rows.Gate.Options.AtOnce; i++)
            {
                open.Add(await GetAsync("files?format=csv"));
            }

            using var refused = await rows.Client.GetAsync(new Uri("/api/v1/exports/files", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Contains("exports-busy", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            open.ForEach(response => response.Dispose());
        }

        await UntilAsync(async () => await OpenAsync() == 0);
    }

    private static long LiveBytes() => GC.GetTotalMemory(forceFullCollection: true);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    // An exclusive lock keeps every reader of changes waiting, as a look at far too many rows would.
    private async Task<IAsyncDisposable> SlowStatementAsync()
    {
        var connection = await rows.Database.DataSource.OpenConnectionAsync();
        await using var begin = connection.CreateCommand();
        begin.CommandText = "begin; lock table scanner.change_events in access exclusive mode";
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<long> ReadAsync(string path, Action<int>? each)
    {
        using var response = await GetAsync(path);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var lines = 0L;
        for (var reads = 0; await body.ReadAsync(buffer) is > 0 and var read; reads++)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            each?.Invoke(reads);
        }

        return lines;
    }

    private Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellation = default) =>
        rows.Client.GetAsync(
            new Uri("/api/v1/exports/" + path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);

    // Of exports alone: the service looks for live events in transactions of its own.
    private async Task<long> OpenAsync() => await rows.Database.ScalarAsync<long>("""
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name = 'fixity_query'
            and xact_start is not null and query like any (array['declare export%', 'fetch%'])
        """);

    [CollectionDefinition(Name, DisableParallelization = true)]
    public sealed class Alone;

    /// <summary>120,000 files and changes, and the service on a port.</summary>
    public sealed class ManyRows : IAsyncLifetime
    {
        public const int OfTheSecond = 5_000;

        private ServiceApplication<Program> Application { get; set; } = null!;

        public TestDatabase Database { get; } = new();

        public HttpClient Client { get; private set; } = null!;

        internal Query.Exports.ExportGate Gate =>
            (Query.Exports.ExportGate)Application.Services.GetService(typeof(Query.Exports.ExportGate))!;

        public async Task InitializeAsync()
        {
            await Database.InitializeAsync();
            await Database.AddTargetAsync();
            await Database.AddTargetAsync();
            // In parts: a busy machine may take a while for each.
            for (var n = 0; n < Files; n += 20_000)
            {
                await Database.ExecuteAsync($$"""
                    insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id, algorithm, checksum)
                    select case when n < {{OfTheSecond}} then 2 else 1 end, 'f' || to_char(n, 'FM000000'), 1, 1, 1, 1, 2,
                        sha256(int4send(n))
                    from generate_series({{n}}, {{n}} + 19999) n;
                    insert into scanner.change_events (detected_at, scan_id, target_id, file_id, path, type)
                    select '2026-01-01Z'::timestamptz + n * interval '50 s', 1, 1, n, 'f' || n, 'added'
                    from generate_series({{n}}, {{n}} + 19999) n;
                    """);
            }

            await Database.ExecuteAsync("analyze scanner.files; analyze scanner.change_events");
            Application = new ServiceApplication<Program>(Database.ConnectionString);
            Application.UseKestrel(0);
            Application.StartServer();
            Client = Application.CreateClientAs(Roles.Viewer);
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            await Application.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
