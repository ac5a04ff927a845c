"""A tenth of the sessions pruned, revoked or expired beside somebody who verifies and generates."""

import sqlite3
import subprocess
import time

from beside import beside, middle
from cases.insert import rows
from cases.verify import shell
from measure import Contender, Wrong, race, ratio
from report import Goal, number, size, span

# So far before anything else lies the end of those that are scattered.
DAY = 86_400


def run(bench):
    databases = bench.databases
    bench.tell("preparing databases to prune and to revoke")
    now, cut = int(time.time()), databases.facts["oldest_tenth"]
    early = cut - 20 * DAY
    scattered = spread(bench, early - 5 * DAY)
    live = revive(bench, now + 9 * DAY)
    age = lambda moment: f"{int(time.time()) - moment}s"
    prune = lambda moment: lambda db: bench.ours(db, "prune", "--all", "--older-than", age(moment), "--yes")
    end = lambda name: lambda db: bench.ours(db, name, "--app", "mobile", "--yes", "--format", "count")
    delete = lambda moment: lambda db: ["sqlite3", "-cmd", ".timeout 60000", db,
                                        f"DELETE FROM sessions WHERE expires_at < {moment}"]
    works = [
        ("sessionctl prune, the oldest", databases.ours, prune(cut), count_dead(cut)),
        ("DELETE in the shell, the oldest", databases.peers, delete(cut), count_dead_today(cut)),
        ("sessionctl prune, scattered", scattered[0], prune(early), count_dead(early)),
        ("DELETE in the shell, scattered", scattered[1], delete(early), count_dead_today(early)),
        ("sessionctl revoke, scattered", live, end("revoke"), count_live),
        ("sessionctl expire, scattered", live, end("expire"), count_live),
    ]
    runs = {work[0]: [] for work in works}
    idle = beside(bench, None, databases.copy(databases.ours, "waits.db"), ours_neighbour(bench, "waits.db"))
    rounds = min(bench.rounds, 3)
    for round_ in range(rounds):
        for name, source, line, left in works:
            copy = databases.copy(source, "waits.db")
            before = left(copy)
            neighbour = theirs_neighbour(bench, copy) if "DELETE" in name else ours_neighbour(bench, "waits.db")
            runs[name].append(beside(bench, Contender(name, line(copy)), copy, neighbour))
            runs[name][-1].did = before - left(copy)
            if left(copy):
                raise Wrong(f"{name} left {left(copy)} of {before}")
            bench.tell(f"round {round_ + 1} of {rounds}: {name}: {span(runs[name][-1].seconds)}")
    databases.drop("waits.db")
    alone = alone_and_django(bench, cut, delete, prune)
    report(bench, runs, idle, alone)
    databases.drop("scattered-ours.db", "scattered-theirs.db", "live.db")


def report(bench, runs, idle, alone):
    """Tables and goals. A goal on waits is judged by the worst round."""
    head = "| work | sessions | median | longest wait of the other | its 99th percentile | its turns | largest WAL | peak memory |"
    text = [head, "|---|---|---|---|---|---|---|---|"]
    line = "| {} | {} | {} | {} ({}) | {} | {} | {:.0f} MiB | {} |"
    for name, each in [("nothing running", [idle]), *runs.items()]:
        worst = max(each, key=lambda run: run.longest)
        parts = ", ".join(f"{what} {span(wait)}" for what, wait in worst.by_name.items())
        text.append(line.format(
            name, getattr(worst, "did", "-"), span(middle(each, lambda run: run.seconds)), span(worst.longest), parts,
            span(max(run.p99 for run in each)), int(middle(each, lambda run: run.turns)),
            max(run.wal for run in each) / 2**20, size(max(run.peak for run in each)),
        ))
    goals = []
    for name, bound, against in (
        ("prune, the oldest", 2, "the oldest"), ("prune, scattered", 2, "scattered"),
        ("revoke, scattered", 0.2, "scattered"), ("expire, scattered", 0.2, "scattered"),
    ):
        ours, theirs = runs[f"sessionctl {name}"], runs[f"DELETE in the shell, {against}"]
        share = middle(ours, lambda run: run.seconds) / middle(theirs, lambda run: run.seconds)
        goals += [
            Goal(f"{name} / one DELETE of the shell", share, bound),
            Goal(f"{name}: the other's longest wait", max(run.longest for run in ours) * 1e3, 300, unit="ms"),
            Goal(f"{name}: its 99th percentile", max(run.p99 for run in ours) * 1e3, 100, unit="ms"),
            Goal(f"{name}: largest WAL", max(run.wal for run in ours) / 2**20, 96, unit="MiB"),
        ]
    prune = middle(runs["sessionctl prune, the oldest"], lambda run: run.seconds)
    django, quiet = alone["Django clearsessions"], alone["sessionctl prune, the oldest"]
    goals += [
        Goal("prune beside the other / Django clearsessions alone", prune / django.median, 1),
        Goal("prune alone / Django clearsessions alone", ratio(quiet, django), 1),
    ]
    others = "; ".join(f"{name}: {span(result.median)}" for name, result in alone.items())
    text.append(f"\nWith nobody beside: {others}.")
    bench.report.section("a tenth of the sessions at once, beside another process", "\n".join(text) + bench.report.note(goals))


