-- How storages are reached that need more than a path, and what they are told to let the scanner in.

-- Core.TargetConnection as JSON: never a secret.
alter table scheduler.targets
    add column connection jsonb not null default '{}' check (jsonb_typeof(connection) = 'object');

-- A row where a target has credentials. One of the two: a reference that the scanner follows, or the secret itself,
-- sealed (ServiceDefaults.SecretBox) for the place `target:<id>:credentials`, a JSON object of Core.StorageCredentials.
create table scheduler.target_credentials (
    target_id   integer primary key references scheduler.targets (id) on delete cascade,
    reference   text,
    sealed      bytea,
    who         text,                                    -- the user or access key, to be shown
    version     bigint not null default 1,               -- counts up with each change
    updated_at  timestamptz not null default now(),
    updated_by  text,
    check ((reference is null) <> (sealed is null))
);

grant select, insert, update, delete on scheduler.target_credentials to fixity_scheduler;
grant select on scheduler.target_credentials to fixity_scanner;
grant select (target_id, reference, who, updated_at, updated_by) on scheduler.target_credentials to fixity_query;

-- "Test connection": asked by the scheduler, answered by whichever scanner is first (it is the one that must reach the
-- storage). Credentials are sealed for the place `probe:<id>:credentials`. Rows go after an hour.
create table scheduler.probes (
    id            bigint generated always as identity primary key,
    target_id     integer references scheduler.targets (id),  -- null: settings that are not saved yet
    type          text not null,
    root          text not null,
    connection    jsonb not null,
    reference     text,
    sealed        bytea,
    requested_at  timestamptz not null default now(),
    requested_by  text
);

create table scanner.probe_answers (
    probe_id      bigint primary key,
    taken_at      timestamptz not null default now(),
    taken_by      text not null,
    answered_at   timestamptz,                            -- null: still at it
    verdict       text,                                   -- 'ok' or a word of Storage.StorageReasons
    message       text,                                   -- the same for people
    identity      text,
    details       jsonb
);

grant select, insert, update, delete on scheduler.probes to fixity_scheduler;
grant select on scheduler.probes to fixity_scanner;
grant select, insert, update, delete on scanner.probe_answers to fixity_scanner;
grant select on scanner.probe_answers to fixity_scheduler;

-- A storage that let nobody in: no scan tries the same credentials again by itself (accounts get locked).
alter table scanner.target_states
    drop constraint target_states_state_check,
    add constraint target_states_state_check
        check (state in ('unknown', 'online', 'offline', 'degraded', 'denied')),
    add column refused_credentials bigint;                -- a stamp of the login that was refused
