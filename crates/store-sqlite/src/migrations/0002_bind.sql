-- Binds what belongs together, and makes room for what the audit log and the sessions did not record. Columns are only
-- added, and one row is changed; only the indices at the end read the sessions and the log, once.

-- database_id: random, and part of the link of the event bound_from: a database and an audit log that were joined by
-- hand, or by a WAL that was left over, do not fit. time_floor: no event after this migration is earlier; event times
-- could fall before. log_start and log_start_link: the last pruned event and its link.
ALTER TABLE meta ADD COLUMN database_id BLOB CHECK (length(database_id) = 16);
ALTER TABLE meta ADD COLUMN bound_from INTEGER CHECK (bound_from > 0);
ALTER TABLE meta ADD COLUMN time_floor INTEGER;
ALTER TABLE meta ADD COLUMN log_start INTEGER NOT NULL DEFAULT 0 CHECK (log_start >= 0);
ALTER TABLE meta ADD COLUMN log_start_link BLOB CHECK (length(log_start_link) = 32);
UPDATE meta SET database_id = randomblob(16),
    bound_from = 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0),
    time_floor = (SELECT max(at) FROM event);

-- From where and through which application; and which account, because a name can be given again.
ALTER TABLE event ADD COLUMN ip BLOB CHECK (length(ip) = 16);
ALTER TABLE event ADD COLUMN app TEXT;
ALTER TABLE event ADD COLUMN user_id INTEGER;
CREATE INDEX event_user ON event (user_id) WHERE user_id IS NOT NULL;
-- What a log by user, and by action, would otherwise look for in the whole log: the events that may be about an account
-- whose number they do not have, and the rare actions.
CREATE INDEX event_unnamed ON event (id) WHERE user_id IS NULL AND (user IS NOT NULL OR session_id IS NOT NULL);
CREATE INDEX event_action ON event (action);

-- ended_event: the event whose actor ended the session; a number, because a bulk change ends many. last_ip: the
-- address at the last verification.
ALTER TABLE session ADD COLUMN ended_event INTEGER;
ALTER TABLE session ADD COLUMN last_ip BLOB CHECK (length(last_ip) = 16);
-- Few of a user's sessions are revoked.
CREATE INDEX session_revoked ON session (user_id) WHERE ended_at IS NOT NULL AND user_id IS NOT NULL;

-- pending: attempts whose password is being checked. refused and reported_at: attempts that the throttle refused since
-- the last event about them, so that a stranger's guesses do not fill the audit log.
ALTER TABLE attempt ADD COLUMN pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0);
ALTER TABLE attempt ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused >= 0);
ALTER TABLE attempt ADD COLUMN reported_at INTEGER;

-- A revoked key verifies nothing any more.
ALTER TABLE jwt_key ADD COLUMN revoked_at INTEGER;
