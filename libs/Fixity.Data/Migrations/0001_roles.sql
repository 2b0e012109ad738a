-- One role a service, with just the grants it needs. Roles belong to the server, not to the database, so another
-- database of the same server may have made them already, or be making them this moment.
do $$
declare
    role_name text;
begin
    foreach role_name in array array[
        'fixity_scheduler', 'fixity_scanner', 'fixity_alert', 'fixity_query', 'fixity_gateway']
    loop
        begin
            execute format('create role %I nologin', role_name);
        exception
            when duplicate_object or unique_violation then null;
        end;
        -- The login that migrates is the one that the services use until each has a login of its own.
        execute format('grant %I to current_user', role_name);
    end loop;
end $$;

create schema scheduler;
create schema scanner;
create schema alert;
create schema gateway;

grant usage on schema scheduler to fixity_scheduler, fixity_scanner, fixity_alert, fixity_query;
grant usage on schema scanner to fixity_scheduler, fixity_scanner, fixity_alert, fixity_query;
grant usage on schema alert to fixity_alert, fixity_query;
grant usage on schema gateway to fixity_gateway;
