-- Damage is known by its content, wherever it turns up: few rows have any.
create index files_by_damage on scanner.files (target_id, observed_checksum) where observed_checksum is not null;

-- The 64 KiB groups of what a damaged file was seen to hold: its map from then on, should a person accept just that.
create table scanner.observed_groups (
    file_id   bigint primary key references scanner.files (id) on delete cascade,
    checksum  bytea not null,             -- of the content that the groups are of
    groups    bytea not null
);

grant select, insert, update, delete on scanner.observed_groups to fixity_scanner;

-- Among files_present and bytes_present: what appeared in scans that broke off. Whether it is new or moved says the next
-- scan that looks everywhere; until then nobody is told of it, and it is not counted for people.
alter table scanner.target_states
    add column files_waiting bigint not null default 0,
    add column bytes_waiting bigint not null default 0;

-- What is listed and never opened: kind 'skipped', the type as message, the first thousand of a scan.
create index scan_errors_skipped on scanner.scan_errors (scan_id) where kind = 'skipped';
