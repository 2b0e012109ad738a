-- When targets are scanned beyond a cron line, the order and limits of the queue, and the verification guarantee.

-- Schedules
alter table scheduler.targets
    add column missed_runs      text not null default 'one' check (missed_runs in ('one', 'skip')), -- after a time without schedulers
    add column schedule_paused  boolean not null default false,
    add column jitter_seconds   integer not null default 0 check (jitter_seconds between 0 and 43200),
    add column blackouts        jsonb not null default '[]' check (jsonb_typeof(blackouts) = 'array'), -- Core.Blackout
    add column blackout_from    timestamptz,          -- the window that is or comes next, kept by the scheduler:
    add column blackout_until   timestamptz,          -- no scan of the target begins within it
    add column pause_from       timestamptz,          -- the same of the windows in which running scans are paused
    add column pause_until      timestamptz,
    add column due_done_at      timestamptz,          -- the last due moment that a scan was asked for,
    add column due_asked_at     timestamptz,          -- and when it was, both by the scheduler's clock
    add column retention_days   integer check (retention_days between 1 and 36500),  -- null: the setting
    add column server_key       text;                 -- the storage server it lies on; null: none that needs sparing

-- Queue
alter table scheduler.scans
    drop constraint scans_trigger_check,
    add constraint scans_trigger_check check (trigger in ('schedule', 'manual', 'first', 'catch-up', 'retry', 'resume')),
    add column priority       smallint not null default 0,      -- higher first; 10: a person waits
    add column not_before     timestamptz,                      -- nobody starts it earlier
    add column attempt        smallint not null default 1,      -- of a run that is repeated when it fails
    add column retry_of       bigint references scheduler.scans (id),
    add column paused_by      text check (paused_by in ('person', 'blackout')); -- with control 'pause'

-- A failed scan is repeated once, however many schedulers saw it fail.
create unique index scans_one_retry on scheduler.scans (retry_of) where retry_of is not null;
create index scans_failed on scheduler.scans (ended_at) where status = 'failed';

grant update (priority, not_before, paused_by) on scheduler.scans to fixity_scheduler;
grant update (trigger, attempt, requested_by) on scheduler.scans to fixity_scheduler; -- a run in the place of a retry

-- A schedule came due while a scan that a person asked for was active: one run of its own, when that has ended.
create table scheduler.follow_ups (
    target_id  integer primary key references scheduler.targets (id) on delete cascade,
    trigger    text not null check (trigger in ('schedule', 'catch-up')),
    due_at     timestamptz not null default now()
);

-- The scans that wait to begin, or to go on after a pause: the one definition of their order. Not due: somebody or a
-- blackout puts it off. No room: as many as the limits allow are running, overall or on its storage server.
create view scheduler.scan_queue as
with limits as (
    -- As in Core.Settings: what is not a number counts as not set, and two a server are the default.
    select (
            select value::integer from scheduler.settings
            where key = 'max_active_scans' and jsonb_typeof(value) = 'number') as overall,
        coalesce((
            select value::integer from scheduler.settings
            where key = 'max_active_scans_per_server' and jsonb_typeof(value) = 'number'), 2) as per_server
), running as (
    select t.server_key
    from scheduler.scans s join scheduler.targets t on t.id = s.target_id
    where s.status = 'running'
), waiting as (
    select s.id as scan_id, s.target_id, t.server_key, s.priority, s.requested_at,
        (select e.ended_at from scheduler.scans e
            where e.target_id = s.target_id and e.ended_at is not null
            order by e.id desc limit 1) as last_ended_at,
        case when s.started_at is null and s.not_before > now() then s.not_before end as not_before,
        case when s.started_at is null and t.blackout_from <= now() and t.blackout_until > now()
            then t.blackout_until end as blackout_until
    from scheduler.scans s join scheduler.targets t on t.id = s.target_id
    where s.status in ('queued', 'paused') and s.control is null and t.deleted_at is null
        and (t.enabled or s.started_at is not null)
), due as (
    select *, not_before is null and blackout_until is null as is_due from waiting
)
select d.*,
    case when d.is_due then row_number() over (
        partition by d.is_due
        order by d.priority desc, d.last_ended_at nulls first, d.requested_at, d.scan_id) end as position,
    (l.overall is null or (select count(*) from running) < l.overall)
        and (d.server_key is null
            or (select count(*) from running r where r.server_key = d.server_key) < l.per_server) as has_room
from due d cross join limits l;

-- Who takes part, each row written by the process that it is of.
create table scheduler.replicas (
    name        text primary key,
    started_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now(),
    status      text not null check (status in ('healthy', 'degraded', 'stopped')),
    reason      text
);

create table scanner.replicas (
    name        text primary key,           -- as in scan_segments.lease_owner
    started_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now(),
    slots       integer not null check (slots > 0)      -- segments that it works on at once
);

grant select, insert, update, delete on scheduler.follow_ups to fixity_scheduler;
grant select on scheduler.scan_queue to fixity_scheduler, fixity_scanner, fixity_query;
grant select, insert, update, delete on scheduler.replicas to fixity_scheduler;
grant select, insert, update, delete on scanner.replicas to fixity_scanner;
grant select on scheduler.replicas to fixity_query;
grant select on scanner.replicas to fixity_scheduler, fixity_query;

-- The verification guarantee of each target, as last looked at. The scanner plans with run_gap what a scan re-reads.
create table scheduler.verification_guarantees (
    target_id               integer primary key references scheduler.targets (id) on delete cascade,
    evaluated_at            timestamptz not null default now(),
    run_gap                 interval,                -- the longest time from one run's start to the next one's end; null: no schedule
    oldest_verified_at      timestamptz,             -- of the present files; null: none was verified yet
    files_overdue           bigint not null,
    needed_bytes_per_day    double precision,        -- null: how much there is is not known yet
    measured_bytes_per_day  double precision,        -- null: nothing measured yet
    can_be_met              boolean,                 -- null: not known
    obstacle                text check (obstacle in ('disabled', 'no_schedule', 'schedule', 'rate')),
    breached_since          timestamptz              -- null: it holds, as far as is known
);

grant select, insert, update, delete on scheduler.verification_guarantees to fixity_scheduler;
grant select on scheduler.verification_guarantees to fixity_scanner, fixity_alert, fixity_query;

-- Settings: each service holds them in memory and reads them again when it hears of a change, whoever made it.
create function scheduler.tell_settings() returns trigger language plpgsql as $$
begin
    perform pg_notify('fixity_settings', '');
    return null;
end $$;

create trigger settings_changed after insert or update or delete on scheduler.settings
    for each statement execute function scheduler.tell_settings();

-- The scanner's table of events has one more voice, for just one word.
create function scanner.tell_verification_stale(of_target integer, said jsonb) returns void
    language sql security definer set search_path = pg_catalog as $$
    insert into scanner.target_events (target_id, type, details) values (of_target, 'verification.stale', said);
    select pg_notify('fixity_events', '');
$$;

revoke all on function scanner.tell_verification_stale(integer, jsonb) from public;
grant execute on function scanner.tell_verification_stale(integer, jsonb) to fixity_scheduler;

-- The gateway reads how long a session lasts.
grant usage on schema scheduler to fixity_gateway;
grant select on scheduler.settings to fixity_gateway;
