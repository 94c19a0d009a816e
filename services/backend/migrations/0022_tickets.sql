-- A ticket is good for 30 seconds and works once. Nothing of it need outlive a crash of Postgres,
-- after which the table is empty: no used one comes back, and who has one that was not used asks
-- for another. So whoever opens a socket with one does not wait for the disk.
alter table taskflow.tickets set unlogged;
