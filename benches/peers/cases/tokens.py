"""Tokens that no database knows: `generate --no-store` into a pipe."""

import re
import subprocess

from measure import Contender, lines, race, ratio
from report import Goal


def run(bench):
    count = min(bench.rows, 1_000_000)
    contenders = [
        Contender("sessionctl", [bench.bin, "generate", "--no-store", "--quiet", "-n", count], work=lines),
        Contender("head of /dev/urandom", ["head", "-c", count * 32, "/dev/urandom"]),
        Contender("node, crypto.randomBytes", ["node", bench.loops / "tokens.js", count], work=lines),
        Contender("python3, secrets.token_hex", ["python3", "-I", bench.loops / "tokens.py", count], work=lines),
    ]
    results = race(bench.runner, contenders, bench.rounds)
    ours = results["sessionctl"]
    goals = [
        Goal("generate --no-store / head of /dev/urandom", ratio(ours, results["head of /dev/urandom"]), 1.5),
        Goal("node / generate --no-store", 1 / ratio(ours, results["node, crypto.randomBytes"]), 15, most=False),
        Goal("python / generate --no-store", 1 / ratio(ours, results["python3, secrets.token_hex"]), 10, most=False),
        Goal("bytes from the operating system / bytes of the tokens", drawn(bench), 1, most=False),
    ]
    bench.report.race(f"{count:,} tokens into a pipe", results, "sessionctl", goals)


def drawn(bench):
    """Counts what getrandom(2) and reads of random devices give for 10,000 tokens."""
    log = bench.scratch / "strace.txt"
    argv = ["strace", "-f", "-o", log, "-e", "trace=getrandom", bench.bin, "generate", "--no-store", "-q", "-n", "10000"]
    subprocess.run([str(part) for part in argv], check=True, stdout=subprocess.DEVNULL)
    return sum(int(size) for size in re.findall(r"getrandom\(.*= (\d+)$", log.read_text(), re.M)) / 320_000
