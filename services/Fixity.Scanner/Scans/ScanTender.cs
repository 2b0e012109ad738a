using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Looks after scans that nobody works on: cancels and pauses them as wished, lets those go on whose scanners
/// died, and closes what a dead scanner left unclosed.</summary>
internal sealed class ScanTender(
    NpgsqlDataSource database, LostScans lost, ScanCloser closer, QueueSignal signal, IOptions<ScannerOptions> options,
    ILogger<ScanTender> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = signal.Subscribe();
        while (true)
        {
            try
            {
                await TendAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop's edge: whatever goes wrong with one look, the next may succeed.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.QueueUnreachable(failure, options.Value.PollInterval);
            }

            await wait(options.Value.PollInterval, stoppingToken);
        }
    }

    public async Task TendAsync(CancellationToken cancellation)
    {
        await PauseAsync(cancellation);
        await EachAsync(await lost.FindAsync(cancellation), lost.TryResumeAsync, cancellation);
        await EachAsync(await FindUnwantedAsync(cancellation), closer.TryDismissAsync, cancellation);
        await EachAsync(await FindEndedAsync(cancellation), closer.TryCloseIdleAsync, cancellation);
    }

    private async Task EachAsync(
        List<long> scans, Func<long, CancellationToken, Task<bool>> end, CancellationToken cancellation)
    {
        foreach (var scanId in scans)
        {
            try
            {
                await end(scanId, cancellation);
            }
#pragma warning disable CA1031 // One scan that cannot be closed must not keep the others open.
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.ClosingFailed(failure, scanId);
            }
        }
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with idle as (
                select s.id
                from scheduler.scans s
                where s.control = 'pause' and s.status in ('queued', 'running')
                    and not exists (
                        select from scheduler.scan_segments g
                        where g.scan_id = s.id and g.status = 'running' and g.lease_until >= now())
            ), free as (
                select g.scan_id, g.ordinal
                from scheduler.scan_segments g join idle on idle.id = g.scan_id
                where g.status = 'queued' or (g.status = 'running' and g.lease_until < now())
                order by g.scan_id, g.ordinal
                for update of g skip locked
            ), parked as (
                update scheduler.scan_segments g set status = 'paused', lease_until = null, lease_owner = null
                from free
                where g.scan_id = free.scan_id and g.ordinal = free.ordinal
                returning g.scan_id, g.ordinal
            ), paused as (
                update scheduler.scans s set status = 'paused', updated_at = now()
                from idle
                where s.id = idle.id and s.control = 'pause' and s.status in ('queued', 'running')
                    and exists (
                        select from scheduler.scan_segments g
                        where g.scan_id = s.id and g.status in ('queued', 'running', 'paused'))
                    and not exists (
                        select from scheduler.scan_segments g
                        where g.scan_id = s.id and g.status in ('queued', 'running')
                            and not exists (
                                select from parked p where p.scan_id = g.scan_id and p.ordinal = g.ordinal))
                returning s.id, s.target_id
            )
            select pg_notify('fixity_progress',
                json_build_object('kind', 'scan', 'scanId', id, 'targetId', target_id)::text)::text
            from paused
            """);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // Not those that a person cancelled while their target was there.
    private Task<List<long>> FindUnwantedAsync(CancellationToken cancellation) => FindAsync("""
        select s.id
        from scheduler.scans s join scheduler.targets t on t.id = s.target_id
        where s.status in ('queued', 'paused') and s.started_at is null
            and (t.deleted_at is not null or (not t.enabled and s.control is distinct from 'cancel'))
        order by s.id
        """, cancellation);

    private Task<List<long>> FindEndedAsync(CancellationToken cancellation) => FindAsync("""
        select s.id
        from scheduler.scans s join scheduler.targets t on t.id = s.target_id
        where s.status in ('queued', 'running', 'paused')
            and case when s.control = 'cancel' or t.deleted_at is not null
                then not exists (
                    select from scheduler.scan_segments g
                    where g.scan_id = s.id and g.status = 'running' and g.lease_until >= now())
                else not exists (
                    select from scheduler.scan_segments g
                    where g.scan_id = s.id and g.status in ('queued', 'running', 'paused'))
                end
        order by s.id
        """, cancellation);

    private async Task<List<long>> FindAsync(string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new List<long>();
        while (await row.ReadAsync(cancellation))
        {
            found.Add(row.GetInt64(0));
        }

        return found;
    }
}
