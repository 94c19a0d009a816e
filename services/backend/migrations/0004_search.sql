-- Postgres' parser takes an address, a number or a path for one word, and lowers letters by
-- the cluster's locale, not by the database's collation. People search for parts, and in any
-- language: words are runs of letters and digits, in lower case. `task::list` asks for the same.
alter table taskflow.tasks drop column search;
alter table taskflow.tasks add column search tsvector not null generated always as (
    to_tsvector('simple', lower(regexp_replace(title || ' ' || description, '[^[:alnum:]]+', ' ', 'g')))
) stored;
create index tasks_by_text on taskflow.tasks using gin (search);
