"""Every session as JSON lines, CSV and a table, beside the sqlite3 shell."""

from measure import Contender, lines, race, ratio
from report import Goal

# The same rows and fields as a session's record, but for the words and times that sessionctl makes of numbers.
FIELDS = """SELECT s.id, s.kind, CASE WHEN s.deadline > unixepoch() THEN 'active' WHEN s.ended_at IS NULL THEN 'expired'
    ELSE 'revoked' END AS state, u.name AS user, s.app, s.label, s.scopes, s.parent_id, s.created_at,
    s.authenticated_at, s.last_seen_at, s.deadline, s.absolute_expires_at, s.idle_timeout, s.ended_at, s.end_reason,
    hex(s.ip) AS ip, s.user_agent FROM session s LEFT JOIN user u ON u.id = s.user_id ORDER BY s.id DESC"""
TABLE = """SELECT id, hex(token_hash) AS token_hash, user_id, created_at, last_seen, expires_at, revoked_at,
    hex(ip) AS ip, user_agent FROM sessions ORDER BY id DESC"""


def run(bench):
    databases = bench.databases
    rounds = bench.rounds if bench.rows <= 1_000_000 else 3
    goals = []
    for form, bound in (("jsonl", 0.45), ("csv", 0.45)):
        mode = ["-json"] if form == "jsonl" else ["-csv", "-header"]
        contenders = [
            Contender(f"sessionctl list --all --format {form}",
                      bench.ours(databases.ours, "list", "--all", "--format", form), work=lines),
            Contender(f"sqlite3 {' '.join(mode)}, the same fields",
                      ["sqlite3", "-readonly", *mode, databases.ours, FIELDS], work=lines),
            Contender(f"sqlite3 {' '.join(mode)}, the table of today (9 fields)",
                      ["sqlite3", "-readonly", *mode, databases.peers, TABLE], work=lines),
        ]
        results = race(bench.runner, contenders, rounds)
        mine, peer, _ = (results[contender.name] for contender in contenders)
        goals = [
            Goal(f"list --all, {form} / sqlite3 {mode[0]}", ratio(mine, peer), bound),
            Goal(f"peak memory, {form}", mine.peak / 1e6, 20, unit="MB"),
        ]
        bench.report.race(f"all {bench.rows:,} sessions as {form}", results, mine.name, goals)
    table = Contender("sessionctl list --all", bench.ours(databases.ours, "list", "--all"))
    box = Contender("sqlite3 -box, the same fields", ["sqlite3", "-readonly", "-box", databases.ours, FIELDS])
    contenders = [table, box] if bench.rows <= 1_000_000 else [table]
    results = race(bench.runner, contenders, min(rounds, 3))
    goals = [Goal("peak memory, table", results[table.name].peak / 1e6, 64, unit="MB")]
    bench.report.race(f"all {bench.rows:,} sessions as a table", results, table.name, goals)
