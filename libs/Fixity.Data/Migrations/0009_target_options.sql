-- How a target is read, beyond where and when: Core.TargetOptions as JSON. What is left out takes the default.
alter table scheduler.targets
    add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object');

alter table scheduler.scans
    add column files_tampered bigint not null default 0,
    add column files_excluded bigint not null default 0;   -- left out by the target's patterns

grant update (files_tampered, files_excluded) on scheduler.scans to fixity_scanner;
