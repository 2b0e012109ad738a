-- Who is told. Written by the alert service alone.
create table alert.webhooks (
    id                     integer generated always as identity primary key,
    name                   text not null check (char_length(name) between 1 and 100),
    url                    text not null,
    enabled                boolean not null default true,
    event_includes         text[] not null default '{}',   -- empty: all; 'file.*' stands for all of a kind
    event_excludes         text[] not null default '{}',   -- wins over includes
    retry_attempts         integer not null default 3 check (retry_attempts between 1 and 20),
    retry_backoff_seconds  integer not null default 60 check (retry_backoff_seconds between 1 and 86400),
    timeout_seconds        integer not null default 30 check (timeout_seconds between 1 and 300),
    secret                 bytea not null,                 -- AES-256-GCM, never returned
    created_at             timestamptz not null default now(),
    -- What was committed before it is not sent; a time would not tell, an event has that of its transaction's start.
    created_snapshot       pg_snapshot not null default pg_current_snapshot(),
    updated_at             timestamptz not null default now()
);

create table alert.webhook_deliveries (
    id                uuid primary key,                    -- stable over attempts: a receiver can tell a duplicate
    webhook_id        integer not null references alert.webhooks (id) on delete cascade,
    event_key         text not null,                       -- 'change:17' or 'target:5': one delivery an event and webhook
    event_type        text not null,
    payload           text not null,                       -- exactly the bytes that are signed and sent
    status            text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
    attempt           integer not null default 0,
    next_attempt_at   timestamptz default now(),           -- null: no further attempt
    lease_until       timestamptz,                         -- a replica is sending it; past this, another may
    last_attempt_at   timestamptz,
    delivered_at      timestamptz,
    response_status   integer,
    response_body     text,                                -- its first 2 KiB
    error             text,
    created_at        timestamptz not null default now(),
    unique (webhook_id, event_key)
);

-- By webhook first: the backlog of a dead receiver must not be walked to find what is due for the others.
create index webhook_deliveries_due on alert.webhook_deliveries (webhook_id, next_attempt_at, id)
    where status = 'pending';
create index webhook_deliveries_by_webhook on alert.webhook_deliveries (webhook_id, created_at desc, id);

-- Up to where each stream of events has been matched with the webhooks.
create table alert.cursors (
    source          text primary key check (source in ('change_events', 'target_events')),
    transaction_id  xid8 not null,
    event_id        bigint not null
);

grant select, insert, update, delete on alert.webhooks, alert.webhook_deliveries, alert.cursors to fixity_alert;
grant select on alert.webhook_deliveries to fixity_query;
