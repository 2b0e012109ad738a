-- Sums that would have to be counted over every row each time somebody looks. Written by the scanner, beside its scans.

-- What lies below each folder that has files, at any depth. Only rows that differ are written, after each scan.
create table scanner.folders (
    target_id           integer not null,
    parent              text collate "C" not null,  -- '' at the top
    name                text collate "C" not null,  -- ''  (and no parent): the root itself
    files               bigint not null,            -- there when last looked at: neither deleted nor left out by patterns
    bytes               bigint not null,
    corrupted           bigint not null,
    tampered            bigint not null,
    unreadable          bigint not null,
    never_verified      bigint not null,
    oldest_verified_at  timestamptz,
    deleted             bigint not null,
    excluded            bigint not null,
    changed             bigint not null,            -- events of the 30 days before scanner.rollups.as_of
    primary key (target_id, parent, name)
);

-- When the files of a target were last verified: how many in which hour, by state. Ages come of it at any later time.
create table scanner.verification_tallies (
    target_id  integer not null,
    hour       timestamptz not null,                -- its beginning; -infinity: never
    state      smallint not null,                   -- Core.FileState
    files      bigint not null,
    bytes      bigint not null,
    primary key (target_id, hour, state)
);

-- How far the two tables above are brought up to date, target by target; no row: not yet.
create table scanner.rollups (
    target_id     integer primary key,
    as_of         timestamptz,                      -- null: not yet; it knows all that was committed then
    scan_id       bigint,                           -- the last of the ended scans that it knows
    took          interval,
    acts          bigint not null default 0,        -- of people, each of which changed a file,
    acts_counted  bigint not null default 0         -- and how many of them it knows
);

-- Change events by target, quarter of an hour and type, for a bit over a year: a quarter, because there are time zones
-- whose days begin at one. What is not counted yet is behind the cursor, in commit order.
create table scanner.change_tallies (
    target_id  integer not null,
    slot       timestamptz not null,
    type       text not null,
    events     bigint not null,
    primary key (slot, target_id, type)
);

create table scanner.change_tally_cursor (
    one             boolean primary key default true check (one),
    transaction_id  xid8 not null,
    event_id        bigint not null
);

-- In one statement: what is below the horizon is counted, what is not is behind the cursor.
with horizon as materialized (
    select pg_snapshot_xmin(pg_current_snapshot()) as transaction_id
), tallied as (
    insert into scanner.change_tallies (target_id, slot, type, events)
    select c.target_id, date_bin('15 minutes', c.detected_at, '2000-01-01Z'), c.type, count(*)
    from scanner.change_events c cross join horizon h
    where c.transaction_id < h.transaction_id and c.detected_at >= now() - interval '400 days'
    group by 1, 2, 3
)
insert into scanner.change_tally_cursor (transaction_id, event_id) select transaction_id, 0 from horizon;

-- Damage that nobody has looked at: few, however much was found in ten years.
create index change_events_unacknowledged on scanner.change_events (target_id)
    where type in ('corrupted', 'tampered') and acknowledged_at is null;

grant select, insert, update, delete on
    scanner.folders, scanner.verification_tallies, scanner.rollups, scanner.change_tallies, scanner.change_tally_cursor
    to fixity_scanner;
grant select on
    scanner.folders, scanner.verification_tallies, scanner.rollups, scanner.change_tallies, scanner.change_tally_cursor
    to fixity_query;
