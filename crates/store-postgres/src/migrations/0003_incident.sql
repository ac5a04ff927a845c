-- What a question after an incident would otherwise look for among all rows, as on SQLite. Nothing is changed, so programs
-- of the layout before can go on.

-- A log by user: the events that may be about an account whose number they do not have.
CREATE INDEX event_unnamed ON sessionctl.event (id)
    WHERE user_id IS NULL AND (user_name IS NOT NULL OR session_id IS NOT NULL);
-- A log by action, or by the first word of actions. Most are rare.
CREATE INDEX event_action ON sessionctl.event (action COLLATE "C", id);
-- Few of a user's sessions are revoked.
CREATE INDEX session_revoked ON sessionctl.session (user_id) WHERE ended_at IS NOT NULL AND user_id IS NOT NULL;
