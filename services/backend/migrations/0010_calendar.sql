-- A token for calendar programs, which keep the address with the token in it: it opens the feed
-- and nothing else.
alter table taskflow.api_tokens
    drop constraint api_tokens_scope_check,
    add constraint api_tokens_scope_check check (scope in ('read', 'write', 'calendar'));
