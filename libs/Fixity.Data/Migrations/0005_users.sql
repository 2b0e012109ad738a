-- The front door. Written by the gateway alone.
create table gateway.users (
    id             integer generated always as identity primary key,
    username       text not null check (char_length(username) between 1 and 100),
    password_hash  text not null,
    role           text not null check (role in ('viewer', 'operator', 'admin')),
    created_at     timestamptz not null default now(),
    last_login_at  timestamptz,
    disabled_at    timestamptz
);

create unique index users_username on gateway.users (lower(username));

create table gateway.sessions (
    token_hash    bytea primary key check (octet_length(token_hash) = 32),   -- SHA-256 of the cookie's token
    user_id       integer not null references gateway.users (id) on delete cascade,
    csrf_token    text not null,
    created_at    timestamptz not null default now(),
    last_seen_at  timestamptz not null default now(),
    expires_at    timestamptz not null,                                       -- absolute end, whatever the activity
    address       text
);

create index sessions_by_user on gateway.sessions (user_id);

create table gateway.api_tokens (
    id            integer generated always as identity primary key,
    name          text not null check (char_length(name) between 1 and 100),
    role          text not null check (role in ('viewer', 'operator', 'admin')),
    token_hash    bytea not null unique check (octet_length(token_hash) = 32),
    created_by    text not null,
    created_at    timestamptz not null default now(),
    expires_at    timestamptz,
    last_used_at  timestamptz,
    revoked_at    timestamptz
);

create table gateway.audit_log (
    id       bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    actor    text not null,
    action   text not null,
    object   text,
    details  jsonb not null default '{}',
    address  text
);

grant select, insert, update, delete on gateway.users, gateway.sessions, gateway.api_tokens to fixity_gateway;
-- Append-only: not even the gateway can rewrite it.
grant select, insert on gateway.audit_log to fixity_gateway;
