"""The web front's gate beside a hyper hello-world: rates, waits, memory, start, touches, idle connections."""

import http.client
import os
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import time
import urllib.parse

from measure import Wrong
from report import Goal, number, span

# What nginx sends to a gate for a browser that opens a page.
HEAD = (
    "GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nX-Forwarded-Method: GET\\r\\nX-Forwarded-Proto: https\\r\\n"
    "X-Forwarded-Host: shop.example\\r\\nX-Forwarded-Uri: /cart?item=1\\r\\nX-Forwarded-For: 203.0.113.7\\r\\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36\\r\\n"
    "Accept: text/html,application/xhtml+xml\\r\\nAccept-Language: en\\r\\nSec-Fetch-Mode: navigate\\r\\n"
    "Sec-Fetch-Dest: document\\r\\nCookie: theme=dark; "
)
# Reads the cookies, and sends another one with each request. `delay` makes a given rate of them: each connection waits for a
# random time, because connections that wait for the same one send together, and then measure their own queue.
LUA = """local cookies = {{}}
for line in io.lines("{cookies}") do cookies[#cookies + 1] = line end
local head = "{head}"
request = function() return head .. cookies[math.random(#cookies)] .. "\\r\\n\\r\\n" end
{delay}
"""
PASSWORD = "correct horse battery staple"
# Sessions that are in use at once, of all.
IN_USE = 20_000
IDLE = 10_000
PATH = "/_session/auth/shop"


class Server:
    """A server under test, which answers once this returns."""

    def __init__(self, argv, port, env=None, log=os.devnull):
        self.port = port
        with open(log, "ab") as out:
            self.process = subprocess.Popen([str(part) for part in argv], env={**os.environ, **(env or {})},
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        for _ in range(1_000):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise Wrong(f"{argv[0]} does not listen")

    def cpu(self):
        """Seconds of processor time so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """Bytes that are resident."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise Wrong("no VmRSS")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


class Load:
    """One run of wrk."""

    def __init__(self, bench, server, path, cookies, seconds, connections, every_ms=0):
        script = bench.scratch / "gate.lua"
        delay = f"delay = function() return math.random(0, {2 * every_ms}) end" if every_ms else ""
        script.write_text(LUA.format(cookies=cookies, head=HEAD.format(path=path), delay=delay))
        before = server.cpu()
        argv = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script,
                f"http://127.0.0.1:{server.port}{path}"]
        out = subprocess.run([str(part) for part in argv], capture_output=True, text=True, check=True).stdout
        self.cpu = server.cpu() - before
        words = out.split()
        self.rate = float(words[words.index("Requests/sec:") + 1])
        self.requests = int(words[words.index("requests") - 1])
        self.p99 = seconds_of(words[words.index("99%") + 1])
        if "Non-2xx" in out:
            raise Wrong(f"not all were accepted: {out}")


