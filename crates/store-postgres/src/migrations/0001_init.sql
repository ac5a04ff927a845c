-- The first layout. Times are Unix seconds. CHECKs, because the tables are also written by others' hands. No token is
-- stored, only digests, and nothing is found through a random index: a token's locator leads to the id.
-- Tables are divided by who may read them, because not every engine has privileges on columns.
-- There are no foreign keys: each change holds the locks that they would take, and `check` looks for orphans.
CREATE SCHEMA sessionctl;

-- The layouts that this database had, one row each.
CREATE TABLE sessionctl.migration (
    number bigint PRIMARY KEY CHECK (number > 0),
    applied_at bigint NOT NULL
);

-- One row. oldest_program: a program that knows no layout from this one on must not write. time_floor: no event is
-- earlier; floor_event: events up to this one do not count as the latest, because a clock that was corrected wrote them.
-- state and mark belong to the copy from or to another database.
CREATE TABLE sessionctl.meta (
    id bigint PRIMARY KEY CHECK (id = 1),
    database_id bytea NOT NULL CHECK (octet_length(database_id) = 16),
    sandbox boolean NOT NULL,
    created_at bigint NOT NULL,
    time_floor bigint,
    floor_event bigint NOT NULL DEFAULT 0,
    oldest_program bigint NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'copying', 'copied', 'moved')),
    mark bytea CHECK (octet_length(mark) = 16),
    counterpart text
);

CREATE TABLE sessionctl.locator_key (
    version bigint PRIMARY KEY CHECK (version > 0),
    key bytea NOT NULL CHECK (octet_length(key) = 16),
    created_at bigint NOT NULL,
    retired_at bigint
);

-- One row: the key of the digests under which failed logins are counted.
CREATE TABLE sessionctl.secret (
    id bigint PRIMARY KEY CHECK (id = 1),
    attempt_key bytea NOT NULL CHECK (octet_length(attempt_key) = 32)
);

CREATE TABLE sessionctl.jwt_key (
    kid text PRIMARY KEY,
    algorithm text NOT NULL CHECK (algorithm IN ('EdDSA', 'HS256')),
    secret bytea NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint,
    revoked_at bigint
);

-- Only what differs from the defaults.
CREATE TABLE sessionctl.policy (
    name text PRIMARY KEY,
    value bigint NOT NULL CHECK (value >= 0)
);

-- A removed account stays as a row, so that ended sessions keep their name; the name is free again.
CREATE SEQUENCE sessionctl.account_id AS bigint;
CREATE TABLE sessionctl.account (
    id bigint PRIMARY KEY CHECK (id > 0),
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    removed_at bigint
);
CREATE UNIQUE INDEX account_name ON sessionctl.account (name_key) WHERE removed_at IS NULL;
CREATE INDEX account_removed ON sessionctl.account (name_key) WHERE removed_at IS NOT NULL;

CREATE TABLE sessionctl.credential (
    account_id bigint PRIMARY KEY,
    password_hash text NOT NULL,
    password_changed_at bigint NOT NULL
);

