"""The driver; `run` is what is called. It builds the databases and runs the cases, one after another."""

import argparse
import importlib
import sys
import time
from pathlib import Path

from databases import Databases
from measure import Runner, Wrong
from report import Report

HERE = Path(__file__).resolve().parent
CASES = ["verify", "tokens", "insert", "durable", "batch", "pages", "export", "counts", "waits", "foreign", "serve"]


class Bench:
    """What every case is given."""

    def __init__(self, args):
        self.rows = args.rows
        self.rounds = args.rounds
        self.bin = args.bin.resolve()
        self.hello = args.hello.resolve()
        self.static = args.static and args.static.resolve()
        self.work = args.work.resolve()
        self.scratch = self.work / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.loops = HERE / "loops"
        # The interpreter with Django; the loops without it run isolated.
        self.python = str(self.work / "venv/bin/python")
        self.node_env = {"NODE_PATH": str(self.work / "node/node_modules")}
        self.report = Report()
        self.runner = Runner(self.scratch)
        self.databases = Databases(self)

    def tell(self, text, soon=False):
        """Says how far it is, for those who wait."""
        end = "\r" if soon and sys.stderr.isatty() else "\n"
        if not soon or sys.stderr.isatty():
            print(f"[{time.strftime('%H:%M:%S')}] {text}", end=end, file=sys.stderr, flush=True)

    def ours(self, db, *args, program=None):
        """A command line of sessionctl."""
        return [program or self.bin, "--db", db, "--quiet", "--no-input", *args]


def arguments():
    parser = argparse.ArgumentParser(prog="benches/peers/run")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=lambda text: text.split(","), default=CASES)
    parser.add_argument("--bin", type=Path, default=HERE / "../../target/release/sessionctl")
    parser.add_argument("--static", type=Path)
    parser.add_argument("--hello", type=Path, default=HERE / "../../target/release/examples/hello")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    if args.list:
        for name in CASES:
            print(f"{name:8} {importlib.import_module(f'cases.{name}').__doc__.splitlines()[0]}")
        return 0
    unknown = set(args.only) - set(CASES)
    if unknown:
        print(f"no case {', '.join(sorted(unknown))}: choose from {', '.join(CASES)}", file=sys.stderr)
        return 2
    bench = Bench(args)
    # The front's case has a database of its own.
    if args.only != ["serve"]:
        bench.databases.ready()
    failed = []
    for name in [case for case in CASES if case in args.only]:
        bench.tell(f"case {name}")
        try:
            importlib.import_module(f"cases.{name}").run(bench)
        except Wrong as wrong:
            failed.append(name)
            bench.report.section(f"{name}: not measured", str(wrong))
    bench.runner.close()
    print(f"## Summary\n\n{bench.report.summary()}")
    if args.write:
        bench.report.write(args.write, bench)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
