"""One durable change: how often it waits for the disk, and how long it takes."""

import re
import sqlite3
import statistics
import subprocess
from pathlib import Path

from databases import TABLE
from measure import Contender, race, ratio
from report import Goal

# So many changes are looked at.
TURNS = 60


def run(bench):
    databases = bench.databases
    ours, theirs = (databases.folder / f"durable-{name}.db" for name in ("ours", "theirs"))
    databases.drop(ours.name, theirs.name)
    databases.command("db", "init", "--sandbox", db=ours)
    databases.command("user", "add", "alice", "--no-password", db=ours)
    databases.command("generate", "-n", 10_000, "--user", "alice", db=ours)
    with sqlite3.connect(theirs) as conn:
        conn.executescript(f"PRAGMA journal_mode = WAL; {TABLE}")
    make = bench.ours(ours, "generate", "--user", "alice")
    goals, notes = [], []
    for name, argv in (("generate", lambda _: make), ("revoke", lambda turn: bench.ours(ours, "revoke", "--yes", turn + 1))):
        runs = [syncs(bench, argv(turn)) for turn in range(TURNS)]
        numbers = [number for number, _ in runs]
        usual = statistics.median(numbers)
        what = next(names for number, names in runs if number == usual)
        notes.append(f"`{name}`: {usual:.0f} ({what}), on average {statistics.mean(numbers):.2f}")
        goals.append(Goal(f"syncs of one {name}, the median of {TURNS}", usual, 1, unit=""))
    sql = """INSERT INTO sessions (token_hash, user_id, created_at, last_seen, expires_at)
        VALUES (randomblob(32), 1, unixepoch(), unixepoch(), unixepoch() + 1800) RETURNING id"""
    contenders = [
        Contender("sessionctl generate", make),
        Contender("sqlite3 shell, INSERT", ["sqlite3", "-cmd", "PRAGMA synchronous = FULL", theirs, sql]),
    ]
    results = race(bench.runner, contenders, bench.rounds * 20)
    part = ratio(*(results[contender.name] for contender in contenders))
    note = f"Syncs of one change, by strace: {'; '.join(notes)}. Now and then a change copies the log back, which takes " \
        f"two more. `generate` takes {part:.2f} of an INSERT in the shell."
    bench.report.race("one durable change", results, "sessionctl generate", goals, note)
    databases.drop(ours.name, theirs.name)


def syncs(bench, argv):
    """How often a command has the disk written, and by which calls."""
    log = bench.scratch / "strace.txt"
    calls = "fsync,fdatasync,sync,syncfs,sync_file_range,msync"
    line = ["strace", "-f", "-y", "-o", log, "-e", f"trace={calls}", *argv]
    subprocess.run([str(part) for part in line], check=True, stdout=subprocess.DEVNULL)
    found = re.findall(r"(?m)^\d+\s+(\w+)\(\d+<([^>]*)>", log.read_text())
    what = lambda path: "the folder" if Path(path).is_dir() else "the log" if path.endswith("-wal") else "the database"
    return len(found), ", ".join(f"{call} of {what(path)}" for call, path in found) or "none"
