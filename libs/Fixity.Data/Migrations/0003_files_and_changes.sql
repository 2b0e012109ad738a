-- What: the baseline of every file, and what was found to differ from it. Written by the scanner alone.

-- What the scanner knows of a target as a whole.
create table scanner.target_states (
    target_id          integer primary key,
    state              text not null default 'unknown' check (state in ('unknown', 'online', 'offline', 'degraded')),
    state_since        timestamptz not null default now(),
    state_reason       text,
    identity           text,              -- of the root at its first scan; null: not recorded yet
    identity_epoch     integer not null default 0,
    last_complete_scan bigint,            -- "last seen" of every present file is this scan's end
    files_present      bigint not null default 0,
    bytes_present      bigint not null default 0
);

create table scanner.files (
    id                 bigint generated always as identity,
    target_id          integer not null,
    path               text collate "C" not null check (path <> '' and left(path, 1) <> '/'), -- escaped, Core.FilePath
    size               bigint not null check (size >= 0),          -- bytes
    mtime_ns           bigint not null,                            -- nanoseconds since 1970, never a timestamp
    ctime_ns           bigint,
    file_id            bigint,                                     -- inode number, bit for bit
    mode               integer,
    uid                bigint,
    gid                bigint,
    algorithm          smallint,                                   -- Core.ChecksumAlgorithm
    checksum           bytea,                                      -- null: never read to its end
    state              smallint not null check (state between 1 and 4), -- Core.FileState: 1 present 2 deleted 3 corrupted 4 unreadable
    state_since        timestamptz not null default now(),
    first_seen_at      timestamptz not null default now(),
    first_scan_id      bigint not null,
    verified_at        timestamptz,                                -- when the content was last read and equal
    observed_checksum  bytea,                                      -- what a corrupted file holds now, same algorithm
    primary key (target_id, path),
    check ((checksum is null) = (algorithm is null))
);

create unique index files_id on scanner.files (id);
-- The oldest verification first: chooses what a scan re-reads. Deleted files are not in it.
create index files_by_verification on scanner.files (target_id, verified_at) where state <> 2;
-- The few that need somebody.
create index files_by_state on scanner.files (target_id, state, path) where state in (3, 4);

-- Folders that could not be listed to their end: files below them are unknown, neither present nor deleted.
create table scanner.unknown_ranges (
    target_id  integer not null,
    prefix     text collate "C" not null,         -- 'dir/', or '' for the whole target
    scan_id    bigint not null,
    since      timestamptz not null default now(),
    cause      text not null,
    primary key (target_id, prefix)
);

-- Appearances and disappearances of a running scan. They become added, deleted or moved when the scan closes and both
-- sides are known; a first scan has none.
create table scanner.scan_candidates (
    scan_id  bigint not null,
    file_id  bigint not null,
    kind     text not null check (kind in ('appeared', 'disappeared')),
    primary key (scan_id, kind, file_id)
);

create table scanner.scan_errors (
    id           bigint generated always as identity primary key,
    scan_id      bigint not null,
    path         text collate "C" not null,
    kind         text not null,                   -- directory_unreadable file_unreadable unstable timeout skipped ...
    message      text not null,
    occurred_at  timestamptz not null default now()
);

create index scan_errors_by_scan on scanner.scan_errors (scan_id, id);

-- Append-only evidence. transaction_id lets a reader take events in commit order without losing a late committer:
-- read what is below pg_snapshot_xmin(pg_current_snapshot()), ordered by (transaction_id, id).
create table scanner.change_events (
    id                 bigint generated always as identity,
    detected_at        timestamptz not null default now(),
    transaction_id     xid8 not null default pg_current_xact_id(),
    scan_id            bigint,                    -- null: a person's act
    target_id          integer not null,
    file_id            bigint not null,
    path               text collate "C" not null,
    previous_path      text collate "C",          -- moved: where it was
    type               text not null check (type in ('added', 'deleted', 'modified', 'moved', 'attributes',
                                                     'corrupted', 'restored', 'verified', 'accepted')),
    old_size           bigint,
    new_size           bigint,
    old_mtime_ns       bigint,
    new_mtime_ns       bigint,
    algorithm          smallint,
    old_checksum       bytea,                     -- corrupted: the expected one
    new_checksum       bytea,                     -- corrupted: the actual one
    acknowledged_at    timestamptz,
    acknowledged_by    text,
    acknowledge_reason text,
    primary key (detected_at, id)
) partition by range (detected_at);

create table scanner.change_events_default partition of scanner.change_events default;

create index change_events_by_id on scanner.change_events (id);
create index change_events_by_target on scanner.change_events (target_id, id desc);
create index change_events_by_scan on scanner.change_events (scan_id, id);
create index change_events_by_file on scanner.change_events (file_id, id);
-- The few that somebody must see, however many others there are.
create index change_events_corrupted on scanner.change_events (id) where type = 'corrupted';
create index change_events_in_commit_order on scanner.change_events (transaction_id, id);

-- Makes the partitions of a month and the next ones; called by every scan before it writes. Idempotent.
-- One that cannot be made now only warns: its rows go to the default partition, and nothing stops or is lost.
create function scanner.ensure_change_partitions(first_month date, months integer) returns void
    language plpgsql security definer set search_path = pg_catalog set lock_timeout = '1s' as $$
declare
    month_start date;
begin
    for i in 0 .. months - 1 loop
        month_start := (date_trunc('month', first_month) + make_interval(months => i))::date;
        if to_regclass(format('scanner.change_events_%s', to_char(month_start, 'YYYY_MM'))) is null then
            begin
                perform pg_advisory_xact_lock(hashtext('scanner.ensure_change_partitions'));
                execute format(
                    'create table if not exists scanner.%I partition of scanner.change_events '
                        'for values from (%L) to (%L)',
                    'change_events_' || to_char(month_start, 'YYYY_MM'),
                    month_start::timestamp at time zone 'UTC',
                    (month_start + interval '1 month') at time zone 'UTC');
            exception when lock_not_available or check_violation then
                raise warning 'no partition of scanner.change_events for %: %', month_start, sqlerrm;
            end;
        end if;
    end loop;
end $$;

revoke all on function scanner.ensure_change_partitions(date, integer) from public;

-- What happened to a whole scan or target, for alerts: one row, whatever the number of files.
create table scanner.target_events (
    id              bigint generated always as identity primary key,
    transaction_id  xid8 not null default pg_current_xact_id(),
    occurred_at     timestamptz not null default now(),
    target_id       integer not null,
    scan_id         bigint,
    type            text not null check (type in ('scan.completed', 'scan.partial', 'scan.failed', 'target.offline',
                                                  'target.online', 'large_change.detected', 'verification.stale')),
    details         jsonb not null default '{}'
);

create index target_events_in_commit_order on scanner.target_events (transaction_id, id);

grant select, insert, update, delete on
    scanner.target_states, scanner.files, scanner.unknown_ranges, scanner.scan_candidates, scanner.scan_errors
    to fixity_scanner;
-- Evidence: it may be acknowledged, never edited or deleted by the service.
grant select, insert, update (acknowledged_at, acknowledged_by, acknowledge_reason) on scanner.change_events
    to fixity_scanner;
grant select, insert on scanner.target_events to fixity_scanner;
grant execute on function scanner.ensure_change_partitions(date, integer) to fixity_scanner;
grant select on
    scanner.target_states, scanner.files, scanner.unknown_ranges, scanner.scan_candidates, scanner.scan_errors,
    scanner.change_events, scanner.target_events
    to fixity_scheduler, fixity_alert, fixity_query;
