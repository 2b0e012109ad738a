-- Segments are split while they run: a scanner with nothing to do asks for it here, and the owner alone answers, by
-- shortening its own segment and adding another in one transaction.
alter table scheduler.scan_segments add column split_wanted_at timestamptz; -- the database's clock; null: nobody asks

grant insert, update (range_to, split_wanted_at) on scheduler.scan_segments to fixity_scanner;
