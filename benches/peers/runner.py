"""Runs one process at a time for `measure` and tells its time and peak memory.

It is a process of its own because Linux counts the memory of whoever started a process as that process's peak:
this one stays small (about 10 MB), and a figure below that is shown as such.
"""

import json
import os
import sys
import time


def run(job):
    """Starts the job, its output on a file or on a pipe that `wc -c` drains, and waits for it."""
    actions = []
    stdin = os.open(job.get("stdin") or os.devnull, os.O_RDONLY)
    drain = None
    if job["sink"] == "pipe":
        outside, stdout = os.pipe()
        count_read, count_write = os.pipe()
        drain = os.posix_spawnp("wc", ["wc", "-c"], os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, outside, 0), (os.POSIX_SPAWN_DUP2, count_write, 1),
        ])
        os.close(outside)
        os.close(count_write)
    else:
        stdout = os.open(job["sink"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    stderr = os.open(job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, descriptor in enumerate((stdin, stdout, stderr)):
        actions.append((os.POSIX_SPAWN_DUP2, descriptor, number))
    env = {**os.environ, **job.get("env", {})}
    begin = time.perf_counter()
    pid = os.posix_spawnp(job["argv"][0], job["argv"], env, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - begin
    for descriptor in (stdin, stdout, stderr):
        os.close(descriptor)
    size = None
    if drain is not None:
        with os.fdopen(count_read) as answer:
            size = int(answer.read())
        os.waitpid(drain, 0)
    return {
        "seconds": seconds,
        "code": os.waitstatus_to_exitcode(status),
        "peak": usage.ru_maxrss * 1024,
        "cpu": usage.ru_utime + usage.ru_stime,
        "bytes": size,
    }


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
