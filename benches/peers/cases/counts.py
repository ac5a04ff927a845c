"""Counting: `list --format count` and `stats` beside the best single SQL."""

from measure import Contender, race, ratio
from report import Goal


def run(bench):
    databases = bench.databases
    number = lambda out: int(out.read_text())
    shell = lambda sql: ["sqlite3", "-readonly", databases.ours, sql]
    count = lambda *selector: bench.ours(databases.ours, "list", "--format", "count", *selector)
    today = "SELECT count(*) FROM sessions WHERE expires_at > unixepoch() AND revoked_at IS NULL"
    for name, line, sql in (
        ("active", count(), "SELECT count(*) FROM session WHERE deadline > unixepoch()"),
        ("all", count("--all"), "SELECT count(*) FROM session"),
        ("a user's", count("--user", "user0000", "--state", "any"),
         "SELECT count(*) FROM session WHERE user_id = (SELECT id FROM user WHERE name = 'user0000')"),
        ("revoked", count("--state", "revoked"), "SELECT count(*) FROM session WHERE ended_at <= unixepoch()"),
    ):
        contenders = [
            Contender("sessionctl list --format count", line, work=number),
            Contender("sqlite3 shell", shell(sql), work=number),
        ]
        if name == "active":
            contenders.append(Contender("sqlite3 shell, the table of today",
                                        ["sqlite3", "-readonly", databases.peers, today], work=number))
        slow = bench.runner.run(contenders[0])["seconds"] > 0.2
        results = race(bench.runner, contenders, bench.rounds if slow else bench.rounds * 8)
        mine, peer = (results[contender.name] for contender in contenders[:2])
        bench.report.race(f"count of {name} sessions", results, mine.name,
                          [Goal(f"count, {name} / sqlite3 shell", ratio(mine, peer), 1.2)])
    state = "CASE WHEN deadline > unixepoch() THEN 0 WHEN ended_at IS NULL THEN 1 ELSE 2 END"
    contenders = [
        Contender("sessionctl stats", bench.ours(databases.ours, "stats", "--format", "json")),
        Contender("sqlite3 shell, by kind, user, app and state",
                  shell(f"SELECT kind, user_id, app, {state}, count(*) FROM session GROUP BY 1, 2, 3, 4")),
        Contender("sqlite3 shell, by state only", shell(f"SELECT {state}, count(*) FROM session GROUP BY 1")),
        Contender("sqlite3 shell, sums by state only", shell(
            "SELECT count(*), sum(deadline > unixepoch()), sum(ended_at <= unixepoch()) FROM session")),
    ]
    results = race(bench.runner, contenders, bench.rounds)
    mine, full = (results[contender.name] for contender in contenders[:2])
    bench.report.race("stats", results, mine.name, [Goal("stats / one GROUP BY of the shell", ratio(mine, full), 1.2)],
                      "Only the first query returns as much as `stats`; the others are for comparison.")
