-- The API token by which a run asked. In an event's hash it follows the run, after a blank; without
-- one the hash is what it was before.
alter table taskflow.events add column token_id uuid;
