"""Tokens in random order, one a line: `verify --batch` beside loops and Redis."""

import sqlite3
import time

from measure import Contender, race, ratio, words
from redis import Redis
from report import Goal, size


def run(bench):
    databases, count = bench.databases, bench.databases.facts["tokens"]
    sample, copy = databases.sample, databases.copy(databases.ours, "batch.db")

    def stale():
        """Puts the active ones back, to an hour ago or to when they were made, so that seeing them has to be written."""
        with sqlite3.connect(copy) as conn:
            seen = f"max(created_at, {int(time.time()) - 3600})"
            conn.execute(f"""UPDATE session SET last_seen_at = {seen},
                deadline = min(deadline, {seen} + ifnull(idle_timeout, 1 << 40)) WHERE deadline > unixepoch()""")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.close()

    read_only = Contender("sessionctl verify --batch --no-touch", work=words, stdin=sample,
                          argv=bench.ours(databases.ours, "verify", "--batch", "--no-touch"))
    kept = Contender("sessionctl verify --batch, last seen kept", work=words, stdin=sample, prepare=stale,
                     argv=bench.ours(copy, "verify", "--batch"))
    python = Contender("python3, mmap, one transaction", work=words, stdin=sample,
                       argv=["python3", "-I", bench.loops / "lookup.py", databases.peers])
    node = Contender("better-sqlite3, mmap, one transaction", work=words, stdin=sample, env=bench.node_env,
                     argv=["node", bench.loops / "lookup.js", databases.peers])
    contenders = [read_only, kept, python, node]
    with Redis(bench) as redis:
        bench.tell("filling Redis")
        redis.fill(count)

        def reset():
            redis.ask("config", "resetstat")

        def found():
            hits = redis.hits()
            return {"found": hits} if hits == count else {"wrong": hits}

        here = Contender("Redis, GET -P 16 -c 1, local socket", redis.get(count, True), prepare=reset, done=found)
        there = Contender("Redis, GET -P 16 -c 1, loopback", redis.get(count, False), prepare=reset, done=found)
        results = race(bench.runner, contenders + [here, there], bench.rounds)
        memory = redis.peak()
    mine = results[read_only.name]
    times = lambda contender: 1 / ratio(mine, results[contender.name])
    goals = [
        Goal("rate of verify --batch / python", times(python), 3, most=False),
        Goal("rate of verify --batch / better-sqlite3", times(node), 3, most=False),
        Goal("rate of verify --batch / Redis, loopback", times(there), 1.2, most=False),
        Goal("rate of verify --batch / Redis, local socket", times(here), 1.2, most=False),
        Goal("rate with last seen kept / read only", ratio(mine, results[kept.name]), 0.8, most=False),
    ]
    note = f"Redis holds {size(memory)} for the keys alone. `redis-benchmark` asks for keys of 16 bytes at random " \
        "and throws the values away; all others hash the tokens and print a word for each."
    bench.report.race(f"{count:,} tokens in random order of {bench.rows:,} sessions", results, mine.name, goals, note)
    databases.drop(copy.name)
