"""The databases: sessionctl's own, made by its own commands in a sandbox, and the same sessions in the table that
people write today. 98 % are dead, most of them expired; users are skewed."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import time

USERS = 1000
EPOCHS = 40
DAY = 86_400
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148",
    "curl/8.8.0",
]

TABLE = """CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, token_hash BLOB NOT NULL UNIQUE, user_id INTEGER, created_at INTEGER,
    last_seen INTEGER, expires_at INTEGER, revoked_at INTEGER, ip BLOB, user_agent TEXT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);"""


class Databases:
    """The databases of a number of sessions; they are built once and copied for whatever changes them."""

    def __init__(self, bench):
        self.bench = bench
        self.folder = bench.work / f"db-{bench.rows}"
        self.ours = self.folder / "ours.db"
        self.peers = self.folder / "peers.db"
        self.tokens = self.folder / "tokens"
        self.sample = self.folder / "sample"
        self.facts_file = self.folder / "facts.json"

    def ready(self):
        """Builds what is not there."""
        if not self.facts_file.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            began = time.monotonic()
            self.build_ours()
            self.dress()
            self.build_peers()
            self.draw()
            self.bench.tell(f"built {self.bench.rows:,} sessions in {time.monotonic() - began:.0f} s")
        self.facts = json.loads(self.facts_file.read_text())

    def command(self, *args, db=None, stdout=subprocess.DEVNULL):
        """A command of sessionctl that has to succeed."""
        argv = [str(self.bench.bin), "--db", str(db or self.ours), "--quiet", "--no-input", *map(str, args)]
        subprocess.run(argv, check=True, stdout=stdout)

    def build_ours(self):
        """Makes the sessions, from the oldest to the newest, as if two months had passed."""
        rows, end = self.bench.rows, int(time.time()) - 300
        begin = end - 60 * DAY
        step = int(58.5 * DAY / EPOCHS)
        self.command("db", "init", "--sandbox")
        self.command("db", "policy", "user.sessions_max", 1_000_000)
        for number in range(USERS):
            self.command("--now", begin, "user", "add", f"user{number:04}", "--no-password")
        fresh = rows // 100
        api = max(fresh // 20, 1)
        # Long-lived ones that are still active stand between dead ones, in the last eight epochs.
        lasting = rows // 100 // 8
        dead = rows - fresh - 8 * lasting
        with open(self.tokens, "wb") as tokens:
            for epoch in range(EPOCHS):
                now = begin + 60 + epoch * step
                count = dead // EPOCHS + (1 if epoch < dead % EPOCHS else 0)
                nobody, revoked = count // 100, max(count // 50, 1)
                rest = count - nobody - revoked
                self.make(tokens, now, revoked, "--user", "user0000", "--label", "revoked")
                self.command("--now", now + 1, "revoke", "--label", "revoked", "--state", "active", "--yes")
                if nobody:
                    self.make(tokens, now + 2, nobody, "--kind", "anonymous", "--ttl", "30m")
                self.make(tokens, now + 2, rest // 2, "--user", "user0001", "--kind", "web")
                if epoch >= EPOCHS - 8 and lasting:
                    self.make(tokens, now + 3, lasting, "--user", "user0000", "--remember")
                self.make(tokens, now + 4, rest - rest // 2, "--user", "user0001", "--kind", "web")
                self.bench.tell(f"epoch {epoch + 1} of {EPOCHS}", soon=True)
            self.make(None, end, api, "--user", "user0002", "--kind", "api", "--scope", "orders:read")
            self.make(tokens, end, fresh - api, "--user", "user0000", "--remember")

    def make(self, tokens, now, count, *args):
        if count:
            self.command("--now", now, "generate", "-n", count, *args, stdout=tokens or subprocess.DEVNULL)

    def dress(self):
        """Gives the sessions users, addresses, agents and applications, spread over all rows: made one by one
        they would lie so, and a process for each of ten million would take a day."""
        conn = sqlite3.connect(self.ours, isolation_level=None)
        users = [row[0] for row in conn.execute("SELECT id FROM user ORDER BY id")]
        ladder = zipf(users)
        conn.create_function("dress_user", 1, lambda n: ladder[mix(n) & 0xFFFF], deterministic=True)
        conn.create_function("dress_ip", 1, address, deterministic=True)
        conn.create_function("dress_agent", 1, lambda n: AGENTS[(mix(n) >> 18) & 3], deterministic=True)
        conn.executescript(f"""
            PRAGMA cache_size = -{2 << 20}; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;
            BEGIN;
            UPDATE session SET
                user_id = CASE WHEN kind = 0 THEN NULL ELSE dress_user(id) END, ip = dress_ip(id),
                user_agent = dress_agent(id), app = CASE id * 7919 % 10 WHEN 3 THEN 'mobile' WHEN 4 THEN 'shop' END;
            -- From here on its time is real: in a sandbox an id does not tell when a session was made.
            UPDATE meta SET sandbox = 0;
            COMMIT;
            VACUUM; PRAGMA journal_mode = WAL;""")
        conn.close()

    def build_peers(self):
        """Copies the same sessions and digests into the peers' table."""
        conn = sqlite3.connect(self.peers, isolation_level=None)
        conn.executescript(f"""
            PRAGMA cache_size = -{2 << 20}; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
            {TABLE}
            ATTACH '{self.ours}' AS ours;
            BEGIN;
            INSERT INTO sessions SELECT id, token_digest, user_id, created_at, last_seen_at, deadline, ended_at, ip,
                user_agent FROM ours.session ORDER BY id;
            COMMIT;
            DETACH ours; VACUUM; PRAGMA journal_mode = WAL;""")
        conn.close()

    def draw(self):
        """A million tokens, or all, in random order; and some facts of the sessions."""
        width = 65
        total = os.path.getsize(self.tokens) // width
        order = random.Random(7).sample(range(total), min(total, 1_000_000))
        with open(self.tokens, "rb") as tokens, open(self.sample, "wb") as sample:
            for index in order:
                tokens.seek(index * width)
                sample.write(tokens.read(width))
        with open(self.tokens, "rb") as tokens:
            tokens.seek((total - 1) * width)
            (self.folder / "active-token").write_bytes(tokens.read(width))
        conn = sqlite3.connect(f"file:{self.ours}?mode=ro", uri=True)
        one = lambda sql: conn.execute(sql).fetchone()[0]
        now = int(time.time())
        facts = {
            "sessions": one("SELECT count(*) FROM session"),
            "active": one(f"SELECT count(*) FROM session WHERE deadline > {now}"),
            "tokens": len(order),
            # Between two epochs, so that it means the same sessions whenever it is asked.
            "oldest_tenth": one(f"""SELECT deadline FROM session ORDER BY deadline
                LIMIT 1 OFFSET {self.bench.rows // 10}""") - DAY // 2,
        }
        conn.close()
        self.facts_file.write_text(json.dumps(facts))

    def copy(self, source, name):
        """A copy to change, on disk and out of the way of what is measured next."""
        target = self.folder / name
        for suffix in ("", "-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        subprocess.run(["cp", "--reflink=auto", source, target], check=True)
        wal = source.with_name(source.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            subprocess.run(["cp", wal, target.with_name(target.name + "-wal")], check=True)
        os.sync()
        return target

    def drop(self, *names):
        """Removes copies."""
        for name in names:
            for suffix in ("", "-wal", "-shm"):
                (self.folder / (name + suffix)).unlink(missing_ok=True)


def mix(number):
    """Spreads consecutive numbers."""
    number = (number * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    return (number ^ (number >> 29)) >> 8 & 0xFFFFFFFF


def zipf(users):
    """65,536 steps, so many of them a user's as the user has sessions: the n-th user has a 1/n-th of the first's."""
    weights = [1 / (place + 1) for place in range(len(users))]
    whole = sum(weights)
    steps, reached = [], 0.0
    for user, weight in zip(users, weights):
        reached += weight / whole
        steps += [user] * (int(reached * 65_536) - len(steps))
    return steps + [users[0]] * (65_536 - len(steps))


def address(number):
    """An IPv4 address as 16 bytes."""
    return bytes(10) + b"\xff\xff" + (0x0A000000 | mix(number) & 0xFFFFFF).to_bytes(4, "big")
