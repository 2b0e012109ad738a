using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Connections that nobody uses for a while.</summary>
public sealed class HeartbeatTests
{
    private const int EchoBytes = 4 + 64 + 4;

    [SmbFact]
    public async Task A_silent_connection_is_kept_by_asking_for_an_echo()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 1000);
        await using var proxy = new TcpProxy(server.Port);
        var sent = 0L;
        proxy.ToServer = data => Interlocked.Add(ref sent, data.Length);
        await using var share = await ConnectAsync(server, proxy);
        var afterLogin = Interlocked.Read(ref sent);

        await Waiting.UntilAsync(() => Interlocked.Read(ref sent) >= afterLogin + (3 * EchoBytes));

        Assert.Equal(0, (Interlocked.Read(ref sent) - afterLogin) % EchoBytes);
        Assert.NotNull(await share.StatAsync("file", CancellationToken.None));
        Assert.Equal(1, proxy.Connections);
    }

    // Found out with nobody waiting, so that the next call does not have to.
    [Trait("SmbPoint", "30")]
    [SmbFact]
    public async Task A_silent_connection_that_is_dead_is_given_up_and_the_next_call_has_another()
    {
        await using var server = await SmbServer.StartAsync();
        Shares.Make(server, "file", 1000);
        await using var proxy = new TcpProxy(server.Port);
        await using var share = await ConnectAsync(server, proxy);

        proxy.IsHalfOpen = true;
        await Waiting.UntilAsync(() => proxy.Ended == 1);
        proxy.IsHalfOpen = false;

        Assert.NotNull(await share.StatAsync("file", CancellationToken.None));
        Assert.Equal(2, proxy.Connections);
    }

    private static async Task<SmbShare> ConnectAsync(SmbServer server, TcpProxy proxy)
    {
        var share = Shares.Open(
            server, options => options with { Port = proxy.Port, IoTimeout = TimeSpan.FromSeconds(0.4) });
        await share.ConnectAsync(CancellationToken.None);
        return share;
    }
}
