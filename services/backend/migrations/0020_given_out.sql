-- How far the events go that a claim has given out. If nobody tells what became of them before
-- there is another claim, nobody knows it.
alter table taskflow.webhooks add column claimed_to bigint;
