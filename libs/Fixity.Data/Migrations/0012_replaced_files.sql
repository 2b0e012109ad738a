-- A file that moved onto the path of a deleted one takes its row's place. Events and links name the row that went by its
-- id: what is asked of it is answered by the file that is there, until that one moves on.
create table scanner.replaced_files (
    id       bigint primary key,     -- no row of scanner.files has it any more
    file_id  bigint not null         -- of scanner.files
);

create index replaced_files_by_file on scanner.replaced_files (file_id);

grant select, insert, update, delete on scanner.replaced_files to fixity_scanner;
grant select on scanner.replaced_files to fixity_scheduler, fixity_alert, fixity_query;
