-- What is kept how long. The scheduler alone says when; the rows belong to all services, so it may only call the
-- functions below, which remove what is past its time and nothing else, up to 10,000 rows a call.

create table scheduler.retention_runs (
    id            bigint generated always as identity primary key,
    requested_at  timestamptz not null default now(),
    requested_by  text,                     -- null: it was time
    started_at    timestamptz,              -- null: waits for a scheduler
    updated_at    timestamptz not null default now(),  -- last committed batch
    ended_at      timestamptz,
    kind          text,                     -- what it is at
    message       text                      -- what could not be removed, and why; null: all of it was
);

-- One at a time, whoever asks.
create unique index retention_runs_one_active on scheduler.retention_runs ((true)) where ended_at is null;

create table scheduler.retention_removals (
    run_id  bigint not null references scheduler.retention_runs (id) on delete cascade,
    kind    text not null,
    rows    bigint not null,
    bytes   bigint not null,                -- of dropped partitions: on disk, with indexes; of rows: their own
    primary key (run_id, kind)
);

grant select, insert, update on scheduler.retention_runs, scheduler.retention_removals to fixity_scheduler;

-- Finds what was deleted long ago among millions that are present.
create index files_deleted on scanner.files (target_id, state_since) where state = 2;

-- All that follow take how many days (a target's own retention wins where it has one), where to go on (0: at the
-- beginning) and how many rows at most; and give what they removed and where to go on (null: nothing is left).

-- How long the target that keeps its history longest keeps it.
create function scheduler.longest_retention(of_days integer) returns integer
    language sql stable set search_path = pg_catalog as $$
    select coalesce(max(coalesce(retention_days, of_days)), of_days) from scheduler.targets
$$;

-- Months of change events that are past every target's retention, oldest first.
create function scheduler.past_change_partitions(of_days integer) returns setof text
    language sql stable security definer set search_path = pg_catalog as $$
    select c.relname::text
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'scanner.change_events'::regclass and c.relname ~ '^change_events_\d{4}_\d{2}$'
        and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC'
            <= now() - make_interval(days => scheduler.longest_retention(of_days))
    order by 1
$$;

-- Drops such a month. What nobody has looked at (damage that is not acknowledged) goes on living in the default
-- partition. Not dropped, and left to the batches: a month with more of that than one batch, or with events that the
-- alert service has not read. Gives up rather than hold up the scanners: lock_not_available.
create function scheduler.drop_change_partition(partition text, of_days integer,
    out dropped boolean, out removed bigint, out bytes bigint)
    language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s' as $$
declare
    moved bigint;
    unread bigint;
    kept constant text := $q$ type in ('corrupted', 'tampered') and acknowledged_at is null $q$;
begin
    dropped := false;
    removed := 0;
    bytes := 0;
    if partition not in (select scheduler.past_change_partitions(of_days)) then
        return;
    end if;
    execute format($q$
        select count(*), count(*) filter (where %s),
            count(*) filter (where (e.transaction_id, e.id) > (c.transaction_id, c.event_id))
        from scanner.%I e left join alert.cursors c on c.source = 'change_events' $q$, kept, partition)
        into removed, moved, unread;
    if unread > 0 or moved > 10000 then
        removed := 0;
        return;
    end if;
    bytes := pg_total_relation_size(format('scanner.%I', partition)::regclass);
    execute format('alter table scanner.change_events detach partition scanner.%I', partition);
    execute format(
        'insert into scanner.change_events overriding system value select * from scanner.%I where %s', partition, kept);
    get diagnostics moved = row_count;
    execute format('drop table scanner.%I', partition);
    dropped := true;
    removed := removed - moved;
end $$;

