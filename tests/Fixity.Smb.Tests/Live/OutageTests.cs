using System.Diagnostics;
using System.Security.Cryptography;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Servers that die, hang, come back and starve us.</summary>
public sealed class OutageTests
{
    private const int FileBytes = 48 * 1024 * 1024;

    [Trait("SmbPoint", "23")]
    [SmbFact]
    public async Task A_read_goes_on_where_it_was_when_the_server_comes_back()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { ReconnectFor = TimeSpan.FromSeconds(30) });
        await using var file = await share.OpenAsync("file", CancellationToken.None);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1024 * 1024];
        var offset = 0L;
        Task? restarting = null;
        int read;
        while ((read = await file.ReadAsync(offset, buffer, CancellationToken.None)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            offset += read;
            if (restarting is null && offset > FileBytes / 4)
            {
                await server.CrashAsync();
                restarting = Task.Run(async () =>
                {
                    await Task.Delay(400);
                    await server.StartAgainAsync();
                });
            }
        }

        await restarting!;
        Assert.Equal(Shares.LocalHash(local), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Trait("SmbPoint", "23")]
    [SmbFact]
    public async Task A_file_that_changed_meanwhile_is_not_read_on()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { ReconnectFor = TimeSpan.FromSeconds(30) });
        await using var file = await share.OpenAsync("file", CancellationToken.None);
        var buffer = new byte[1024 * 1024];
        await file.ReadAsync(0, buffer, CancellationToken.None);
        await file.ReadAsync(8 * 1024 * 1024, buffer, CancellationToken.None);

        await server.CrashAsync();
        await using (var changing = File.OpenWrite(local))
        {
            changing.Write("other"u8);
        }

        await server.StartAgainAsync();
        var refused = await Assert.ThrowsAsync<SmbException>(
            async () => await file.ReadAsync(24 * 1024 * 1024, buffer, CancellationToken.None));

        Assert.Equal(SmbFailure.Changed, refused.Failure);
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
    }

    [Trait("SmbPoint", "24")]
    [SmbFact]
    public async Task A_server_that_stays_away_fails_the_call_after_the_window_and_the_next_ones_soon()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 1000);
        await using var share = Shares.Open(server, options => options with { ReconnectFor = TimeSpan.FromSeconds(1) });
        await share.ConnectAsync(CancellationToken.None);
        await server.CrashAsync();
        var clock = Stopwatch.StartNew();

        var first = await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));
        var untilFirst = clock.Elapsed;
        await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));

        Assert.True(first.Failure.IsTransient());
        Assert.InRange(untilFirst, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(6));
        Assert.InRange(clock.Elapsed - untilFirst, TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
    }

    [Trait("SmbPoint", "25")]
    [SmbFact]
    public async Task A_frozen_server_is_given_up_in_time_and_read_again_when_it_thaws()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { IoTimeout = TimeSpan.FromSeconds(2) });
        await share.ConnectAsync(CancellationToken.None);
        server.Freeze();
        var clock = Stopwatch.StartNew();

        var refused = await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));

        Assert.Equal(SmbFailure.TimedOut, refused.Failure);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(3.2));
        server.Thaw();
        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
    }

    // The time-out counts bytes: an answer that comes slowly, but comes, is waited for.
    [SmbFact]
    public async Task A_slow_answer_is_waited_for_as_long_as_bytes_come()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", 3 * 1024 * 1024);
        await using var proxy = new TcpProxy(server.Port);
        proxy.ToClient = (_, before) => Thread.Sleep(before > 300_000 ? 120 : 0);
        await using var share = Shares.Open(
            server, options => options with { Port = proxy.Port, IoTimeout = TimeSpan.FromSeconds(1) });
        var clock = Stopwatch.StartNew();

        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(1));
    }

    [Trait("SmbPoint", "30")]
    [SmbFact]
    public async Task A_connection_cut_in_the_middle_of_an_answer_is_made_anew()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var proxy = new TcpProxy(server.Port);
        var cuts = 3;
        proxy.ToClient = (_, before) =>
        {
            if (before > (4 - Volatile.Read(ref cuts)) * 9_000_000L && Interlocked.Decrement(ref cuts) >= 0)
            {
                proxy.Cut();
            }
        };
        await using var share = Shares.Open(
            server, options => options with { Port = proxy.Port, ReconnectFor = TimeSpan.FromSeconds(20) });

        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(share, "file"));
        Assert.True(cuts <= 0);
    }

    [Trait("SmbPoint", "30")]
    [SmbFact]
    public async Task A_half_open_connection_is_given_up_in_time()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 1000);
        await using var proxy = new TcpProxy(server.Port);
        await using var share = Shares.Open(
            server, options => options with { Port = proxy.Port, IoTimeout = TimeSpan.FromSeconds(1) });
        await share.ConnectAsync(CancellationToken.None);
        proxy.IsHalfOpen = true;

        var refused = await Assert.ThrowsAsync<SmbException>(() => share.StatAsync("file", CancellationToken.None));

        Assert.Equal(SmbFailure.TimedOut, refused.Failure);
    }

    // The share is closed under the session.
    [Trait("SmbPoint", "26")]
    [SmbFact]
    public async Task A_closed_share_is_connected_to_again()
    {
        await using var server = await SmbServer.StartAsync();
        var local = Shares.Make(server, "file", FileBytes);
        await using var share = Shares.Open(server, options => options with { ReconnectFor = TimeSpan.FromSeconds(20) });
        await using var file = await share.OpenAsync("file", CancellationToken.None);

        server.CloseShare("data");

        Assert.Equal(Shares.LocalHash(local), await Shares.HashAsync(file));
    }

    // Ten minutes with FIXITY_FULL=1.
    [Trait("SmbPoint", "31")]
    [SmbFact]
    public async Task Many_readers_survive_the_death_of_their_sessions_again_and_again()
    {
        await using var server = await SmbServer.StartAsync(shares: ["[other]", "path = {data}"]);
        var hashes = Enumerable.Range(0, 40).ToDictionary(
            number => $"f{number}", number => Shares.LocalHash(Shares.Make(server, $"f{number}", 1000 + (number * 60_000), number)));
        var duration = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(6);
        using var over = new CancellationTokenSource(duration);
        SmbShare[] shares =
        [
            .. Enumerable.Range(0, 4).Select(number => Shares.Open(server, options => options with
            {
                Share = number % 2 == 0 ? "data" : "other", ReconnectFor = TimeSpan.FromSeconds(30),
            })),
        ];
        var killing = Task.Run(async () =>
        {
            var random = new Random(31);
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(random.Next(200, 900));
                server.KillSessions();
            }
        });
        var read = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (!over.IsCancellationRequested)
            {
                var name = $"f{random.Next(hashes.Count)}";
                Assert.Equal(hashes[name], await Shares.HashAsync(shares[worker % 4], name, 64 * 1024));
                Assert.Equal(hashes.Count, (await Entries.OfAsync(shares[worker % 4])).All.Count);
                Interlocked.Increment(ref read);
            }
        })));
        await killing;
        foreach (var share in shares)
        {
            await share.DisposeAsync();
        }

        Assert.True(read > 20, $"only {read} files were read");
        await NothingIsLeftAsync(server);
    }

    [Trait("SmbPoint", "32")]
    [SmbTheory]
    [InlineData("smb2 max credits = 64", "smb2 max read = 65536")]
    [InlineData("smb2 max credits = 8", "smb2 max read = 1048576")]
    [InlineData("smb2 max credits = 3", "smb2 max read = 1048576")]
    [InlineData("smb2 max credits = 1", "smb2 max read = 1048576")]
    public async Task A_server_that_is_stingy_with_credits_is_read_slowly_and_right(string credits, string reads)
    {
        await using var server = await SmbServer.StartAsync([credits, reads]);
        var hashes = Enumerable.Range(0, 12).ToDictionary(
            number => $"f{number}", number => Shares.LocalHash(Shares.Make(server, $"f{number}", 1 + (number * 150_000), number)));
        await using var share = Shares.Open(server);

        await Task.WhenAll(hashes.Select(async file => Assert.Equal(file.Value, await Shares.HashAsync(share, file.Key))));

        Assert.Equal(hashes.Count, (await Entries.OfAsync(share)).All.Count);
    }

    [Trait("SmbPoint", "33")]
    [SmbFact]
    public async Task A_server_without_room_is_asked_again_and_then_the_call_fails()
    {
        await using var server = await SmbServer.StartAsync(shares: ["[one]", "path = {data}", "max connections = 1"]);
        await using var first = Shares.Open(server, options => options with { Share = "one" });
        await first.ConnectAsync(CancellationToken.None);
        await using var second = Shares.Open(
            server, options => options with { Share = "one", ReconnectFor = TimeSpan.FromSeconds(1) });
        var clock = Stopwatch.StartNew();

        var refused = await Assert.ThrowsAsync<SmbException>(() => second.ConnectAsync(CancellationToken.None));

        Assert.Equal(SmbFailure.ServerBusy, refused.Failure);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        await first.DisposeAsync();
        Assert.NotNull(await second.ConnectAsync(CancellationToken.None));
    }

    [Trait("SmbPoint", "22")]
    [Trait("SmbPoint", "34")]
    [SmbFact]
    public async Task A_cancelled_read_returns_at_once_and_leaves_nothing_open()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", FileBytes);
        await using var proxy = new TcpProxy(server.Port);
        await using var share = Shares.Open(server, options => options with { Port = proxy.Port });
        using var cancel = new CancellationTokenSource();
        await using (var file = await share.OpenAsync("file", CancellationToken.None))
        {
            await file.ReadAsync(0, new byte[100], CancellationToken.None);
            proxy.Delay = TimeSpan.FromMilliseconds(300);
            var reading = file.ReadAsync(4_000_000, new byte[1000], cancel.Token).AsTask();
            var clock = Stopwatch.StartNew();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }

        proxy.Delay = TimeSpan.Zero;
        await Waiting.UntilAsync(() => !server.Status("-L").Contains("file", StringComparison.Ordinal));
        await share.DisposeAsync();
        await NothingIsLeftAsync(server);
    }

    private static Task NothingIsLeftAsync(SmbServer server) =>
        Waiting.UntilAsync(() => !server.Status("-S").Contains("127.0.0.1", StringComparison.Ordinal)
            && !server.Status("-p").Contains(SmbServer.User, StringComparison.Ordinal));
}
