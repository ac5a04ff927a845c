"""Each function measures one goal, side by side with what people use today, and returns the rows of the table."""

import re
import shlex
import statistics
import subprocess
import threading
import time


def timed(argv, stdin=None, env=None, may_fail=False):
    """The wall time of a command that succeeds, unless it may fail, and its output."""
    begun = time.perf_counter()
    done = subprocess.run([str(part) for part in argv], stdin=stdin, capture_output=True, text=True, env=env)
    took = time.perf_counter() - begun
    if done.returncode and not may_fail:
        raise SystemExit(f"{shlex.join(map(str, argv))[:300]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return took, done.stdout


def ratio(ours, other):
    """The median of the rounds' own ratios, and the range."""
    rounds = [a / b for a, b in zip(ours, other)]
    return statistics.median(rounds), min(rounds), max(rounds)


def row(work, peer, goal, at_most, found, note=""):
    """A row of the table. `found` is a ratio, or one with its range."""
    middle, low, high = found if isinstance(found, tuple) else (found,) * 3
    met = middle <= goal if at_most else middle >= goal
    shown = f"{middle:.2f}" if low == high else f"{middle:.2f} ({low:.2f} to {high:.2f})"
    return f"| {work} | {peer} | {'≤' if at_most else '≥'} {goal} | {shown} | {'yes' if met else '**no**'} | {note} |"


def sqlite(bench):
    """A look-up in a file, whole process, with and without the feature."""
    if not bench.without:
        return ["| SQLite look-up, whole process | the program without the feature | ≤ 1.03 | not measured: --without PATH | | |"]
    file = bench.work / "file.db"
    file.unlink(missing_ok=True)
    env = {"SESSIONCTL_DB": str(file)}
    timed([bench.bin, "db", "init"], env=env)
    token = bench.work / "file.token"
    token.write_text(timed([bench.bin, "generate"], env=env)[1])
    look = lambda program: timed([program, "verify", "--no-touch", f"@{token}"], env=env)[0]
    ours, other = [], []
    for _ in range(bench.rounds):
        one = [(look(bench.bin), look(bench.without)) for _ in range(60)]
        ours.append(statistics.median(pair[0] for pair in one))
        other.append(statistics.median(pair[1] for pair in one))
    return [row("SQLite look-up, whole process", "the program without the feature", 1.03, True, ratio(ours, other))]


def verify(bench):
    """One look-up, a whole process."""
    sql = f"SELECT kind, user_id, deadline, ended_at FROM sessionctl.session WHERE id = {bench.rows // 2}"
    look = lambda: timed([bench.bin, "verify", "--no-touch", f"@{bench.token}"], env=bench.env("base"))[0]
    shell = lambda: timed(bench.server.psql("base", "-c", sql))[0]
    ours, other = [], []
    for _ in range(bench.rounds):
        pairs = [(look(), shell()) for _ in range(30)]
        ours.append(statistics.median(pair[0] for pair in pairs))
        other.append(statistics.median(pair[1] for pair in pairs))
    note = f"{statistics.median(ours) * 1000:.1f} and {statistics.median(other) * 1000:.1f} ms"
    return [row("`verify`, whole process, Unix socket", "`psql` with one SELECT", 0.7, True, ratio(ours, other), note)]


def batch(bench):
    """Look-ups a second."""
    script = f"\\set id random(1, {bench.rows})\n" \
        "SELECT kind, user_id, deadline, ended_at, token_digest FROM sessionctl.session WHERE id = :id;\n"
    ours, other = [], []
    for _ in range(bench.rounds):
        with open(bench.tokens) as tokens:
            took, out = timed([bench.bin, "verify", "--batch", "--no-touch"], stdin=tokens, env=bench.env("base"))
        ours.append(out.count("active") / took)
        other.append(bench.server.pgbench("base", script, 8, bench.seconds))
    note = f"{statistics.median(ours):.0f} and {statistics.median(other):.0f} a second"
    return [row("`verify --batch`", "`pgbench -S -M prepared -c 8`", 2.5, False, ratio(ours, other), note)]


def touch(bench):
    """What a touch writes, beside the same with an index on the deadline, ten times for a tenth of the sessions."""
    server = bench.server
    position = lambda name: int(server.sql(name, "SELECT pg_current_wal_lsn() - '0/0'"))
    found = {}
    for name, change in [("plain", "SELECT 1"), ("indexed", "CREATE INDEX late ON sessionctl.session (deadline)")]:
        database = server.copy("small", f"touch_{name}")
        server.sql(database, change)
        timed([bench.bin, "db", "policy", "touch.interval", "1s"], env=bench.env(database))
        server.sql(database, "VACUUM FULL sessionctl.session")
        server.sql(database, "CHECKPOINT")
        server.sql(database, "SELECT pg_stat_reset()")
        before = position(database)
        # A tenth of the sessions in each interval.
        for some in bench.touched:
            time.sleep(2)
            with open(some) as tokens:
                timed([bench.bin, "verify", "--batch"], stdin=tokens, env=bench.env(database))
        time.sleep(1.5)
        hot = server.sql(database, "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'session'")
        found[name] = (position(database) - before, *map(int, hot.split("|")))
    (wal, updates, hot), (indexed_wal, *_) = found["plain"], found["indexed"]
    share = 100 * hot / max(updates, 1)
    return [
        row("touch: WAL", "the same with an index on the deadline", 0.75, True, wal / indexed_wal, f"{updates} touches"),
        row("touch: HOT, %", "", 95, False, share),
    ]


def writers(bench):
    """64 connections, each revoking one session after another with its event."""
    if not bench.writers:
        return ["| 64 writers, each a revoke with its event | `pgbench` | ≥ 0.8 | not measured: --writers PATH | | |"]
    server, each = bench.server, max(20, bench.rows // 64 // 2)
    script = "\\set n :n + 1\n" f"\\set id :client_id * {each} + :n\n" "BEGIN;\n" \
        "UPDATE sessionctl.session SET deadline = least(deadline, extract(epoch FROM now())::bigint), " \
        "ended_at = least(deadline, extract(epoch FROM now())::bigint), end_reason = 'x' WHERE id = :id AND ended_at IS NULL;\n" \
        "INSERT INTO sessionctl.event (id, at, action, actor, session_id) VALUES (nextval('sessionctl.event_id'), " \
        "extract(epoch FROM now())::bigint, 'session.revoked', 'x', :id);\nCOMMIT;\n"
    ours, other = [], []
    for _ in range(bench.rounds):
        name = server.copy("base", "written")
        _, out = timed([bench.writers, server.url(name), "64", str(bench.seconds), str(bench.rows)])
        ours.append(float(out.split()[0]))
        name = server.copy("base", "written")
        other.append(server.pgbench(name, script, 64, bench.seconds, "-D", "n=0"))
    note = f"{statistics.median(ours):.0f} and {statistics.median(other):.0f} a second"
    return [row("64 writers, each a revoke with its event", "`pgbench`, the same UPDATE and INSERT", 0.8, False,
                ratio(ours, other), note)]


COLUMNS = "id, token_digest, kind, user_id, parent_id, created_at, authenticated_at, last_seen_at, idle_timeout, " \
    "absolute_expires_at, scheduled_at, deadline, ended_at, end_reason, ended_event, app, label, scopes, ip, last_ip, user_agent"


def generate(bench):
    """Many new sessions."""
    server, count = bench.server, min(100_000, bench.rows)
    ours, other = [], []
    rows = server.folder / "rows"
    server.sql("base", f"COPY (SELECT {COLUMNS} FROM sessionctl.session ORDER BY id LIMIT {count}) TO '{rows}'")
    for _ in range(bench.rounds):
        name = server.copy("empty", "filled")
        ours.append(timed([bench.bin, "generate", "-n", count], env=bench.env(name))[0])
        name = server.copy("empty", "filled")
        other.append(timed(server.psql(name, "-c", f"\\copy sessionctl.session ({COLUMNS}) FROM '{rows}'"))[0])
    note = f"{statistics.median(ours):.2f} and {statistics.median(other):.2f} s"
    return [row(f"`generate -n {count}`", "COPY of the same rows by `psql`", 1.6, True, ratio(ours, other), note)]


ENDED = "UPDATE sessionctl.session SET deadline = least(deadline, extract(epoch FROM statement_timestamp())::bigint), " \
    "ended_at = least(deadline, extract(epoch FROM statement_timestamp())::bigint), end_reason = 'x' WHERE ended_at IS NULL"


def beside(bench, database, argv, env=None):
    """The time of a command, and the worst time of one logout after another beside it."""
    waits, done = [], threading.Event()

    def log_out():
        for token in bench.beside_tokens:
            if done.is_set():
                return
            file = bench.work / "beside.token"
            file.write_text(token)
            # After 5 s it is given up, which is a wait as well.
            logout = [bench.bin, "logout", f"@{file}"]
            waits.append(timed(logout, env=bench.env(database), may_fail=True)[0])

    other = threading.Thread(target=log_out)
    other.start()
    time.sleep(0.1)
    took, _ = timed(argv, env=env)
    done.set()
    other.join()
    return took, max(waits)


def bulk(bench):
    """Everything revoked and pruned, beside one statement each."""
    server, rows = bench.server, bench.rows
    times = {name: [] for name in ("revoke", "update", "wait", "wait_update", "prune", "delete")}
    for _ in range(max(1, bench.rounds // 2)):
        ours, other = server.copy("base", "bulk"), server.copy("base", "bulk_other")
        took, wait = beside(bench, ours, [bench.bin, "revoke", "--all", "--yes", "-q"], bench.env(ours))
        times["revoke"].append(took)
        times["wait"].append(wait)
        took, wait = beside(bench, other, server.psql(other, "-c", ENDED))
        times["update"].append(took)
        times["wait_update"].append(wait)
        for name in (ours, other):
            server.sql(name, "VACUUM ANALYZE sessionctl.session")
            server.sql(name, "CHECKPOINT")
        prune = [bench.bin, "prune", "--older-than", "0s", "--all", "--yes", "-q"]
        times["prune"].append(timed(prune, env=bench.env(ours))[0])
        times["delete"].append(timed(server.psql(other, "-c", "DELETE FROM sessionctl.session WHERE ended_at IS NOT NULL"))[0])
    middle = lambda name: statistics.median(times[name])
    return [
        row(f"`revoke` of {rows}", "one UPDATE", 1.2, True, ratio(times["revoke"], times["update"]),
            f"{middle('revoke'):.1f} and {middle('update'):.1f} s"),
        row("a logout beside it, at worst", "beside the UPDATE", 0.05, True, ratio(times["wait"], times["wait_update"]),
            f"{middle('wait'):.2f} and {middle('wait_update'):.2f} s"),
        row(f"`prune` of {rows}", "one DELETE", 2.5, True, ratio(times["prune"], times["delete"]),
            f"{middle('prune'):.1f} and {middle('delete'):.1f} s"),
    ]


def growth(bench):
    """The rate of the first portion and of the tenth."""
    name = bench.server.copy("empty", "grown")
    rates = []
    for _ in range(10):
        took = timed([bench.bin, "generate", "-n", bench.rows], env=bench.env(name))[0]
        rates.append(bench.rows / took)
    return [row(f"growth: the tenth {bench.rows} sessions", "the first", 0.8, False, rates[-1] / rates[0],
                f"{rates[-1]:.0f} and {rates[0]:.0f} a second")]


def failover(bench):
    """20 primaries killed under 8 clients; the test of the store does it."""
    env = {**bench.surroundings, "SESSIONCTL_LONG": "1"}
    argv = ["cargo", "test", "--locked", "-p", "sessionctl-store-postgres", "--test", "server", "failover", "--", "--nocapture"]
    done = subprocess.run(argv, cwd=bench.root, env=env, capture_output=True, text=True)
    count = re.search(r"(\d+) kills: Count \{ acknowledged: (\d+), .*?lost: (\d+)", done.stderr + done.stdout)
    if done.returncode or not count:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    kills, acknowledged, lost = count.groups()
    return [row(f"failover, {kills} kills, synchronous", "acknowledged and lost", 0, True, float(lost), f"of {acknowledged}")]


ALL = {goal.__name__: goal for goal in (sqlite, verify, batch, touch, writers, generate, bulk, growth, failover)}
