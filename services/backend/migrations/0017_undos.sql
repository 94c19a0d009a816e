-- What was undone is asked with every page of the history. An import or a restore leaves a cause in
-- each of its events, of which there may be as many as there are events at all: only undos count.
drop index taskflow.events_by_undone;
create index events_of_undos on taskflow.events (user_id)
    where cause ->> 'kind' in ('undo', 'undo_run');
