"""One look-up, a whole process: `verify` beside the sqlite3 shell."""

import hashlib

from databases import Databases
from measure import Contender, race, ratio
from report import Goal


def shell(db, token):
    """The same look-up in the shell, which is given the digest ready."""
    digest = hashlib.sha256(token).hexdigest()
    sql = f"""SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= unixepoch() THEN 'expired'
        ELSE 'active' END FROM sessions WHERE token_hash = x'{digest}'"""
    return ["sqlite3", "-readonly", db, sql]


def run(bench):
    databases = bench.databases
    file = databases.folder / "active-token"
    token = file.read_bytes().strip()
    word = lambda out: out.read_text().strip()
    line = ("verify", "--no-touch", f"@{file}")
    contenders = [
        Contender("sessionctl verify --no-touch", bench.ours(databases.ours, *line), work=word),
        Contender("sessionctl verify (last seen kept)", bench.ours(databases.ours, "verify", f"@{file}"), work=word),
        Contender("sqlite3 shell", shell(databases.peers, token), work=word),
    ]
    if bench.static:
        program = {"program": bench.static}
        contenders.append(Contender("sessionctl, static", bench.ours(databases.ours, *line, **program), work=word))
    smaller = small(bench)
    if smaller:
        other = ("verify", "--no-touch", f"@{smaller.folder / 'active-token'}")
        contenders.append(Contender("sessionctl, 1 M rows", bench.ours(smaller.ours, *other), work=word))
    results = race(bench.runner, contenders, bench.rounds * 40)
    ours, peer = results["sessionctl verify --no-touch"], results["sqlite3 shell"]
    goals = [
        Goal("verify / sqlite3 shell", ratio(ours, peer), 0.9),
        Goal("verify, last seen kept / sqlite3 shell", ratio(results["sessionctl verify (last seen kept)"], peer), 0.9),
    ]
    if bench.static:
        goals.append(Goal("verify, static build / sqlite3 shell", ratio(results["sessionctl, static"], peer), 0.55))
    if smaller:
        goals.append(Goal("verify / verify at 1 M rows", ratio(ours, results["sessionctl, 1 M rows"]), 1.05))
    bench.report.race("verify of one token", results, ours.name, goals)
    slow = [
        contenders[0],
        Contender("python3, sqlite3", ["python3", "-I", bench.loops / "lookup.py", databases.peers], stdin=file, work=word),
        Contender("node, better-sqlite3", ["node", bench.loops / "lookup.js", databases.peers], stdin=file,
                  env=bench.node_env, work=word),
    ]
    bench.report.race("verify of one token, interpreters", race(bench.runner, slow, bench.rounds * 4), slow[0].name)


def small(bench):
    """The database of a million sessions, where this one has ten and that was built before."""
    if bench.rows <= 1_000_000:
        return None

    class Smaller:
        rows, work = 1_000_000, bench.work

    smaller = Databases(Smaller)
    return smaller if smaller.facts_file.exists() else None