def seconds_of(text):
    """A time as wrk prints it."""
    for unit, factor in (("us", 1e-6), ("ms", 1e-3), ("s", 1)):
        if text.endswith(unit):
            return float(text[: -len(unit)]) * factor
    raise Wrong(f"no time: {text}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build(bench):
    """A database of sessions of a site, with the tokens of those in use."""
    db, cookies = bench.work / f"serve-{bench.rows}.db", bench.work / f"serve-{bench.rows}.cookies"
    if cookies.exists():
        return db, cookies
    db.unlink(missing_ok=True)
    run = lambda *words, **more: subprocess.run(bench.ours(db, *words), check=True, text=True, **more)
    run("db", "init")
    run("user", "add", "alice", "--password-stdin", input=PASSWORD)
    for key in ("web.idle", "web.absolute"):
        run("db", "policy", key, "30d")
    run("db", "policy", "user.sessions_max", "1000000")
    tokens = []
    for begin in range(0, bench.rows, 900_000):
        user = f"user{begin}"
        run("user", "add", user, "--password-stdin", input=PASSWORD)
        count = min(900_000, bench.rows - begin)
        made = run("generate", "--kind", "web", "--app", "shop", "--user", user, "-n", str(count), capture_output=True)
        tokens += made.stdout.split()
    used = random.Random(7).sample(tokens, min(IN_USE, len(tokens)))
    cookies.write_text("".join(f"__Host-Http-session={token}\n" for token in used))
    return db, cookies


def front(bench, db, *more, log=os.devnull):
    port = free_port()
    argv = bench.ours(db, "serve", "--app", f"shop=http://localhost:{port}", "--listen", f"127.0.0.1:{port}", *more)
    return Server(argv, port, log=log)


def run(bench):
    if not shutil.which("wrk"):
        raise Wrong("wrk is not installed: apt-get install wrk")
    db, cookies = build(bench)
    hello_port = free_port()
    hello = Server([bench.hello, f"127.0.0.1:{hello_port}"], hello_port)
    try:
        load = rates(bench, db, cookies, hello)
    finally:
        hello.stop()
    half(bench, db, cookies, load)
    memory(bench, db)
    start(bench, db)
    touches(bench, db, cookies)
    idle(bench, db, cookies)


def rates(bench, db, cookies, hello):
    """Answers a second, in turns; returns the gate's rate."""
    servers = {"hyper hello-world": (hello, PATH, cookies)}
    servers["sessionctl gate"] = (front(bench, db, "--log", "off"), PATH, cookies)
    servers["sessionctl gate, request log to a file"] = (front(bench, db, log=bench.scratch / "requests.log"), PATH, cookies)
    loads = {name: [] for name in servers}
    for name, (server, path, mine) in servers.items():
        Load(bench, server, path, mine, 3, 32)
    for _ in range(bench.rounds):
        for name, (server, path, mine) in servers.items():
            loads[name].append(Load(bench, server, path, mine, 4, 32))
    for server, *_ in list(servers.values())[1:]:
        server.stop()
    base = loads["hyper hello-world"]
    rows = ["| server | answers/s | of hello-world | processor time an answer | of hello-world |", "|---|---|---|---|---|"]
    each = lambda load: load.cpu / load.requests
    part = lambda mine, of: statistics.median(of(a) / of(b) for a, b in zip(mine, base))
    for name, mine in loads.items():
        rate = statistics.median(load.rate for load in mine)
        cost = statistics.median(each(load) for load in mine)
        rows.append(f"| {name} | {rate:.0f} | {number(part(mine, lambda load: load.rate))} | {span(cost)} | {number(part(mine, each))} |")
    gate = loads["sessionctl gate"]
    goals = [Goal("gate's rate / hyper hello-world", part(gate, lambda load: load.rate), 0.6, most=False)]
    note = (f"{IN_USE:,} of the sessions are in use, over 32 connections. wrk runs on the same cores, so that the rates of fast "
            "servers are too low; the processor time an answer is not. Authelia, tinyauth and oauth2-proxy are in no registry "
            "from which they could be installed, so that no peer was measured.")
    bench.report.section("the gate, answers a second", "\n".join(rows) + "\n\n" + note + bench.report.note(goals))
    return statistics.median(load.rate for load in gate)


def half(bench, db, cookies, load):
    """The gate at half of its rate: how long the slowest of a hundred waits; and hello-world at the same rate, for what the
    client and the machine take of that."""
    every = 10
    connections = max(1, round(load / 2 * every / 1000))
    hello_port = free_port()
    hello = Server([bench.hello, f"127.0.0.1:{hello_port}"], hello_port)
    server = front(bench, db, "--log", "off")
    for one in (hello, server):
        Load(bench, one, PATH, cookies, 3, 32)
    loads = {hello: [], server: []}
    for _ in range(bench.rounds):
        for one, mine in loads.items():
            mine.append(Load(bench, one, PATH, cookies, 5, connections, every))
    hello.stop()
    server.stop()
    p99 = {one: statistics.median(load.p99 for load in mine) for one, mine in loads.items()}
    text = (f"{statistics.median(one.rate for one in loads[server]):.0f} answers a second over {connections} connections: 99 % within "
            f"{span(p99[server])}; of hello-world at the same rate within {span(p99[hello])}.")
    bench.report.section("the gate at half of its rate", text + bench.report.note([
        Goal("p99 at half load", p99[server] * 1e3, 2, unit="ms"),
        Goal("p99 at half load / hyper hello-world", p99[server] / p99[hello], 2),
    ]))


def memory(bench, db):
    """Resident memory at rest, and while passwords are hashed."""
    server = front(bench, db, "--log", "off")
    ask(server.port, "GET", "/healthz")
    time.sleep(2)
    rest = server.resident()
    sockets = [post_login(server.port) for _ in range(2)]
    most = rest
    began = time.monotonic()
    while time.monotonic() - began < 3:
        most = max(most, server.resident())
        time.sleep(0.002)
    for one in sockets:
        one.close()
    server.stop()
    mib = 2**20
    text = f"{rest / mib:.1f} MiB at rest, {most / mib:.0f} MiB at most while two logins hash."
    bench.report.section("memory of the front", text + bench.report.note([
        Goal("memory at rest", rest / mib, 15, unit="MiB"), Goal("memory while 2 hashes run", most / mib, 150, unit="MiB"),
    ]))


def ask(port, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path)
    return connection.getresponse().status


def post_login(port):
    """Sends a login, and does not wait for its answer."""
    form = urllib.parse.urlencode({"name": "alice", "password": PASSWORD})
    one = socket.create_connection(("127.0.0.1", port))
    one.sendall((f"POST /_session/login HTTP/1.1\r\nHost: localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n"
                 "Content-Type: application/x-www-form-urlencoded\r\n"
                 f"Content-Length: {len(form)}\r\n\r\n{form}").encode())
    return one


def start(bench, db):
    """From the start of the process to READY=1."""
    path = bench.scratch / "notify.sock"
    times = []
    for _ in range(4 * bench.rounds):
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(path))
            notify.settimeout(10)
            port = free_port()
            argv = bench.ours(db, "serve", "--app", f"shop=http://localhost:{port}", "--listen", f"127.0.0.1:{port}")
            began = time.perf_counter()
            process = subprocess.Popen([str(part) for part in argv], env={**os.environ, "NOTIFY_SOCKET": str(path)},
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while b"READY=1" not in notify.recv(4096):
                pass
            times.append(time.perf_counter() - began)
        process.terminate()
        process.wait()
    median = statistics.median(times)
    bench.report.section("start of the front", f"{span(median)} to READY=1, the median of {len(times)}."
                         + bench.report.note([Goal("start to READY", median * 1e3, 50, unit="ms")]))


def changes(port):
    """Changes of the database by the front so far."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics")
    for line in connection.getresponse().read().decode().splitlines():
        if line.startswith("sessionctl_change_seconds_count"):
            return int(line.split()[1])
    raise Wrong("no count of changes")


def touches(bench, db, cookies):
    """Commits a second that touches cost under load, and whether SIGTERM loses one."""
    policy = lambda value: subprocess.run(bench.ours(db, "db", "policy", "touch.interval", value), check=True)
    # Each use of a session in another second is written.
    policy("1s")
    api = free_port()
    server = front(bench, db, "--log", "off", "--api", f"127.0.0.1:{api}")
    reader = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    script = bench.scratch / "touch.lua"
    script.write_text(LUA.format(cookies=cookies, head=HEAD.format(path=PATH), delay=""))
    seconds = 10
    # Each change is one transaction. `PRAGMA data_version` would count more: the first commit behind a whole checkpoint
    # begins the write-ahead log again, and readers see that as a change of its own.
    before, begun = changes(api), time.monotonic()
    subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{server.port}{PATH}"],
                   stdout=subprocess.DEVNULL, check=True)
    commits, seconds = changes(api) - before, time.monotonic() - begun
    seen = lambda: reader.execute("SELECT count(*) FROM session WHERE last_seen_at >= ?", (began,)).fetchone()[0]
    time.sleep(2)
    began = int(time.time())
    cookie = open(cookies).readline().strip()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", PATH, headers={"Cookie": cookie})
    accepted = connection.getresponse().status == 200
    server.stop()
    written = seen()
    reader.close()
    policy("1m")
    rate = commits / seconds
    text = f"{commits} commits in {seconds:.1f} s under load; of {int(accepted)} touch gathered at SIGTERM, {written} was written."
    bench.report.section("touches", text + bench.report.note([
        Goal("commits a second for touches", rate, 1.1, unit=""), Goal("touches lost at SIGTERM", float(accepted) - written, 0, unit=""),
    ]))


def idle(bench, db, cookies):
    """As many idle connections as the limit of open files allows."""
    import resource
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(IDLE, hard - 500)
    server = front(bench, db, "--log", "off")
    cookie = open(cookies).readline().strip()
    alone = [Load(bench, server, PATH, cookies, 3, 32) for _ in range(3)][1:]
    question = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
    kept = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(question)
        one.recv(4096)
        kept.append(one)
    size = server.resident() / 2**20
    beside = [Load(bench, server, PATH, cookies, 3, 32) for _ in range(2)]
    for one in kept:
        one.close()
    server.stop()
    ratio = statistics.median(load.requests / load.cpu for load in beside) / statistics.median(load.requests / load.cpu for load in alone)
    text = f"{size:.0f} MiB resident with {count:,} idle connections; answers for each second of processor time: {number(ratio)} of those without."
    bench.report.section("idle connections", text + bench.report.note([
        Goal("memory with idle connections", size, 120, unit="MiB"), Goal("gate's rate with them / without", ratio, 0.9, most=False),
    ]))
