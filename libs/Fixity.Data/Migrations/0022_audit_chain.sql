-- The audit log as a chain: each entry's hash covers the entry and the hash before it, so that a change, a gap, another
-- order or a lost end is found by whoever reads it from the beginning. Nobody but the trigger below writes a hash.

alter table gateway.audit_log
    add column correlation_id text,          -- trace id of the request: also in logs, traces and problem answers
    add column hash bytea check (octet_length(hash) = 32);

-- Numbers come from the chain from now on: without a gap, and in the order of the chain.
alter table gateway.audit_log alter column id drop identity;

create index audit_log_by_actor on gateway.audit_log (actor, id);
create index audit_log_by_action on gateway.audit_log (action, id);
create index audit_log_by_object on gateway.audit_log (object, id);
create index audit_log_by_time on gateway.audit_log (at);

-- Both ends of the chain, one row. Kept beside the entries, so that a tail that was cut off is missed.
create table gateway.audit_chain (
    only_one     boolean primary key default true check (only_one),
    base_id      bigint not null default 0,  -- the last entry that retention removed; 0: none
    base_hash    bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(base_hash) = 32),
    last_id      bigint not null default 0,
    last_hash    bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(last_hash) = 32),
    chained_from bigint not null default 1   -- older entries were numbered with gaps
);

-- A value as its length in bytes, a colon, its UTF-8 and a comma, so that no two rows have one text; null as a dash.
create function gateway.audit_field(field text) returns text
    language sql immutable set search_path = pg_catalog as $$
    select coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field || ',', '-,')
$$;

-- Microseconds since 1970 for the time, and details as PostgreSQL prints jsonb. The gateway works out the same by itself.
create function gateway.audit_hash(previous bytea, entry gateway.audit_log) returns bytea
    language sql immutable set search_path = pg_catalog as $$
    select sha256(previous || convert_to(
        gateway.audit_field(entry.id::text)
        || gateway.audit_field((extract(epoch from entry.at) * 1000000)::bigint::text)
        || gateway.audit_field(entry.actor)
        || gateway.audit_field(entry.action)
        || gateway.audit_field(entry.object)
        || gateway.audit_field(entry.details::text)
        || gateway.audit_field(entry.address)
        || gateway.audit_field(entry.correlation_id), 'UTF8'))
$$;

-- One entry after the other: the lock on the chain's row lasts as long as the transaction that appends.
create function gateway.chain_audit_entry() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    chain gateway.audit_chain;
begin
    select c.* into strict chain from gateway.audit_chain c for update;
    new.id := chain.last_id + 1;
    new.hash := gateway.audit_hash(chain.last_hash, new);
    update gateway.audit_chain set last_id = new.id, last_hash = new.hash;
    return new;
end $$;

-- What is there already becomes the beginning of the chain.
insert into gateway.audit_chain default values;
do $$
declare
    entry gateway.audit_log;
    previous bytea := (select c.last_hash from gateway.audit_chain c);
    newest bigint := 0;
begin
    for entry in select a.* from gateway.audit_log a order by a.id loop
        previous := gateway.audit_hash(previous, entry);
        newest := entry.id;
        update gateway.audit_log a set hash = previous where a.id = entry.id;
    end loop;
    update gateway.audit_chain set last_id = newest, last_hash = previous, chained_from = newest + 1;
end $$;

alter table gateway.audit_log alter column hash set not null;

create trigger chain_audit_entry before insert on gateway.audit_log
    for each row execute function gateway.chain_audit_entry();

-- As in 0017, and the chain's beginning moves along: the first entry that is left names the hash that is kept here.
create or replace function scheduler.purge_audit(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    before constant timestamptz := now() - make_interval(days => greatest(of_days, 30));
    first_kept bigint;
begin
    perform from gateway.audit_chain for update;
    first_kept := coalesce(
        (select a.id from gateway.audit_log a where a.at >= before order by a.id limit 1),
        (select max(a.id) from gateway.audit_log a));
    with gone as (
        delete from gateway.audit_log a
        where a.id in (
            select o.id from gateway.audit_log o where o.id < first_kept order by o.id limit least(batch, 10000))
        returning a.id, a.hash, pg_column_size(a.*) as size
    ), moved as (
        update gateway.audit_chain c set base_id = l.id, base_hash = l.hash
        from (select g.id, g.hash from gone g order by g.id desc limit 1) l
    )
    select count(*), coalesce(sum(size), 0) into removed, bytes from gone;
    next_place := case when removed >= least(batch, 10000) then 0 end;
end $$;

revoke all on function gateway.audit_field(text), gateway.audit_hash(bytea, gateway.audit_log),
    gateway.chain_audit_entry() from public;
grant select on gateway.audit_chain to fixity_gateway;
