-- Indexes of the lists: whatever is filtered and sorted by, a page is found and not searched for.

-- Changes, by the time they were found. With the type before the time, each type of a target or of a scan is one range
-- that is in order already; a page of several types is put together of their first rows. What they replace goes last:
-- a dropped index locks out every reader until the migration ends, and that takes minutes over ten years of changes.
create index change_events_by_target_and_type on scanner.change_events (target_id, type, detected_at, id);
create index change_events_by_scan_and_type on scanner.change_events (scan_id, type, detected_at, id);
create index change_events_by_path on scanner.change_events (path);
create index change_events_by_previous_path on scanner.change_events (previous_path) where previous_path is not null;
create index change_events_acknowledged on scanner.change_events (detected_at, id) where acknowledged_at is not null;

-- Files, within a target.
create index files_by_size on scanner.files (target_id, size, id);
create index files_by_mtime on scanner.files (target_id, mtime_ns, id);
create index files_present_by_verification on scanner.files (target_id, verified_at, id) where state <> 2;
create index files_deleted_by_verification on scanner.files (target_id, verified_at, id) where state = 2;
create index files_deleted_by_path on scanner.files (target_id, path) where state = 2;

-- Scans. Nothing that a batch updates is in an index: such an update costs one row and no index entry.
create index scans_by_request on scheduler.scans (requested_at, id);
create index scans_by_target_and_request on scheduler.scans (target_id, requested_at, id);
create index scans_by_status on scheduler.scans (status, requested_at, id);
create index scans_by_start on scheduler.scans (started_at, id) where started_at is not null;
create index scans_by_duration on scheduler.scans ((ended_at - started_at), id)
    where started_at is not null and ended_at is not null;

-- Text anywhere in a path, by trigrams. The extension comes with every PostgreSQL distribution, but not every server has
-- it, and not everybody may make it: without it a search reads more and answers the same. Where it comes later, its
-- owner calls this function once. True: the indexes are there.
create function scanner.make_search_indexes() returns boolean
    language plpgsql set search_path = pg_catalog as $$
declare
    ops text;
begin
    begin
        create extension if not exists pg_trgm with schema public;
    exception when insufficient_privilege or undefined_file or feature_not_supported or invalid_schema_name then
        raise warning 'no index for searches in paths: %', sqlerrm;
    end;
    select format('%I.gin_trgm_ops', n.nspname) into ops
    from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace
    where o.opcname = 'gin_trgm_ops';
    if ops is null then
        return false;
    end if;
    -- What is new waits in a list, and is sorted in four megabytes at a time: a fifth of the price of doing so row by row.
    execute format('create index if not exists files_by_text on scanner.files using gin (path %s)', ops);
    execute format('create index if not exists change_events_by_text on scanner.change_events using gin (path %s)', ops);
    return true;
end $$;

revoke all on function scanner.make_search_indexes() from public;

select scanner.make_search_indexes();

drop index scanner.change_events_by_target, scanner.change_events_by_scan, scanner.files_by_verification;
