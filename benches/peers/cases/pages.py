"""The first hundred of a list, for every selector and sort, beside one `verify`."""

import json
import sqlite3
import subprocess

from measure import Contender, lines, race, ratio
from report import Goal, number, span

SELECTORS = {
    "newest": [],
    "oldest": ["--sort", "oldest"],
    "expiring": ["--sort", "expiring"],
    "all": ["--all"],
    "all, expiring": ["--all", "--sort", "expiring"],
    "a busy user": ["--user", "user0000"],
    "a busy user, any state": ["--user", "user0000", "--state", "any"],
    "a busy user, expiring": ["--user", "user0000", "--sort", "expiring"],
    "a quiet user": ["--user", "user0999", "--state", "any"],
    "anonymous": ["--anonymous"],
    "anonymous, expired": ["--anonymous", "--state", "expired"],
    "API tokens": ["--kind", "api"],
    "API tokens, expiring": ["--kind", "api", "--sort", "expiring"],
    "single sign-on (none)": ["--kind", "sso"],
    "expired": ["--state", "expired"],
    "revoked": ["--state", "revoked"],
    "expired, expiring": ["--state", "expired", "--sort", "expiring"],
    "app": ["--app", "mobile"],
    "app, any state": ["--app", "mobile", "--state", "any"],
    "app (none)": ["--app", "nothing"],
    "app (none), any state": ["--app", "nothing", "--state", "any"],
    "label": ["--label", "withdr*", "--state", "any"],
    "label (none)": ["--label", "nothing*"],
    "scope": ["--scope", "orders:read"],
    "address block": ["--ip", "10.1.0.0/16"],
    "address, any state": ["--ip", "10.1.2.3", "--state", "any"],
    "created before": ["--created-before", "30d", "--state", "any"],
    "created after": ["--created-after", "1d"],
    "created before, active": ["--created-before", "5d"],
    "seen before": ["--seen-before", "5d"],
    "seen before, any state": ["--seen-before", "59d", "--state", "any"],
    "seen after": ["--seen-after", "1d", "--state", "any"],
    "expiring within": ["--expiring-within", "3d"],
    "user, app, revoked": ["--user", "user0003", "--app", "shop", "--state", "revoked"],
}


def run(bench):
    databases = bench.databases
    token = databases.folder / "active-token"
    verify = Contender("verify", bench.ours(databases.ours, "verify", "--no-touch", f"@{token}"))
    rows, goals = [], []
    for name, selector in SELECTORS.items():
        page = Contender(
            name, bench.ours(databases.ours, "list", "--limit", 100, "--format", "jsonl", *selector), work=lines,
        )
        slow = bench.runner.run(page)["seconds"] > 0.2
        results = race(bench.runner, [verify, page], 3 if slow else bench.rounds * 8)
        mine = results[name]
        share = ratio(mine, results["verify"])
        said = subprocess.run(
            [str(part) for part in page.argv if part != "--quiet"], capture_output=True, text=True, check=True,
        ).stderr.strip()
        cells = [name, f"`{' '.join(selector)}`", mine.work, span(mine.median), number(share), said]
        rows.append((share, f"| {' | '.join(map(str, cells))} |"))
    worst = sorted(rows, reverse=True)
    quick = sum(share <= 3 for share, _ in rows)
    goals.append(Goal(f"slowest first page / verify ({quick} of {len(rows)} selectors within 3)", worst[0][0], 3))
    goals.append(Goal("list (newest) / verify", rows[0][0], 3))
    text = "| list | selector | found | median | of one verify | what it says |\n|---|---|---|---|---|---|\n"
    text += "\n".join(row for _, row in worst) + walk(bench)
    bench.report.section("the first page of a list", text + bench.report.note(goals))


def walk(bench):
    """Walks through all active sessions page by page and checks that none is missed or shown twice."""
    databases, seen, after = bench.databases, [], []
    for _ in range(10):
        argv = bench.ours(databases.ours, "list", "--limit", 1000, "--format", "json", *after)
        page = json.loads(subprocess.run([str(part) for part in argv], capture_output=True, check=True).stdout)
        seen += [session["id"] for session in page["sessions"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    with sqlite3.connect(f"file:{databases.ours}?mode=ro", uri=True) as conn:
        sql = "SELECT id FROM session WHERE deadline > unixepoch() ORDER BY id DESC LIMIT ?"
        expected = [row[0] for row in conn.execute(sql, [len(seen)])]
    verdict = "the same as one query finds" if seen == expected else "**not** what one query finds"
    return f"\n\nTen pages of a thousand, one after the other: {len(seen):,} sessions, {verdict}."
