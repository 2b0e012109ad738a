-- A scan whose scanners all died goes on as another scan. The two are one run: what is counted is counted by the last.

-- It goes on once, whoever noticed.
create unique index scans_one_resume on scheduler.scans (resumed_from) where resumed_from is not null;

-- The order of files that were verified in the same batch differs from run to run, and not within one.
alter table scanner.scan_verifications add column seed bigint; -- null: the scan's id

-- The scan and those that it goes on from, the first of them first.
create function scheduler.chain_of(scan bigint) returns bigint[]
    language sql stable set search_path = pg_catalog as $$
    with recursive chain as (
        select id, resumed_from from scheduler.scans where id = scan
        union all
        select s.id, s.resumed_from from chain c join scheduler.scans s on s.id = c.resumed_from
    )
    select coalesce(array_agg(id order by id), array[scan]) from chain
$$;

revoke all on function scheduler.chain_of(bigint) from public;
grant execute on function scheduler.chain_of(bigint) to fixity_scheduler, fixity_scanner, fixity_query;

-- Closes a scan that is lost (it runs, at least one lease of it has run out and none holds) and queues the one that goes
-- on. The scanner may queue no scan but this one, and this one for no other reason. Everything of the row that is not
-- named here is carried over, the counters and the time of the start above all. Null: it is not lost, or somebody has it
-- in hand at this moment. What the scanner knows of the scan moves in the same transaction, by the caller.
create function scheduler.resume_scan(lost bigint, out resumed_as bigint, out leases_lost integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    scan scheduler.scans;
    locked record;
begin
    -- In the order of everybody: segments, then the scan. Nobody is waited for who holds one, lest he be alive.
    select count(*) as segments, count(*) filter (where g.status = 'running' and g.lease_until >= now()) as live,
        count(*) filter (where g.status = 'running' and g.lease_until < now()) as expired
    into locked
    from (
        select status, lease_until from scheduler.scan_segments
        where scan_id = lost order by ordinal for update skip locked) g;
    if locked.live > 0 or locked.expired = 0
        or locked.segments < (select count(*) from scheduler.scan_segments where scan_id = lost) then
        return;
    end if;

    select s.* into scan
    from scheduler.scans s join scheduler.targets t on t.id = s.target_id
    where s.id = lost and s.status = 'running' and s.control is null and t.deleted_at is null
    for update of s;
    if not found then
        return;
    end if;

    -- First the end of the one, then the other: one active scan a target. What appeared and disappeared was not decided.
    update scheduler.scans
    set status = 'partial', reason = 'scanner_lost', message = 'Its scanner was lost. Another scan went on from there.',
        ended_at = now(), updated_at = now(), current_path = null, files_added = 0, files_deleted = 0, files_moved = 0
    where id = lost;

    scan.id := nextval(pg_get_serial_sequence('scheduler.scans', 'id'));
    scan.status := 'queued';
    scan.trigger := 'resume';
    scan.resumed_from := lost;
    scan.priority := 5;
    scan.retry_of := null;   -- the lost one was the retry
    scan.not_before := null;
    scan.updated_at := now();
    insert into scheduler.scans overriding system value values (scan.*);
    insert into scheduler.scan_segments (scan_id, ordinal, range_from, range_to, status, checkpoint, batches)
    select scan.id, g.ordinal, g.range_from, g.range_to,
        case when g.status in ('queued', 'running', 'paused') then 'queued' else g.status end, g.checkpoint, g.batches
    from scheduler.scan_segments g where g.scan_id = lost;

    -- The higher token refuses whatever an owner who wakes up still has in hand.
    update scheduler.scan_segments
    set status = 'partial', lease_until = null, lease_owner = null, split_wanted_at = null,
        fencing_token = fencing_token + 1
    where scan_id = lost and status in ('queued', 'running', 'paused');
    resumed_as := scan.id;
    leases_lost := locked.expired;
end $$;

revoke all on function scheduler.resume_scan(bigint) from public;
grant execute on function scheduler.resume_scan(bigint) to fixity_scanner;
