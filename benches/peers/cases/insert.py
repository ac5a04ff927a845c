"""Sessions made and stored in bulk, their digests and the log included."""

import sqlite3
import subprocess

from databases import TABLE
from measure import Contender, lines, race, ratio
from report import Goal

SETTINGS = "PRAGMA cache_size = -262144; PRAGMA synchronous = NORMAL;"
ROWS = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
    INSERT INTO sessions (token_hash, user_id, created_at, last_seen, expires_at)
    SELECT randomblob(32), {user}, unixepoch(), unixepoch(), unixepoch() + {life} FROM n;"""


def run(bench):
    databases, count = bench.databases, min(bench.rows, 1_000_000)
    ours, theirs, djangos = (databases.folder / f"insert-{name}.db" for name in ("ours", "theirs", "django"))

    def clear(path):
        databases.drop(path.name)
        return path

    def fresh_ours():
        databases.command("db", "init", "--sandbox", db=clear(ours))
        databases.command("user", "add", "alice", "--no-password", db=ours)

    def fresh_theirs():
        with sqlite3.connect(clear(theirs)) as conn:
            conn.executescript(f"PRAGMA journal_mode = WAL; {TABLE}")

    def fresh_django():
        argv = [bench.python, str(bench.loops / "django_sessions.py"), str(clear(djangos)), "table"]
        subprocess.run(argv, check=True)

    stored = lambda path, table: lambda: rows(path, table)
    shell = lambda user, life: [
        "sqlite3", theirs, SETTINGS + ROWS.format(count=count, user=user, life=life),
    ]
    some = max(count // 10, 1)
    contenders = [
        Contender("sessionctl", bench.ours(ours, "generate", "-n", count, "--user", "alice"), prepare=fresh_ours,
                  done=stored(ours, "session"), work=lines),
        Contender("sqlite3 shell, random users and expiry", shell("abs(random()) % 1000", "abs(random()) % 2592000"),
                  prepare=fresh_theirs, done=stored(theirs, "sessions")),
        Contender("sqlite3 shell, one user, one expiry", shell("1", "1800"), prepare=fresh_theirs,
                  done=stored(theirs, "sessions")),
        Contender("python3, executemany", ["python3", "-I", bench.loops / "insert.py", theirs, count],
                  prepare=fresh_theirs, done=stored(theirs, "sessions"), work=lines),
        Contender("node, better-sqlite3", ["node", bench.loops / "insert.js", theirs, count], env=bench.node_env,
                  prepare=fresh_theirs, done=stored(theirs, "sessions"), work=lines),
    ]
    results = race(bench.runner, contenders, bench.rounds)
    django, bare = (
        Contender(f"Django, bulk_create of {some:,}, {how}", prepare=fresh_django, units=some / count,
                  argv=[bench.python, bench.loops / "django_sessions.py", djangos, act, some])
        for how, act in (("rows made by its SessionStore", "bulk"), ("rows made by hand", "bulk-own-keys"))
    )
    results.update(race(bench.runner, [django, bare], min(bench.rounds, 3)))
    mine = results["sessionctl"]
    part = lambda name: ratio(mine, results[name])
    goals = [
        Goal("generate / sqlite3 shell, random rows", part("sqlite3 shell, random users and expiry"), 0.8),
        Goal("generate / python", part("python3, executemany"), 0.4),
        Goal("generate / better-sqlite3", part("node, better-sqlite3"), 0.3),
        Goal("rate of generate / Django bulk_create, SessionStore", 1 / part(django.name), 40, most=False),
        Goal("rate of generate / Django bulk_create, rows by hand", 1 / part(bare.name), 40, most=False),
    ]
    note = "The peers have a cache of 256 MiB, one transaction and synchronous = NORMAL; sessionctl is durable " \
        "(FULL) at each commit. The shell neither hashes nor prints."
    bench.report.race(f"{count:,} sessions made and stored", results, "sessionctl", goals, note)
    databases.drop(theirs.name, djangos.name)
    grown(bench, ours, fresh_ours)
    databases.drop(ours.name)


def grown(bench, fresh, fresh_ours):
    """As many again into a database that is nine, or here ten, times as large."""
    databases, count = bench.databases, bench.rows // 10
    full = databases.folder / "insert-full.db"
    line = lambda db, user: bench.ours(db, "generate", "-n", count, "--user", user)
    contenders = [
        Contender("the first tenth, into an empty database", line(fresh, "alice"), prepare=fresh_ours, work=lines),
        Contender("a tenth more, into the whole", line(full, "user0007"), work=lines,
                  prepare=lambda: databases.copy(databases.ours, full.name)),
    ]
    results = race(bench.runner, contenders, min(bench.rounds, 3))
    first, last = (results[contender.name] for contender in contenders)
    goals = [Goal("rate of the last tenth / of the first", ratio(first, last), 0.5, most=False)]
    bench.report.race(f"{count:,} sessions into {bench.rows:,}", results, last.name, goals)
    databases.drop(full.name)


def rows(path, table):
    """How many sessions a database holds."""
    with sqlite3.connect(path) as conn:
        return conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
