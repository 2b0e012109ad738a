using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scanner.Probes;

/// <summary>Answers those who wait for "test connection": beside the scans, so that a busy scanner answers too.</summary>
internal sealed class ProbeWorker(
    NpgsqlDataSource database, ProbeStore store, StorageProbing probing, IOptions<ScannerOptions> options,
    TimeProvider clock, ILogger<ProbeWorker> logger)
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
        await using (var listen = new NpgsqlCommand("listen fixity_probes", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        var atOnce = options.Value.ProbesAtOnce;
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.RemoveAll(task => task.IsCompleted);
                foreach (var request in await store.TakeAsync(atOnce - running.Count, cancellation))
                {
                    running.Add(AnswerAsync(request, cancellation));
                }

                if (running.Count == atOnce)
                {
                    await Task.WhenAny(running);
                }
                else
                {
                    await connection.WaitAsync(options.Value.PollInterval, cancellation);
                }
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task AnswerAsync(ProbeRequest request, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        try
        {
            var answer = await probing.RunAsync(request, cancellation);
            var took = clock.GetElapsedTime(since);
            logger.Probed(request.Id, request.Type, request.Root, answer.Verdict, took.TotalSeconds);
            await store.AnswerAsync(request, answer, took, cancellation);
        }
#pragma warning disable CA1031 // A probe that could not be answered is asked again by the one who waits, not by us.
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.ProbeBroken(failure, request.Id);
        }
    }
}
