"""A command beside a neighbour that looks up and issues sessions all the while: how long the neighbour waits, and how
large the write-ahead log grows."""

import json
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from measure import HERE, Wrong


@dataclass
class Run:
    """What one run took, and what it did to the neighbour."""

    seconds: float
    peak: int
    longest: float
    p99: float
    turns: int
    wal: int
    by_name: dict


class Sampler(threading.Thread):
    """Looks at the size of the write-ahead log every 20 ms."""

    def __init__(self, db):
        super().__init__(daemon=True)
        self.wal, self.largest, self.ended = Path(f"{db}-wal"), 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            try:
                self.largest = max(self.largest, self.wal.stat().st_size)
            except FileNotFoundError:
                pass


def beside(bench, contender, db, neighbour):
    """Runs a contender (or waits five seconds, if there is none) beside a neighbour on the same database."""
    out = bench.scratch / "neighbour.json"
    out.unlink(missing_ok=True)
    lines = {name: [str(part) for part in argv] for name, argv in neighbour.items()}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(HERE / "loops/neighbour.py"), json.dumps(lines), str(out)],
        stdin=subprocess.PIPE,
    )
    time.sleep(0.5)
    sampler = Sampler(db)
    sampler.start()
    began = time.monotonic()
    try:
        if contender is None:
            time.sleep(5)
            answer = {"seconds": 5.0, "peak": 0}
        else:
            answer = bench.runner.run(contender)
    finally:
        ended = time.monotonic()
        sampler.ended.set()
        sampler.join()
        process.stdin.close()
        process.wait()
    report = json.loads(out.read_text())
    if report["failed"]:
        errors = Path(f"{out}.errors").read_text(errors="replace")[-500:]
        raise Wrong(f"the neighbour failed {report['failed']} times: {errors}")
    # Only turns that met the work: what came before and after would flatter the percentile.
    met = {
        name: [wait for begin, wait in each if begin < ended and begin + wait > began]
        for name, each in report["waits"].items()
    }
    waits = sorted(wait for each in met.values() for wait in each)
    return Run(
        answer["seconds"], answer["peak"], waits[-1], waits[int(len(waits) * 0.99)], len(waits), sampler.largest,
        {name: max(each, default=0) for name, each in met.items()},
    )


def middle(runs, what):
    """The median of one figure of several runs."""
    return statistics.median(what(run) for run in runs)