-- Failed logins in a row, for names that no user has as well.
CREATE TABLE sessionctl.attempt (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    failures bigint NOT NULL CHECK (failures >= 0),
    last_at bigint NOT NULL,
    pending bigint NOT NULL DEFAULT 0 CHECK (pending >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    reported_at bigint
) WITH (fillfactor = 80);

-- deadline: the session is active exactly while now < deadline; revoking moves it to the present. No index holds a
-- column that a touch writes: 0 to 6 % of the touches stayed HOT with one, 79 to 100 % without. deadline_day changes
-- at most once a day.
CREATE SEQUENCE sessionctl.session_id AS bigint;
CREATE TABLE sessionctl.session (
    id bigint PRIMARY KEY CHECK (id > 0),
    token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
    kind bigint NOT NULL CHECK (kind BETWEEN 0 AND 3),
    user_id bigint,
    parent_id bigint,
    created_at bigint NOT NULL,
    authenticated_at bigint,
    last_seen_at bigint NOT NULL,
    idle_timeout bigint CHECK (idle_timeout > 0),
    absolute_expires_at bigint NOT NULL,
    scheduled_at bigint CHECK (scheduled_at <= absolute_expires_at),
    deadline bigint NOT NULL,
    deadline_day bigint GENERATED ALWAYS AS (deadline / 86400) STORED,
    ended_at bigint,
    end_reason text,
    ended_event bigint,
    app text,
    label text,
    scopes text,
    ip bytea CHECK (octet_length(ip) = 16),
    last_ip bytea CHECK (octet_length(last_ip) = 16),
    user_agent text,
    CHECK (deadline <= absolute_expires_at),
    CHECK (ended_at IS NULL OR deadline = ended_at),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    CHECK ((kind = 0) = (user_id IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX session_account ON sessionctl.session (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX session_deadline_day ON sessionctl.session (deadline_day);
CREATE INDEX session_parent ON sessionctl.session (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX session_api ON sessionctl.session (deadline_day) WHERE kind = 3;

CREATE TABLE sessionctl.retired_token (
    session_id bigint NOT NULL,
    token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
    retired_at bigint NOT NULL,
    honoured_until bigint NOT NULL,
    PRIMARY KEY (session_id, token_digest)
);

CREATE TABLE sessionctl.session_data (
    session_id bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    updated_at bigint NOT NULL,
    PRIMARY KEY (session_id, key)
);

-- The log. A bulk change is one row: session_id and last_session_id bound its sessions, and members names them where
-- they are not all that are between.
CREATE SEQUENCE sessionctl.event_id AS bigint;
CREATE TABLE sessionctl.event (
    id bigint PRIMARY KEY CHECK (id > 0),
    at bigint NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    user_name text,
    user_id bigint,
    session_id bigint,
    last_session_id bigint CHECK (last_session_id >= session_id),
    members bytea,
    detail text,
    ip bytea CHECK (octet_length(ip) = 16),
    app text,
    -- What the events of one transaction are known by. After a failover the new primary draws numbers again that the old one
    -- had drawn and not replicated, so a change whose answer was lost is not known by its event's number alone.
    attempt bytea
);
CREATE INDEX event_session ON sessionctl.event (session_id) WHERE session_id IS NOT NULL AND last_session_id IS NULL;
CREATE INDEX event_batch ON sessionctl.event (session_id, last_session_id) WHERE last_session_id IS NOT NULL;
CREATE INDEX event_user ON sessionctl.event (user_id) WHERE user_id IS NOT NULL;

-- The events that no seal contains yet: a queue, so that the sealer finds them among millions without relying on the
-- order in which ids become visible.
CREATE TABLE sessionctl.unsealed (
    event_id bigint PRIMARY KEY
);

-- members: the ids of the sealed events, packed. total: the events of all seals up to this one. root: that of the
-- Merkle tree over the events (RFC 6962 section 2.1).
CREATE TABLE sessionctl.seal (
    number bigint PRIMARY KEY CHECK (number > 0),
    sealed_at bigint NOT NULL,
    members bytea NOT NULL,
    total bigint NOT NULL UNIQUE CHECK (total > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- One row, locked by whoever seals, and written by it, so that a replica shows how far behind it is.
CREATE TABLE sessionctl.heartbeat (
    id bigint PRIMARY KEY CHECK (id = 1),
    beat_at bigint NOT NULL
);

-- What a reader saw and must not change: a token that was shown again after it had been rotated out.
CREATE SEQUENCE sessionctl.alarm_id AS bigint;
CREATE TABLE sessionctl.alarm (
    id bigint PRIMARY KEY DEFAULT nextval('sessionctl.alarm_id'),
    at bigint NOT NULL,
    session_id bigint NOT NULL,
    actor text NOT NULL
);
