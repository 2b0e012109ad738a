using System.Net;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Run;

public sealed class ReplicaProxyTests
{
    [Fact]
    public async Task Connections_go_round_the_replicas()
    {
        await using var first = new Greeter("first");
        await using var second = new Greeter("second");
        await using var proxy = ReplicaProxy.Start("x", new PortAllocator().Next(), [first.Port, second.Port]);

        List<string> answers = [];
        for (var connection = 0; connection < 4; connection++)
        {
            answers.Add(await AskAsync(proxy));
        }

        Assert.Equal(["first", "second", "first", "second"], answers);
    }

    [Fact]
    public async Task A_dead_replica_is_skipped()
    {
        await using var first = new Greeter("first");
        var second = new Greeter("second");
        await using var proxy = ReplicaProxy.Start("x", new PortAllocator().Next(), [first.Port, second.Port]);
        await second.DisposeAsync();

        List<string> answers = [await AskAsync(proxy), await AskAsync(proxy), await AskAsync(proxy)];

        Assert.Equal(["first", "first", "first"], answers);
    }

    [Fact]
    public async Task With_all_replicas_dead_the_connection_is_closed()
    {
        await using var proxy = ReplicaProxy.Start("x", new PortAllocator().Next(), [new PortAllocator().Next()]);

        Assert.Equal("", await AskAsync(proxy));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = new Greeter("first");

        var refusal = Assert.Throws<DistributedApplicationException>(() => ReplicaProxy.Start("x", first.Port, []));

        Assert.Contains($"Port {first.Port} of resource 'x'", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(ReplicaProxy proxy)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(limit.Token);
    }

    /// <summary>Says its name to whoever connects, and hangs up.</summary>
    private sealed class Greeter : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public Greeter(string name)
        {
            _listener.Start();
            _serving = ServeAsync(name);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
        }

        private async Task ServeAsync(string name)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptSocketAsync();
                    await client.SendAsync(Encoding.UTF8.GetBytes(name));
                    client.Shutdown(SocketShutdown.Send);
                    await client.ReceiveAsync(new byte[1]);
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
