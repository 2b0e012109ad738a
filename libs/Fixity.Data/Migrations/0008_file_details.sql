-- What the full engine keeps of a file, and what an event says beyond sizes and checksums.

alter table scanner.files
    add column links               bigint,    -- names of the inode
    add column acl_digest          bigint,    -- Core.ExtendedAttributes: null: never read, 0: it has none
    add column xattrs_digest       bigint,
    add column capabilities_digest bigint,
    add column previous_algorithm  smallint,  -- before the target's algorithm changed, of the same content
    add column previous_checksum   bytea,
    add column hangs               smallint not null default 0, -- reads in a row that gave no byte for too long
    add column retry_after         timestamptz,                 -- until then its content is left alone
    drop constraint files_state_check,
    -- 1 present 2 deleted 3 corrupted 4 unreadable 5 tampered 6 excluded (Core.FileState)
    add constraint files_state_check check (state between 1 and 6),
    add constraint files_previous_check check ((previous_checksum is null) = (previous_algorithm is null));

-- The few that need somebody, and what the patterns leave out.
drop index scanner.files_by_state;
create index files_by_state on scanner.files (target_id, state, path) where state in (3, 4, 5, 6);

-- 4 bytes for each 64 KiB of a file over 1 MiB: where it is damaged, when it is. Apart, because few rows have it and
-- none needs it until then.
create table scanner.file_groups (
    file_id  bigint primary key,
    groups   bytea not null
);

alter table scanner.change_events
    -- damage {bytes, ranges [[offset, length]], truncated}, attributes [{name, old, new}], observedCtimeNs, folder {from, to}
    add column details jsonb,
    drop constraint change_events_type_check,
    add constraint change_events_type_check check (type in (
        'added', 'deleted', 'modified', 'moved', 'attributes', 'corrupted', 'restored', 'verified', 'accepted', 'tampered',
        'touched'));

drop index scanner.change_events_corrupted;
create index change_events_damaged on scanner.change_events (id) where type in ('corrupted', 'tampered');

alter table scanner.target_states add column mtime_granularity_ns bigint;  -- of its storage, as probed; null: not yet

-- Which appearances are taken by a disappearance: looked up once for each of the others when a scan closes.
create index scan_candidates_by_destination on scanner.scan_candidates (scan_id, moved_to) where moved_to is not null;

-- Opens the transaction of a batch: the segment is ours (FX001 if not), the batch is not in the database yet (FX002 if
-- it is), and gives its time, which a COPY cannot ask for. One call, so that a batch which has nothing else to say is one round trip. A scanner that is stopped in the
-- middle of its transaction must not hold up the one that takes over.
create function scanner.begin_batch(of_scan bigint, of_segment integer, token bigint, committed bigint) returns timestamptz
    language plpgsql as $$
declare
    segment record;
begin
    perform set_config('idle_in_transaction_session_timeout', '30s', true);
    perform set_config('statement_timeout', '60s', true);
    select batches, status into segment from scheduler.scan_segments
    where scan_id = of_scan and ordinal = of_segment and fencing_token = token
    for update;
    if segment.batches = committed and segment.status = 'running' then
        return now();
    elsif segment.batches = committed + 1 then
        raise exception 'batch % of segment % of scan % is committed', committed, of_segment, of_scan using errcode = 'FX002';
    end if;
    raise exception 'segment % of scan % is not ours', of_segment, of_scan using errcode = 'FX001';
end $$;

revoke all on function scanner.begin_batch(bigint, integer, bigint, bigint) from public;

grant execute on function scanner.begin_batch(bigint, integer, bigint, bigint) to fixity_scanner;
grant select, insert, update, delete on scanner.file_groups to fixity_scanner;
grant select on scanner.file_groups to fixity_query;
