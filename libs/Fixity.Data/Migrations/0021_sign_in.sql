-- Who signs in through an identity provider is known by what the provider calls them, and has no password here.
alter table gateway.users
    alter column password_hash drop not null,
    add column issuer  text check (char_length(issuer) between 1 and 2000),
    add column subject text check (char_length(subject) between 1 and 255),
    add constraint users_way_in check ((password_hash is null) = (subject is not null)
        and (issuer is null) = (subject is null));

create unique index users_by_subject on gateway.users (issuer, subject);

-- A name for a session that may be told to whom it belongs: its token's hash is nobody's business.
alter table gateway.sessions
    add column id         bigint generated always as identity unique,
    add column user_agent text check (char_length(user_agent) <= 300);

-- Of a user: it can do no more than that user, and goes with him. Without one it stands for itself.
alter table gateway.api_tokens
    add column user_id integer references gateway.users (id) on delete cascade,
    add column targets integer[] check (cardinality(targets) between 1 and 100);   -- null: every target

create index api_tokens_by_user on gateway.api_tokens (user_id) where user_id is not null;

-- Answers of the identity provider that were taken, by the hash of their state, for as long as they could come again.
create table gateway.spent_states (
    state_hash  bytea primary key check (octet_length(state_hash) = 32),
    expires_at  timestamptz not null
);

create index spent_states_by_end on gateway.spent_states (expires_at);

grant select, insert, delete on gateway.spent_states to fixity_gateway;

-- The gateway tells whoever confines a token to a target whether there is such a target.
grant select (id, deleted_at) on scheduler.targets to fixity_gateway;
