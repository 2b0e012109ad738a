-- How a row was damaged when it was deleted or left out by the patterns (3 corrupted, 5 tampered), beside what it held
-- then: the file that returns is as damaged as it left. Null: it was not.
alter table scanner.files add column damaged_as smallint;

update scanner.files f
set damaged_as = case
    when (
        select e.type from scanner.change_events e
        where e.file_id = f.id and e.type in ('corrupted', 'tampered')
        order by e.id desc limit 1) = 'tampered' then 5 else 3 end
where state = 6 and observed_checksum is not null;

alter table scanner.files add constraint files_damaged_as_check
    check (damaged_as is null or damaged_as in (3, 5) and state in (2, 6) and observed_checksum is not null);
