"""Contenders take turns, several rounds; what is reported are medians, and ratios round by round."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

HERE = Path(__file__).resolve().parent
# The memory of the measuring process itself: a smaller amount cannot be measured.
FLOOR = 12 * 1024 * 1024


@dataclass
class Contender:
    """A command, and how to tell from its output what it did."""

    name: str
    argv: list
    stdin: Optional[Path] = None
    env: dict = field(default_factory=dict)
    # Called before each round, unmeasured: puts back what the round before changed.
    prepare: Optional[Callable] = None
    # Called after each round, unmeasured: what was done, from the database.
    done: Optional[Callable] = None
    # What stands in the output of an untimed first run, to be the same for all.
    work: Optional[Callable] = None
    codes: tuple = (0,)
    # Counts of what was done, where it is not as many as the others did: rates are compared.
    units: float = 1.0


@dataclass
class Result:
    name: str
    seconds: list
    peak: int
    cpu: float
    work: object
    units: float

    @property
    def median(self):
        return statistics.median(self.seconds)


class Wrong(Exception):
    """A contender failed, or did not do the same work as the others."""


class Runner:
    """The measuring process."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(HERE / "runner.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def run(self, contender, sink="pipe"):
        """Runs a contender once."""
        errors = self.scratch / "stderr.txt"
        job = {
            "argv": [str(part) for part in contender.argv],
            "stdin": str(contender.stdin) if contender.stdin else None,
            "env": contender.env, "sink": str(sink), "stderr": str(errors),
        }
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["code"] not in contender.codes:
            tail = errors.read_text(errors="replace")[-2000:]
            raise Wrong(f"{contender.name} ended with {answer['code']}: {tail}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def race(runner, contenders, rounds, tell=None):
    """Runs all in turn and returns their results by name, once it is clear that they did the same work."""
    works = {}
    for contender in contenders:
        if contender.work is None:
            continue
        out = runner.scratch / "output.txt"
        if contender.prepare:
            contender.prepare()
        runner.run(contender, sink=out)
        works[contender.name] = contender.work(out)
        out.unlink()
    same(works)
    times = {contender.name: [] for contender in contenders}
    peaks = dict.fromkeys(times, 0)
    cpu = {name: [] for name in times}
    done = {}
    for number in range(rounds):
        for contender in contenders:
            if contender.prepare:
                contender.prepare()
            answer = runner.run(contender)
            times[contender.name].append(answer["seconds"])
            cpu[contender.name].append(answer["cpu"])
            peaks[contender.name] = max(peaks[contender.name], answer["peak"])
            if contender.done:
                done[contender.name] = contender.done()
        same(done)
        if tell:
            tell(number + 1, rounds)
    return {
        contender.name: Result(
            contender.name, times[contender.name], peaks[contender.name],
            statistics.median(cpu[contender.name]),
            works.get(contender.name, done.get(contender.name)), contender.units,
        )
        for contender in contenders
    }


def same(works):
    """Refuses where contenders did not do the same work."""
    found = {json.dumps(work, sort_keys=True) for work in works.values() if work is not None}
    if len(found) > 1:
        raise Wrong(f"not the same work: {works}")


def ratio(ours, other):
    """How long ours takes for a unit as a part of the other: the median of the rounds' own ratios."""
    pairs = zip(ours.seconds, other.seconds)
    return statistics.median(mine / theirs for mine, theirs in pairs) * other.units / ours.units


def lines(path):
    """How many lines a file has."""
    count = 0
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            count += piece.count(b"\n")
    return count


def words(path):
    """How often each line occurs: what a look-up found."""
    counts = {}
    with open(path, "rb") as file:
        for line in file:
            counts[line] = counts.get(line, 0) + 1
    return {word.decode().strip(): number for word, number in sorted(counts.items())}
