"""What the cases found, as markdown."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measure import FLOOR, ratio


@dataclass
class Goal:
    """A bound of the project, and what was measured. `most`: the value is to be at most the bound."""

    text: str
    value: float
    bound: float
    most: bool = True
    unit: str = "×"

    @property
    def met(self):
        return self.value <= self.bound if self.most else self.value >= self.bound

    def show(self):
        sign = "≤" if self.most else "≥"
        verdict = "yes" if self.met else "**no**"
        measured, bound = (f"{number(value)} {self.unit}".strip() for value in (self.value, self.bound))
        return f"| {self.text} | {measured} | {sign} {bound} | {verdict} |"


def number(value):
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def span(seconds):
    """A time."""
    if seconds >= 1:
        return f"{number(seconds)} s"
    return f"{number(seconds * 1e3)} ms" if seconds >= 1e-3 else f"{number(seconds * 1e6)} µs"


def size(count):
    """Memory."""
    return "≤ 12 MB" if count <= FLOOR else f"{count / 1e6:.0f} MB"


class Report:
    """Gathers sections and goals; prints them as they come."""

    def __init__(self):
        self.sections = []
        self.goals = []

    def section(self, title, text):
        block = f"### {title}\n\n{text}\n"
        self.sections.append(block)
        print(block, flush=True)

    def race(self, title, results, ours, goals=(), note=""):
        """A table of contenders, each beside ours, and the goals below it."""
        mine = results[ours]
        rows = ["| contender | median | ours takes, of it | processor time | peak memory |", "|---|---|---|---|---|"]
        for result in results.values():
            share = "1" if result is mine else number(ratio(mine, result))
            rows.append(
                f"| {result.name} | {span(result.median)} | {share} | {span(result.cpu)} | {size(result.peak)} |"
            )
        text = "\n".join(rows)
        if mine.work is not None:
            text += f"\n\nThe same work: {brief(mine.work)}."
        if note:
            text += f"\n\n{note}"
        self.section(title, text + self.note(goals))

    def note(self, goals):
        """Keeps goals and returns them as a table."""
        goals = list(goals)
        self.goals += goals
        if not goals:
            return ""
        head = "\n\n| goal | measured | bound | met |\n|---|---|---|---|\n"
        return head + "\n".join(goal.show() for goal in goals)

    def summary(self):
        """All goals."""
        met = sum(goal.met for goal in self.goals)
        head = "| goal | measured | bound | met |\n|---|---|---|---|\n"
        return f"{met} of {len(self.goals)} goals met.\n\n" + head + "\n".join(goal.show() for goal in self.goals)

    def markdown(self, bench):
        return (
            f"## {bench.rows:,} sessions\n\n{machine(bench)}\n\n{self.summary()}\n\n" + "\n".join(self.sections)
        )

    def write(self, path, bench):
        """Puts this run's part into the file, in place of an earlier one of as many sessions."""
        path = Path(path)
        old = path.read_text() if path.exists() else HEAD
        parts = re.split(r"(?m)^(?=## )", old)
        mark = f"## {bench.rows:,} sessions\n"
        kept = [part for part in parts if not part.startswith(mark)]
        path.write_text("".join(part.rstrip("\n") + "\n\n" for part in kept) + self.markdown(bench))


HEAD = """# Results

Taken with `benches/peers/run`, whole processes side by side in one run. Ratios are what can be compared between
machines; times are for reading the shape. "ours takes, of it": the median of the rounds' own ratios.
"""


def brief(work):
    text = str(work)
    return text if len(text) < 160 else text[:160] + "…"


def machine(bench):
    """The machine's kind and the versions, without names."""
    def ask(*argv):
        try:
            return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split("\n")[0]
        except (OSError, subprocess.CalledProcessError):
            return "?"

    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )
    kernel = ".".join(platform.release().split(".")[:2])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    django = ask(bench.python, "-c", "import django; print(django.__version__)")
    package = bench.work / "node/node_modules/better-sqlite3/package.json"
    better = re.search(r'"version": "([^"]+)"', package.read_text()).group(1)
    redis = re.search(r"v=(\S+)", ask("redis-server", "--version"))
    tools = ", ".join([
        f"sqlite3 {ask('sqlite3', '--version').split()[0]}", f"python {platform.python_version()}",
        f"node {ask('node', '--version').lstrip('v')}", f"better-sqlite3 {better}", f"Django {django}",
        f"redis {redis.group(1) if redis else '?'}",
    ])
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {kernel}; {tools}."