def ours_neighbour(bench, name):
    db = bench.databases.folder / name
    token = bench.databases.folder / "active-token"
    return {"verify": bench.ours(db, "verify", f"@{token}"), "generate": bench.ours(db, "generate", "--user", "user0005")}


def theirs_neighbour(bench, db):
    token = (bench.databases.folder / "active-token").read_bytes().strip()
    sql = """INSERT INTO sessions (token_hash, user_id, created_at, last_seen, expires_at)
        VALUES (randomblob(32), 1, unixepoch(), unixepoch(), unixepoch() + 1800)"""
    program, *rest = shell(db, token)
    look = [program, "-cmd", ".timeout 60000", *rest]
    return {"verify": look, "generate": ["sqlite3", "-cmd", ".timeout 60000", db, sql]}


def spread(bench, moment):
    """Copies in which a tenth, spread over all rows, died long before the rest."""
    databases = bench.databases
    ours = databases.copy(databases.ours, "scattered-ours.db")
    theirs = databases.copy(databases.peers, "scattered-theirs.db")
    which = "id * 7919 % 10 = 5 AND {} <= unixepoch()"
    end = f"{moment} + id * 7919 % {4 * DAY}"
    change(ours, f"""UPDATE session SET deadline = {end}, created_at = {end} - 1800, last_seen_at = {end} - 1800,
        absolute_expires_at = {end}, ended_at = CASE WHEN ended_at IS NULL THEN NULL ELSE {end} END
        WHERE {which.format('deadline')}""")
    change(theirs, f"UPDATE sessions SET expires_at = {end} WHERE {which.format('expires_at')}")
    return ours, theirs


def revive(bench, moment):
    """A copy in which a tenth, spread over all rows, is active."""
    copy = bench.databases.copy(bench.databases.ours, "live.db")
    change(copy, f"""UPDATE session SET deadline = {moment}, absolute_expires_at = {moment}, scheduled_at = NULL,
        idle_timeout = NULL, ended_at = NULL, end_reason = NULL WHERE app = 'mobile'""")
    return copy


def change(db, sql):
    conn = sqlite3.connect(db, isolation_level=None)
    conn.executescript(f"PRAGMA cache_size = -{1 << 20}; PRAGMA synchronous = OFF; BEGIN; {sql}; COMMIT;")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def one(db, sql):
    with sqlite3.connect(db) as conn:
        return conn.execute(sql).fetchone()[0]


def count_dead(moment):
    return lambda db: one(db, f"SELECT count(*) FROM session WHERE deadline < {moment}")


def count_dead_today(moment):
    return lambda db: one(db, f"SELECT count(*) FROM sessions WHERE expires_at < {moment}")


def count_live(db):
    return one(db, "SELECT count(*) FROM session WHERE app = 'mobile' AND deadline > unixepoch()")


def alone_and_django(bench, cut, delete, prune):
    """Prune, the DELETE and Django's clearsessions of as many, with nobody beside."""
    databases = bench.databases
    full, copy = databases.folder / "django-full.db", databases.folder / "django.db"
    databases.drop(full.name)
    django = [bench.python, str(bench.loops / "django_sessions.py")]
    subprocess.run([*django, str(full), "table"], check=True)
    with sqlite3.connect(full) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute(f"PRAGMA cache_size = -{1 << 20}")
        conn.execute("ATTACH ? AS peers", [str(databases.peers)])
        data = "eyJfYXV0aF91c2VyX2lkIjoiMSJ9:1sNfVt:" + "x" * 43
        conn.execute(f"""INSERT INTO main.django_session SELECT lower(hex(randomblob(16))), ?,
            CASE WHEN expires_at < {cut} THEN '2020-01-01 00:00:00' ELSE '2999-01-01 00:00:00' END
            FROM peers.sessions""", [data])
        conn.commit()
    contenders = [
        Contender("Django clearsessions", [*django, copy, "clear"], prepare=lambda: databases.copy(full, copy.name)),
        Contender("DELETE in the shell, the oldest", delete(cut)(databases.folder / "alone.db"),
                  prepare=lambda: databases.copy(databases.peers, "alone.db")),
        Contender("sessionctl prune, the oldest", prune(cut)(databases.folder / "alone.db"),
                  prepare=lambda: databases.copy(databases.ours, "alone.db")),
    ]
    alone = race(bench.runner, contenders, min(bench.rounds, 3))
    if rows(copy, "django_session") != bench.rows - count_dead_today(cut)(databases.peers):
        raise Wrong("clearsessions cleared another number")
    databases.drop(full.name, copy.name, "alone.db")
    return alone
