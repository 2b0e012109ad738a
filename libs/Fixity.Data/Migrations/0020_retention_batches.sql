-- The batches of change events again, without a join: told little of what is in a partition (after a restore, or before
-- the statistics know of old rows), PostgreSQL compared each row of it with each row of the batch. That took minutes,
-- and for so long no alert was read, since those are read up to the oldest transaction that still writes.
create or replace function scheduler.purge_change_events(of_days integer, place integer, batch integer,
    out removed bigint, out bytes bigint, out next_place integer)
    language plpgsql security definer set search_path = pg_catalog
    -- The batch as a constant, which is looked up by hash and not from its beginning.
    set plan_cache_mode = force_custom_plan as $$
declare
    longest constant integer := scheduler.longest_retention(of_days);
    target record;
    chosen bigint[];
    part record;
begin
    removed := 0;
    bytes := 0;
    for target in
        select t.id, case
            when coalesce(t.retention_days, of_days) < longest
                then now() - make_interval(days => coalesce(t.retention_days, of_days))
            else date_trunc('month', (now() - make_interval(days => longest)) at time zone 'UTC') at time zone 'UTC'
            end as before
        from scheduler.targets t where t.id >= place order by t.id
    loop
        chosen := array(
            select e.id
            from scanner.change_events e left join alert.cursors c on c.source = 'change_events'
            where e.target_id = target.id and e.detected_at < target.before
                and (e.type not in ('corrupted', 'tampered') or e.acknowledged_at is not null)
                and (c.source is null or (e.transaction_id, e.id) <= (c.transaction_id, c.event_id))
            limit least(batch, 10000) - removed);

        with gone as (
            delete from scanner.change_events e
            where e.id = any (chosen) and e.target_id = target.id and e.detected_at < target.before
            returning pg_column_size(e.*) as size
        )
        select count(*) as rows, coalesce(sum(size), 0) as bytes into part from gone;
        removed := removed + part.rows;
        bytes := bytes + part.bytes;
        if removed >= least(batch, 10000) then
            next_place := target.id;
            return;
        end if;
    end loop;
end $$;
