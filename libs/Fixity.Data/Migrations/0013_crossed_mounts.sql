-- File systems mounted below a target's root that its baseline was taken of too. One that is missing, or another in its
-- place, makes its files unknown. Those of a lower epoch than the target's are void: a person said that the storage is new.
create table scanner.crossed_mounts (
    target_id       integer not null,
    path            text collate "C" not null,  -- 'dir/', or of the one file that something is mounted over
    identity        text,                       -- as the root's; null: it lies over files, and nobody said that it may
    identity_epoch  integer not null,           -- scheduler.targets.identity_epoch under which it was recorded
    recorded_at     timestamptz not null default now(),
    primary key (target_id, path)
);

grant select, insert, update, delete on scanner.crossed_mounts to fixity_scanner;
grant select on scanner.crossed_mounts to fixity_scheduler, fixity_alert, fixity_query;
