-- When targets are scanned beyond a cron line, the order and limits of the queue, and the verification guarantee.

-- Schedules
alter table scheduler.targets
    add column missed_runs      text not null default 'one' check (missed_runs in ('one', 'skip')), -- after a time without schedulers
    add column schedule_paused  boolean not null default false,
    add column jitter_seconds   integer not null default 0 check (jitter_seconds between 0 and 43200),
    add column blackouts        jsonb not null default '[]' check (jsonb_typeof(blackouts) = 'array'), -- Core.Blackout
    add column blackout_from    timestamptz,          -- the window that is or comes next, kept by the scheduler:
    add column blackout_until   timestamptz,          -- nothing of the target is claimed within it
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

grant update (priority, not_before, paused_by) on scheduler.scans to fixity_scheduler;
grant insert on scheduler.scans to fixity_scanner;              -- a scan that goes on where a dead one stopped

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