-- Rows of targets that keep less than others, and of months that could not be dropped. A month that all will drop soon
-- is waited for: its rows stay up to a month longer and then cost nothing to remove.
create function scheduler.purge_change_events(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    longest constant integer := scheduler.longest_retention(of_days);
    target record;
    part record;
begin
    removed := 0;
    bytes := 0;
    for target in
        select t.id, case
            when coalesce(t.retention_days, of_days) < longest
                then now() - make_interval(days => coalesce(t.retention_days, of_days))
            else date_trunc('month', (now() - make_interval(days => longest)) at time zone 'UTC') at time zone 'UTC'
            end as before
        from scheduler.targets t where t.id >= place order by t.id
    loop
        with chosen as (
            select e.detected_at, e.id
            from scanner.change_events e left join alert.cursors c on c.source = 'change_events'
            where e.target_id = target.id and e.detected_at < target.before
                and (e.type not in ('corrupted', 'tampered') or e.acknowledged_at is not null)
                and (c.source is null or (e.transaction_id, e.id) <= (c.transaction_id, c.event_id))
            limit least(batch, 10000) - removed
        ), gone as (
            delete from scanner.change_events e using chosen
            where e.detected_at = chosen.detected_at and e.id = chosen.id and e.detected_at < target.before
            returning pg_column_size(e.*) as size
        )
        select count(*) as rows, coalesce(sum(size), 0) as bytes into part from gone;
        removed := removed + part.rows;
        bytes := bytes + part.bytes;
        if removed >= least(batch, 10000) then
            next_place := target.id;
            return;
        end if;
    end loop;
end $$;

-- What happened to whole scans and targets.
create function scheduler.purge_target_events(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    with chosen as (
        select e.id
        from scanner.target_events e
        join scheduler.targets t on t.id = e.target_id
        left join alert.cursors c on c.source = 'target_events'
        where e.occurred_at < now() - make_interval(days => coalesce(t.retention_days, of_days))
            and (c.source is null or (e.transaction_id, e.id) <= (c.transaction_id, c.event_id))
        limit least(batch, 10000)
    ), gone as (
        delete from scanner.target_events e using chosen where e.id = chosen.id returning pg_column_size(e.*) as size
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;
    next_place := case when removed >= least(batch, 10000) then 0 end;
end $$;

-- Files that are long gone, and all files of a target that is. Never one that an unacknowledged corruption names, nor
-- any of a target that is being scanned: the scan holds what it read of them.
create function scheduler.purge_files(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    kept constant bigint[] := array(
        select distinct file_id from scanner.change_events
        where type in ('corrupted', 'tampered') and acknowledged_at is null);
    target record;
    chosen bigint[];
    part record;
begin
    removed := 0;
    bytes := 0;
    for target in
        select t.id, t.before, coalesce(t.deleted_at < t.before, false) as is_past
        from (
            select id, deleted_at, now() - make_interval(days => coalesce(retention_days, of_days)) as before
            from scheduler.targets where id >= place
        ) t
        where not exists (
            select from scheduler.scans s where s.target_id = t.id and s.status in ('running', 'paused'))
        order by t.id
    loop
        if target.is_past then
            chosen := array(
                select f.id from scanner.files f
                where f.target_id = target.id and not exists (select from unnest(kept) k where k = f.id)
                limit least(batch, 10000) - removed for update of f skip locked);
        else
            chosen := array(
                select f.id from scanner.files f
                where f.target_id = target.id and f.state = 2 and f.state_since < target.before
                    and not exists (select from unnest(kept) k where k = f.id)
                limit least(batch, 10000) - removed for update of f skip locked);
        end if;

        with gone as (
            delete from scanner.files f where f.id = any (chosen) returning f.id, pg_column_size(f.*) as size
        ), groups as (
            delete from scanner.file_groups g using gone where g.file_id = gone.id returning pg_column_size(g.*) as size
        ), replaced as (
            delete from scanner.replaced_files r using gone where r.file_id = gone.id
        )
        select (select count(*) from gone) as rows,
            (select coalesce(sum(size), 0) from gone) + (select coalesce(sum(size), 0) from groups) as bytes
        into part;
        removed := removed + part.rows;
        bytes := bytes + part.bytes;
        if removed >= least(batch, 10000) then
            next_place := target.id;
            return;
        end if;
        if target.is_past then
            delete from scanner.unknown_ranges where target_id = target.id;
            delete from scanner.crossed_mounts where target_id = target.id;
            delete from scanner.target_states s
            where s.target_id = target.id and not exists (select from scanner.files f where f.target_id = target.id);
        end if;
    end loop;
end $$;

-- What a scan met, and how it was divided. Its own row, with all counters, stays for ever.
create function scheduler.purge_scan_details(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    before constant timestamptz := now() - make_interval(days => of_days);
    room integer := least(batch, 10000);
    part record;
begin
    with chosen as (
        select e.id from scanner.scan_errors e join scheduler.scans s on s.id = e.scan_id
        where s.ended_at < before limit room
    ), gone as (
        delete from scanner.scan_errors e using chosen where e.id = chosen.id returning pg_column_size(e.*) as size
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;

    room := room - removed;
    with chosen as (
        select g.scan_id, g.ordinal from scheduler.scan_segments g join scheduler.scans s on s.id = g.scan_id
        where s.ended_at < before limit room
    ), segments as (
        delete from scheduler.scan_segments g using chosen
        where g.scan_id = chosen.scan_id and g.ordinal = chosen.ordinal
        returning g.scan_id, pg_column_size(g.*) as size
    ), verifications as (
        delete from scanner.scan_verifications v using segments where v.scan_id = segments.scan_id
    )
    select count(*) as rows, coalesce(sum(size), 0) as bytes into part from segments;
    next_place := case when part.rows >= room then 0 end;
    removed := removed + part.rows;
    bytes := bytes + part.bytes;
end $$;

-- Deliveries that are over, one way or the other.
create function scheduler.purge_deliveries(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    with chosen as (
        select d.id from alert.webhook_deliveries d
        where d.created_at < now() - make_interval(days => of_days) and d.status <> 'pending'
        limit least(batch, 10000) for update skip locked
    ), gone as (
        delete from alert.webhook_deliveries d using chosen where d.id = chosen.id returning pg_column_size(d.*) as size
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;
    next_place := case when removed >= least(batch, 10000) then 0 end;
end $$;

-- The oldest entries, in order and without a gap, and never the last one: what is left is still one chain. Under thirty
-- days nobody gets to shorten it.
create function scheduler.purge_audit(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    before constant timestamptz := now() - make_interval(days => greatest(of_days, 30));
    first_kept bigint;
begin
    first_kept := coalesce(
        (select a.id from gateway.audit_log a where a.at >= before order by a.id limit 1),
        (select max(a.id) from gateway.audit_log a));
    with gone as (
        delete from gateway.audit_log a
        where a.id in (
            select o.id from gateway.audit_log o where o.id < first_kept order by o.id limit least(batch, 10000))
        returning pg_column_size(a.*) as size
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;
    next_place := case when removed >= least(batch, 10000) then 0 end;
end $$;

-- Sessions that nobody can use any more. Takes minutes without a request.
create function scheduler.purge_sessions(idle_minutes integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    with chosen as (
        select s.token_hash from gateway.sessions s
        where s.expires_at <= now() or s.last_seen_at <= now() - make_interval(mins => idle_minutes)
        limit least(batch, 10000) for update skip locked
    ), gone as (
        delete from gateway.sessions s using chosen where s.token_hash = chosen.token_hash
        returning pg_column_size(s.*) as size
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;
    next_place := case when removed >= least(batch, 10000) then 0 end;
end $$;

do $$
declare
    routine regprocedure;
begin
    for routine in
        select p.oid from pg_proc p
        where p.pronamespace = 'scheduler'::regnamespace
            and (p.proname like 'purge\_%' or p.proname in (
                'longest_retention', 'past_change_partitions', 'drop_change_partition'))
    loop
        execute format('revoke all on function %s from public', routine);
        execute format('grant execute on function %s to fixity_scheduler', routine);
    end loop;
end $$;
