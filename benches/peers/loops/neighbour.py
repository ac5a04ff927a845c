"""Looks up and issues sessions, one after another, a process each, and notes when each began (by the clock all
processes share) and how long it took. It stops when its standard input is closed."""

import json
import os
import select
import sys
import time


def main():
    lines, out = json.loads(sys.argv[1]), sys.argv[2]
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(out + ".errors", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
    waits, failed = {name: [] for name in lines}, 0
    while not select.select([0], [], [], 0)[0]:
        for name, argv in lines.items():
            begin = time.monotonic()
            pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=actions)
            _, status = os.waitpid(pid, 0)
            waits[name].append((begin, time.monotonic() - begin))
            failed += os.waitstatus_to_exitcode(status) != 0
    with open(out, "w") as file:
        json.dump({"waits": waits, "failed": failed}, file)


main()
