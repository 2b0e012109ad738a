-- Change events by year instead of by month. PostgreSQL plans and locks each partition with all its indexes: of ten years of
-- months that was a tenth of a second for each list, and a few dozen readers at once filled the table of locks. Months that
-- are there stay as they are, and so does the rest of a year that has begun with months.
create or replace function scanner.ensure_change_partitions(first_month date, months integer) returns void
    language plpgsql security definer set search_path = pg_catalog set lock_timeout = '1s' as $$
declare
    month_start date;
    first date;
    following date;
    part text;
begin
    for i in 0 .. months - 1 loop
        month_start := (date_trunc('month', first_month) + make_interval(months => i))::date;
        if exists (
            select from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'scanner.change_events'::regclass
                and c.relname ~ to_char(month_start, '"^change_events_"YYYY"_[0-9]{2}$"'))
        then
            first := month_start;
            following := first + interval '1 month';
            part := to_char(first, '"change_events_"YYYY_MM');
        else
            first := date_trunc('year', month_start);
            following := first + interval '1 year';
            part := to_char(first, '"change_events_"YYYY');
        end if;
        if to_regclass(format('scanner.%I', part)) is null then
            begin
                perform pg_advisory_xact_lock(hashtext('scanner.ensure_change_partitions'));
                execute format(
                    'create table if not exists scanner.%I partition of scanner.change_events for values from (%L) to (%L)',
                    part, first::timestamp at time zone 'UTC', following::timestamp at time zone 'UTC');
            exception when lock_not_available or check_violation or invalid_object_definition then
                raise warning 'no partition of scanner.change_events for %: %', month_start, sqlerrm;
            end;
        end if;
    end loop;
end $$;

-- Of years too. What is past its time within a year goes by batches, month by month.
create or replace function scheduler.past_change_partitions(of_days integer) returns setof text
    language sql stable security definer set search_path = pg_catalog as $$
    select part.name
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    cross join lateral (select c.relname::text as name) part
    cross join lateral (
        select case
            when part.name ~ '^change_events_\d{4}_\d{2}$' then to_date(right(part.name, 7), 'YYYY_MM') + interval '1 month'
            when part.name ~ '^change_events_\d{4}$' then to_date(right(part.name, 4), 'YYYY') + interval '1 year'
        end as following
    ) ends
    where i.inhparent = 'scanner.change_events'::regclass
        and ends.following at time zone 'UTC' <= now() - make_interval(days => scheduler.longest_retention(of_days))
    order by ends.following
$$;
