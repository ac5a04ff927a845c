"""Every Django session as JSON lines with its user, as a script would write it."""

import base64
import json
import sqlite3
import sys
import zlib


def decode(data):
    part = data.split(":", 1)[0]
    packed = part.startswith(".")
    part = part[1:] if packed else part
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return json.loads(zlib.decompress(raw) if packed else raw)


def main():
    conn = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    names = {str(number): name for number, name in conn.execute("SELECT id, username FROM auth_user")}
    write = sys.stdout.write
    for key, data, expires in conn.execute("SELECT session_key, session_data, expire_date FROM django_session"):
        user = names.get(decode(data).get("_auth_user_id"))
        write(json.dumps({"id": key, "user": user, "expires_at": expires}) + "\n")


main()
