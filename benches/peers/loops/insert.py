"""Issues and stores sessions: a token, its digest, a row; the tokens are printed. One transaction."""

import hashlib
import secrets
import sqlite3
import sys
import time


def main():
    db, count = sys.argv[1], int(sys.argv[2])
    conn = sqlite3.connect(db, isolation_level=None)
    conn.execute("PRAGMA cache_size = -262144")
    conn.execute("PRAGMA synchronous = NORMAL")
    now = int(time.time())
    sql = "INSERT INTO sessions (token_hash, user_id, created_at, last_seen, expires_at) VALUES (?, 1, ?, ?, ?)"

    def rows():
        write = sys.stdout.write
        for _ in range(count):
            token = secrets.token_hex(32)
            write(token + "\n")
            yield hashlib.sha256(token.encode()).digest(), now, now, now + 1800

    conn.execute("BEGIN")
    conn.executemany(sql, rows())
    conn.execute("COMMIT")


main()
