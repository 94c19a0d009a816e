-- What was put off by a clock that ran ahead waits for hours. A lease is short, so what is taken on in
-- time is not written into this index.
drop index taskflow.agenda_put_off;
create index agenda_put_off on taskflow.agenda (wake_at)
    where wake_at < 'infinity' and wake_at - due_at > interval '2 hours';
