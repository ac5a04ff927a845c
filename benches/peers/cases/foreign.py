"""Another program's table: Django's sessions listed, found, revoked and pruned, beside Python and the shell."""

import base64
import hashlib
import json
import random
import shutil
import sqlite3
import zlib
from pathlib import Path

from measure import Contender, lines, race, ratio
from report import Goal

USERS = 1000
# Sessions of the user whose sessions are revoked, and sessions that have long expired, at a million rows.
REVOKED, PRUNED = 100, 10
TABLES = """CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar(128), username varchar(150), email varchar(254), is_active bool);
CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, expire_date datetime NOT NULL);
CREATE INDEX django_session_expire_date ON django_session (expire_date);"""


def payload(rng, user):
    """A payload as Django's signed serializer writes it."""
    data = {"_auth_user_id": str(user), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": rng.randbytes(32).hex()}
    raw = json.dumps(data, separators=(",", ":")).encode()
    packed = zlib.compress(raw)
    text = base64.urlsafe_b64encode(packed if len(packed) < len(raw) - 1 else raw).rstrip(b"=").decode()
    sign = base64.urlsafe_b64encode(rng.randbytes(32)).rstrip(b"=").decode()
    return ("." if len(packed) < len(raw) - 1 else "") + f"{text}:1vb66h:{sign}"


def build(bench):
    """The table, with the key of one session."""
    path = bench.work / f"django-{bench.rows}.sqlite3"
    keys = bench.work / f"django-{bench.rows}.key"
    if keys.exists():
        return path, keys
    path.unlink(missing_ok=True)
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    conn = sqlite3.connect(path)
    conn.executescript(TABLES)
    conn.executemany("INSERT INTO auth_user VALUES (?, 'x', ?, '', 1)",
                     [(number, f"user{number}") for number in range(USERS + 1)])
    revoked, pruned = bench.rows // REVOKED, bench.rows // PRUNED

    def rows():
        for number in range(bench.rows):
            key = "".join(rng.choices(letters, k=32))
            user = 0 if number % REVOKED == 0 else 1 + number % USERS
            end = "2020-01-01 00:00:00" if number % PRUNED == 1 else "2199-01-01 00:00:00"
            yield key, payload(rng, user), end

    conn.executemany("INSERT INTO django_session VALUES (?, ?, ?)", rows())
    conn.commit()
    key = conn.execute("SELECT session_key FROM django_session WHERE rowid = ?", (bench.rows // 2,)).fetchone()[0]
    conn.close()
    bench.tell(f"built {bench.rows:,} Django sessions: {revoked:,} to revoke, {pruned:,} to prune")
    keys.write_text(key + "\n")
    return path, keys


def run(bench):
    path, keys = build(bench)
    rounds = min(bench.rounds, 5)
    listing(bench, path, rounds)
    finding(bench, path, keys, rounds)
    revoking(bench, path, min(rounds, 3))
    pruning(bench, path, min(rounds, 3))


def listing(bench, path, rounds):
    all_rows = ("list", "--state", "any", "--format", "jsonl")
    contenders = [
        Contender("sessionctl list, jsonl", bench.ours(path, *all_rows), work=lines),
        Contender("Python: sqlite3, base64, zlib, json", ["python3", "-I", bench.loops / "foreign_rows.py", path], work=lines),
        Contender("sqlite3 -json, the raw rows", ["sqlite3", "-readonly", "-json", path, "SELECT * FROM django_session"], work=lines),
    ]
    results = race(bench.runner, contenders, rounds)
    mine, python, shell = results.values()
    goals = [
        Goal("foreign list / a Python loop", ratio(mine, python), 0.15),
        Goal("foreign list / sqlite3 -json of the raw rows", ratio(mine, shell), 1.2),
        Goal("peak memory, foreign list", mine.peak / 1e6, 24, unit="MB"),
    ]
    bench.report.race(f"{bench.rows:,} Django sessions as JSON lines", results, mine.name, goals)


def finding(bench, path, keys, rounds):
    own = bench.databases.folder / "active-token"
    prefix = hashlib.sha256(keys.read_bytes().strip()).hexdigest()[:12]
    contenders = [
        # Without the program's key nobody can say whether the password has changed: the answer is 1.
        Contender("sessionctl verify, a Django session", bench.ours(path, "verify", f"@{keys}"), codes=(1,)),
        Contender("sessionctl verify, one of ours", bench.ours(bench.databases.ours, "verify", "--no-touch", f"@{own}")),
    ]
    results = race(bench.runner, contenders, rounds * 20)
    mine, ours = results.values()
    goals = [Goal("find a foreign token / a look-up of ours", ratio(mine, ours), 1.5)]
    bench.report.race("one token in a Django table", results, mine.name, goals)
    contenders = [
        Contender("sessionctl inspect PREFIX", bench.ours(path, "inspect", prefix)),
        Contender("sqlite3, a scan of the keys",
                  ["sqlite3", "-readonly", path, "SELECT max(length(session_key)) FROM django_session NOT INDEXED"]),
    ]
    results = race(bench.runner, contenders, rounds)
    mine, shell = results.values()
    bench.report.race("a prefix of an id in a Django table", results, mine.name,
                      [Goal("id prefix / a scan of the keys", ratio(mine, shell), 2.0)])


def copier(bench, path):
    copy = bench.scratch / "django.sqlite3"

    def prepare():
        for name in bench.scratch.glob("django.sqlite3*"):
            name.unlink()
        shutil.copyfile(path, copy)

    def count():
        conn = sqlite3.connect(copy)
        left = conn.execute("SELECT count(*) FROM django_session").fetchone()[0]
        conn.close()
        return left

    return copy, prepare, count


def revoking(bench, path, rounds):
    copy, prepare, count = copier(bench, path)
    conn = sqlite3.connect(path)
    keys = [row[0] for row in conn.execute(
        "SELECT session_key FROM django_session WHERE (rowid - 1) % ? = 0 AND expire_date > '2100'", (REVOKED,))]
    conn.close()
    script = Path(bench.scratch / "delete.sql")
    script.write_text("BEGIN IMMEDIATE;\n" + "".join(
        f"DELETE FROM django_session WHERE session_key = '{key}';\n" for key in keys) + "COMMIT;\n")
    log = {"SESSIONCTL_LOG_DB": str(bench.scratch / "foreign-log.db")}
    contenders = [
        Contender("sessionctl revoke --user", bench.ours(copy, "revoke", "--user", "user0", "--yes", "--recheck", "0s"),
                  env=log, prepare=prepare, done=count),
        Contender("sqlite3, the same DELETEs", ["sqlite3", copy], stdin=script, prepare=prepare, done=count),
    ]
    results = race(bench.runner, contenders, rounds)
    mine, shell = results.values()
    bench.report.race(f"{len(keys):,} Django sessions of one user revoked", results, mine.name,
                      [Goal("foreign revoke / the same DELETEs in the shell", ratio(mine, shell), 1.5)],
                      note="Ours reads every row to find those of the user; the shell is given the keys.")


def pruning(bench, path, rounds):
    copy, prepare, count = copier(bench, path)
    log = {"SESSIONCTL_LOG_DB": str(bench.scratch / "foreign-log.db")}
    contenders = [
        Contender("sessionctl prune", bench.ours(copy, "prune", "--yes"), env=log, prepare=prepare, done=count),
        Contender("Django clearsessions", [bench.python, bench.loops / "django_sessions.py", copy, "clear"],
                  prepare=prepare, done=count),
    ]
    results = race(bench.runner, contenders, rounds)
    mine, django = results.values()
    bench.report.race("a tenth of the Django sessions pruned", results, mine.name,
                      [Goal("foreign prune / Django clearsessions", ratio(mine, django), 1.0)])
