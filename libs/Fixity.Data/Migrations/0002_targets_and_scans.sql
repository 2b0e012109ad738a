-- When: what is watched, and the scans asked for. The scheduler writes targets and inserts scans; from then on each
-- column of a scan has one writer (grants at the end): the scheduler says what it wants in `control`, the scanner moves
-- everything else.
create table scheduler.targets (
    id                    integer generated always as identity primary key,
    name                  text not null check (char_length(name) between 1 and 100),
    type                  text not null check (type in ('local', 'nfs', 'smb', 's3', 'docker', 'agent')),
    root                  text not null check (root <> ''),          -- absolute path for local and nfs
    enabled               boolean not null default true,
    schedule              text,                                      -- five-field cron; null: by hand only
    time_zone             text not null default 'UTC',               -- IANA name; the schedule is read in it
    checksum_algorithm    smallint not null default 1 check (checksum_algorithm between 1 and 3), -- Core.ChecksumAlgorithm
    workers               integer check (workers between 1 and 64),  -- null: chosen by the scanner
    sample_percent        double precision not null default 1 check (sample_percent between 0 and 100),
    verify_within_days    integer not null default 90 check (verify_within_days between 1 and 3650),
    batch_size            integer not null default 1000 check (batch_size between 1 and 10000),
    large_change_count    bigint default 1000 check (large_change_count > 0),
    large_change_percent  double precision default 5 check (large_change_percent > 0 and large_change_percent <= 100),
    large_change_bytes    bigint default 107374182400 check (large_change_bytes > 0),
    -- Counts up when an administrator says that another root is the right one now: the scanner then records it anew.
    identity_epoch        integer not null default 0,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),
    deleted_at            timestamptz                                -- its history stays readable until retention
);

create unique index targets_name on scheduler.targets (lower(name)) where deleted_at is null;

create table scheduler.scans (
    id                   bigint generated always as identity primary key,
    target_id            integer not null references scheduler.targets (id),
    trigger              text not null check (trigger in ('schedule', 'manual', 'first', 'catch-up')),
    mode                 text not null default 'incremental' check (mode in ('incremental', 'full')), -- full: every file is verified
    requested_at         timestamptz not null default now(),
    requested_by         text,
    control              text check (control in ('pause', 'cancel')),  -- what the scheduler wants of it; null: go on
    resumed_from         bigint references scheduler.scans (id),
    status               text not null default 'queued'
                         check (status in ('queued', 'running', 'paused', 'completed', 'partial', 'failed', 'cancelled')),
    reason               text,            -- a stable word when it is not completed: storage_identity_missing, ...
    message              text,            -- the same for people
    started_at           timestamptz,
    ended_at             timestamptz,
    updated_at           timestamptz,     -- last committed batch
    is_baseline          boolean not null default false,  -- the first of its target: files are recorded, not reported
    files_before         bigint,          -- present files in the baseline when it started
    bytes_before         bigint,
    current_path         text collate "C",
    files_seen           bigint not null default 0,
    bytes_seen           bigint not null default 0,
    files_hashed         bigint not null default 0,
    bytes_hashed         bigint not null default 0,
    files_added          bigint not null default 0,
    files_deleted        bigint not null default 0,
    files_modified       bigint not null default 0,
    files_moved          bigint not null default 0,
    files_corrupted      bigint not null default 0,
    files_restored       bigint not null default 0,
    files_verified       bigint not null default 0,
    files_unreadable     bigint not null default 0,
    files_unstable       bigint not null default 0,
    files_skipped        bigint not null default 0,
    files_unknown        bigint not null default 0,
    errors_count         bigint not null default 0,
    large_change         boolean not null default false,
    large_change_reason  text,
    check ((status in ('completed', 'partial', 'failed', 'cancelled')) = (ended_at is not null))
);

-- "One active scan a target" is a rule of the data: two concurrent requests cannot both win.
create unique index scans_one_active on scheduler.scans (target_id) where status in ('queued', 'running', 'paused');
create index scans_by_target on scheduler.scans (target_id, id desc);

-- A scan is split into half-open ranges of path order. Each is leased, checkpointed and resumed on its own.
create table scheduler.scan_segments (
    scan_id        bigint not null references scheduler.scans (id) on delete cascade,
    ordinal        integer not null check (ordinal >= 0),
    range_from     text collate "C" not null default '',   -- inclusive
    range_to       text collate "C",                       -- exclusive; null: to the end
    status         text not null default 'queued'
                   check (status in ('queued', 'running', 'paused', 'completed', 'partial', 'failed', 'cancelled')),
    checkpoint     text collate "C",                       -- all up to and including this path is committed
    lease_owner    text,
    lease_until    timestamptz,                            -- the database's clock; past it, anybody may take over
    fencing_token  bigint not null default 0,              -- counts up with each claim; every write names it
    attempt        integer not null default 0,
    primary key (scan_id, ordinal),
    check ((status = 'running') = (lease_until is not null))
);

-- Serves the claim alone; tiny, because finished segments are not in it.
create index scan_segments_claimable on scheduler.scan_segments (scan_id, ordinal)
    where status in ('queued', 'running', 'paused');

create table scheduler.settings (
    key         text primary key,
    value       jsonb not null,
    updated_at  timestamptz not null default now(),
    updated_by  text
);

grant select, insert, update on scheduler.targets to fixity_scheduler;
grant select on scheduler.targets to fixity_scanner, fixity_alert, fixity_query;
grant select on scheduler.scans, scheduler.scan_segments to fixity_scheduler, fixity_scanner, fixity_alert, fixity_query;
grant insert, update (control) on scheduler.scans to fixity_scheduler;
grant insert on scheduler.scan_segments to fixity_scheduler;
grant update (
    status, reason, message, started_at, ended_at, updated_at, is_baseline, files_before, bytes_before, current_path,
    files_seen, bytes_seen, files_hashed, bytes_hashed, files_added, files_deleted, files_modified, files_moved,
    files_corrupted, files_restored, files_verified, files_unreadable, files_unstable, files_skipped, files_unknown,
    errors_count, large_change, large_change_reason) on scheduler.scans to fixity_scanner;
grant update (status, checkpoint, lease_owner, lease_until, fencing_token, attempt)
    on scheduler.scan_segments to fixity_scanner;
grant select, insert, update, delete on scheduler.settings to fixity_scheduler;
grant select on scheduler.settings to fixity_scanner, fixity_alert, fixity_query;
