-- The first layout. Times are Unix seconds. STRICT and CHECK, because a file is also written by others' hands and
-- by failing disks. No token stands here, only digests; and nothing is found through a random index, because at
-- ten million rows such an index makes inserts three to five times slower: a token's locator leads to the id.

-- One row: what makes this database itself.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    locator_key BLOB NOT NULL CHECK (length(locator_key) = 16),
    -- Keys the digests under which failed logins are counted; what was typed as a name may be a password.
    attempt_key BLOB NOT NULL CHECK (length(attempt_key) = 32),
    sandbox INTEGER NOT NULL CHECK (sandbox IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

-- Only what differs from the defaults.
CREATE TABLE policy (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A removed user stays as a row, so that ended sessions keep their name; the name is free again.
CREATE TABLE user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    password_hash TEXT,
    password_changed_at INTEGER,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    removed_at INTEGER,
    CHECK (removed_at IS NULL OR password_hash IS NULL)
) STRICT;
CREATE UNIQUE INDEX user_name ON user (name_key) WHERE removed_at IS NULL;
CREATE INDEX user_removed ON user (name_key) WHERE removed_at IS NOT NULL;

-- Failed logins in a row, for names that are no user's as well, so that the throttle tells nothing.
CREATE TABLE attempt (
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- deadline: the session is active exactly while now < deadline. Revoking moves it to the present, so that verify,
-- list, stats and prune are each one range test on one index.
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_digest BLOB NOT NULL CHECK (length(token_digest) = 32),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    user_id INTEGER REFERENCES user (id),
    parent_id INTEGER REFERENCES session (id),
    created_at INTEGER NOT NULL,
    authenticated_at INTEGER,
    last_seen_at INTEGER NOT NULL,
    idle_timeout INTEGER CHECK (idle_timeout > 0),
    absolute_expires_at INTEGER NOT NULL,
    scheduled_at INTEGER CHECK (scheduled_at <= absolute_expires_at),
    deadline INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    app TEXT,
    label TEXT,
    scopes TEXT,
    ip BLOB CHECK (length(ip) = 16),
    user_agent TEXT,
    CHECK (deadline <= absolute_expires_at),
    CHECK (ended_at IS NULL OR deadline = ended_at),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    CHECK ((kind = 0) = (user_id IS NULL))
) STRICT;
CREATE INDEX session_user ON session (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX session_deadline ON session (deadline);
CREATE INDEX session_parent ON session (parent_id) WHERE parent_id IS NOT NULL;
-- Few, and asked for by cron jobs: which API tokens expire within the week?
CREATE INDEX session_api ON session (deadline) WHERE kind = 3;

-- Digests of tokens that were rotated away, beside their session: shown again, they are a sign of theft.
CREATE TABLE retired_token (
    session_id INTEGER NOT NULL REFERENCES session (id),
    token_digest BLOB NOT NULL CHECK (length(token_digest) = 32),
    retired_at INTEGER NOT NULL,
    honoured_until INTEGER NOT NULL,
    PRIMARY KEY (session_id, token_digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_data (
    session_id INTEGER NOT NULL REFERENCES session (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE jwt_key (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('EdDSA', 'HS256')),
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

-- The log. A bulk change is one row: session_id and last_session_id bound its sessions, and members names them
-- where they are not all that lie between. AUTOINCREMENT, so that rows taken off the end are missed.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    user TEXT,
    session_id INTEGER,
    last_session_id INTEGER CHECK (last_session_id >= session_id),
    members BLOB,
    detail TEXT,
    link BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;
CREATE INDEX event_session ON event (session_id) WHERE session_id IS NOT NULL AND last_session_id IS NULL;
CREATE INDEX event_batch ON event (session_id, last_session_id) WHERE last_session_id IS NOT NULL;
