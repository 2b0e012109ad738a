-- What the scanner keeps between the batches of a scan, so that any replica can go on exactly where another died.

-- The trace of the request that asked for the scan (W3C): the scanner's spans belong to it.
alter table scheduler.scans add column traceparent text;

-- Counts committed batches. A commit whose answer was lost is recognized by it and not applied twice.
alter table scheduler.scan_segments add column batches bigint not null default 0;
grant update (batches) on scheduler.scan_segments to fixity_scanner;

-- The same fault of the same path may be met again after a resume; it counts once.
create unique index scan_errors_once on scanner.scan_errors (scan_id, path, kind);

-- Of a file that disappeared: the one that it appeared as, when the scan closes.
alter table scanner.scan_candidates add column moved_to bigint;

-- Which unchanged files a scan re-reads: those at or below this place in the order (verified_at, hash of id and scan).
-- Chosen once a scan, or each resume would choose as many again.
create table scanner.scan_verifications (
    scan_id    bigint primary key,
    due_until  timestamptz,            -- null: none
    due_hash   bigint,
    files_due  bigint not null
);

grant select, insert, delete on scanner.scan_verifications to fixity_scanner;
grant select on scanner.scan_verifications to fixity_scheduler, fixity_alert, fixity_query;
