-- Who is told what, in which form, and how often. Written by the alert service alone.

alter table alert.webhooks
    add column channel text not null default 'http' check (channel in ('http', 'smtp', 'syslog')),
    add column format text not null default 'fixity' check (format in
        ('fixity', 'slack', 'teams', 'discord', 'ntfy', 'pagerduty', 'alertmanager', 'template', 'mail', 'syslog')),
    add column template text,
    -- Those that were there before are told of each event, as they always were; new ones are told in digests.
    add column mode text not null default 'each' check (mode in ('each', 'batch', 'digest')),
    add column min_severity text not null default 'info' check (min_severity in ('info', 'low', 'medium', 'high', 'critical')),
    add column target_ids integer[] not null default '{}',   -- empty: all
    add column paths text[] not null default '{}',           -- patterns in gitignore syntax; empty: all
    add column mail jsonb,                                    -- from, to, security: of channel smtp
    add column header_names text[] not null default '{}',     -- shown; the values are in sealed_headers
    add column sealed_headers bytea,                          -- AES-256-GCM over their JSON; null: none
    add column user_name text,                                -- of channel smtp
    add column sealed_password bytea,                         -- AES-256-GCM, never returned
    add column disabled_at timestamptz,                       -- by the service itself, and why:
    add column disabled_reason text;
alter table alert.webhooks alter column mode set default 'digest';

alter table alert.webhook_deliveries
    -- Their order within one webhook and target is kept; null: about no target, in no order.
    add column target_id integer,
    add column sequence bigint generated always as identity,
    add column kind text not null default 'event' check (kind in ('event', 'batch', 'digest', 'test')),
    add column scan_id bigint,
    add column event_count bigint not null default 1,
    add column severity text not null default 'info',
    add column title text,                                    -- one line, for people
    add column content_type text not null default 'application/json',
    add column request_headers jsonb,                         -- that the format asks for: names and values
    add column first_event_at timestamptz,
    add column failure text,                                  -- word: blocked, refused, gone, gave_up
    add column folded jsonb;                                  -- what it sums up of those that were too many to wait

-- The next one of a webhook and target waits for the one before it.
create index webhook_deliveries_in_order on alert.webhook_deliveries (webhook_id, target_id, sequence)
    where status = 'pending';

-- What was tried: the last fifty of a webhook.
create table alert.delivery_attempts (
    id               bigint generated always as identity primary key,
    webhook_id       integer not null references alert.webhooks (id) on delete cascade,
    delivery_id      uuid not null references alert.webhook_deliveries (id) on delete cascade,
    attempt          integer not null,
    started_at       timestamptz not null,
    duration_ms      integer not null,
    outcome          text not null check (outcome in ('delivered', 'retrying', 'failed', 'blocked')),
    response_status  integer,
    response_body    text,                                     -- its first 2 KiB
    error            text
);
create index delivery_attempts_by_webhook on alert.delivery_attempts (webhook_id, id desc);
create index delivery_attempts_by_delivery on alert.delivery_attempts (delivery_id, id);

-- Events that wait for the rest of their batch or digest, already judged (muted, severity) and counted.
create table alert.gatherings (
    id              bigint generated always as identity primary key,
    webhook_id      integer not null references alert.webhooks (id) on delete cascade,
    mode            text not null check (mode in ('batch', 'digest')),
    target_id       integer,
    scan_id         bigint,
    opened_at       timestamptz not null default now(),
    due_at          timestamptz not null,                      -- or earlier: when its scan has ended, and
    closing_after   xid8,                                      -- both streams were matched up to this transaction
    counts          jsonb not null default '{}',               -- event type -> number
    severity        text not null,                             -- the highest
    events          jsonb not null default '[]',               -- of a batch all (<= 500), of a digest the worst ten
    event_count     bigint not null default 0,
    first_event_at  timestamptz not null,
    last_event_at   timestamptz not null,
    told_urgently   boolean not null default false,            -- an early word of a critical event went out
    unique nulls not distinct (webhook_id, mode, target_id, scan_id)
);
create index gatherings_by_target on alert.gatherings (target_id);

create table alert.mutes (
    id           integer generated always as identity primary key,
    target_id    integer,                                      -- null: all
    path         text,                                         -- pattern in gitignore syntax; null: all
    event        text,                                         -- 'file.deleted', 'file.*'; null: all
    until        timestamptz not null,
    reason       text not null check (char_length(reason) between 1 and 500),
    created_by   text not null,
    created_at   timestamptz not null default now(),
    suppressed   bigint not null default 0                     -- events that it kept quiet
);

create table alert.severities (
    target_id   integer not null,
    event       text not null,
    severity    text not null check (severity in ('info', 'low', 'medium', 'high', 'critical')),
    updated_by  text not null,
    updated_at  timestamptz not null default now(),
    primary key (target_id, event)
);

-- What was already told, so that it is not told again: a corruption nobody acknowledged, a target that is offline.
create table alert.standing (
    target_id  integer not null,
    subject    text not null,                                  -- 'file:17', 'storage', 'scan', 'verification'
    state      text not null,                                  -- the checksum that was told, 'offline', the reason
    since      timestamptz not null,
    primary key (target_id, subject)
);

grant select, insert, update, delete on alert.delivery_attempts, alert.gatherings, alert.mutes, alert.severities,
    alert.standing to fixity_alert;
grant select on alert.severities to fixity_query;
