#!/usr/bin/env python3
"""What one durable change costs beside an earlier release: syncs, time, processor time, and 256 processes at once.

    benches/since.py EARLIER THIS [ROUNDS]

EARLIER and THIS are release builds of the program. The two run by turns, so the ratios compare on a busy machine too; the
syncs are counted by strace, and do not depend on other work at all. Files go to a temporary folder below TMPDIR.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SESSIONS = 20_000
PROCESSES = 256


class Program:
    """A build of the program, with a database of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, Path(folder)
        self.env = {"HOME": folder, "SESSIONCTL_DB": str(self.folder / "s.db"), "PATH": os.environ["PATH"]}
        self.next = 1
        self.run("generate", "--kind", "anonymous", "-n", str(SESSIONS))
        (self.folder / "token").write_bytes(self.run("generate", "--kind", "anonymous")[2])

    def arguments(self, act):
        """The arguments of an act; each revocation is of another session."""
        if act == "revoke":
            self.next += 1
            return ["revoke", str(self.next), "--yes"]
        return {"generate": ["generate", "--kind", "anonymous"], "verify": ["verify", "--no-touch", f"@{self.folder}/token"]}[act]

    def run(self, *arguments, before=()):
        """Seconds, seconds of the processor, and standard output of one process."""
        started = time.perf_counter()
        process = subprocess.Popen(
            [*before, self.binary, *arguments], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{self.binary} {' '.join(arguments)} failed: {status}")
        return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, output

    def syncs(self, act):
        """The syncs of one act."""
        trace = self.folder / "trace"
        self.run(*self.arguments(act), before=["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(trace)])
        return trace.read_text().count("sync(")

    def crowd(self):
        """Seconds until as many processes as a crowd has have each made one session."""
        started = time.perf_counter()
        command = [self.binary, *self.arguments("generate")]
        quiet = {"env": self.env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        crowd = [subprocess.Popen(command, **quiet) for _ in range(PROCESSES)]
        if any([process.wait() for process in crowd]):
            sys.exit("a process of the crowd failed")
        return time.perf_counter() - started


def main():
    """Prints a table."""
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        programs = [Program(sys.argv[1], one), Program(sys.argv[2], other)]
        print("| act | syncs, earlier | syncs, this | time, this / earlier | processor time, this / earlier |")
        print("|---|---|---|---|---|")
        for act in ["generate", "revoke", "verify"]:
            syncs = [statistics.median(program.syncs(act) for _ in range(20)) for program in programs]
            runs = [[program.run(*program.arguments(act)) for program in programs] for _ in range(rounds)]
            time_ratio = statistics.median(this[0] / earlier[0] for earlier, this in runs)
            processor = statistics.median(this[1] / earlier[1] for earlier, this in runs)
            print(f"| {act} | {syncs[0]:.0f} | {syncs[1]:.0f} | {time_ratio:.2f} | {processor:.2f} |")
        crowds = [[program.crowd() for program in programs] for _ in range(7)]
        ratio = statistics.median(this / earlier for earlier, this in crowds)
        print(f"| {PROCESSES} processes, one generate each | | | {ratio:.2f} | |")


main()
