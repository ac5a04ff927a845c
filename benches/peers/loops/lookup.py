"""Looks up tokens, one a line on standard input, as a program would that was given the best settings."""

import hashlib
import sqlite3
import sys
import time


def main():
    db = sys.argv[1]
    conn = sqlite3.connect(f"file:{db}?mode=ro", uri=True, isolation_level=None)
    conn.execute("PRAGMA mmap_size = 17179869184")
    conn.execute("BEGIN")
    now = int(time.time())
    sql = "SELECT id, expires_at, revoked_at, last_seen FROM sessions WHERE token_hash = ?"
    look, sha256, write = conn.execute, hashlib.sha256, sys.stdout.write
    for line in sys.stdin.buffer:
        row = look(sql, (sha256(line[:-1]).digest(),)).fetchone()
        if row is None:
            write("unknown\n")
        elif row[2] is not None:
            write("revoked\n")
        elif row[1] <= now:
            write("expired\n")
        else:
            write("active\n")


main()
