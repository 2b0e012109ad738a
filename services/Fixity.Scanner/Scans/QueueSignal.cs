using System.Threading.Channels;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Wakes the loops that otherwise look at the queue every few seconds.</summary>
internal sealed class QueueSignal(TimeProvider clock)
{
    private readonly List<Channel<bool>> _waiters = [];

    /// <summary>One for each loop; a wake-up that comes while the loop works is kept for it.</summary>
    public Func<TimeSpan, CancellationToken, Task> Subscribe()
    {
        var channel = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_waiters)
        {
            _waiters.Add(channel);
        }

        return (atMost, cancellation) => WaitAsync(channel.Reader, atMost, cancellation);
    }

    public void Wake()
    {
        lock (_waiters)
        {
            foreach (var waiter in _waiters)
            {
                waiter.Writer.TryWrite(true);
            }
        }
    }

    private async Task WaitAsync(ChannelReader<bool> reader, TimeSpan atMost, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(reader.WaitToReadAsync(over.Token).AsTask(), Task.Delay(atMost, clock, over.Token));
        await over.CancelAsync();
        reader.TryRead(out _);
        cancellation.ThrowIfCancellationRequested();
    }
}

/// <summary>Listens for new scans and changed wishes. A lost notification costs one poll, never a scan.</summary>
internal sealed class QueueListener(
    NpgsqlDataSource database, QueueSignal signal, ScannerOwner owner, TimeProvider clock, ILogger<QueueListener> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.ListeningFailed(failure);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        connection.Notification += (_, _) => signal.Wake();
        await using (var listen = new NpgsqlCommand("listen fixity_scan_queued", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        logger.Listening(owner.Name);
        signal.Wake();
        while (true)
        {
            await connection.WaitAsync(cancellation);
        }
    }
}
