"""A Redis of its own for the length of a case, with as many keys as there are tokens."""

import subprocess
import time


class Redis:
    """Listens on a socket in the scratch folder and on a free port of the loopback; keeps nothing on disk."""

    def __init__(self, bench, port=16_379):
        self.socket, self.port = bench.scratch / "redis.sock", port
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket),
             "--save", "", "--appendonly", "no", "--dir", str(bench.scratch), "--logfile", "redis.log"],
        )

    def __enter__(self):
        for _ in range(100):
            if self.process.poll() is not None:
                raise OSError(f"redis-server ended; is port {self.port} taken?")
            if self.socket.exists() and self.ask("ping") == "PONG":
                return self
            time.sleep(0.1)
        raise OSError("redis-server does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, *args):
        argv = ["redis-cli", "-s", str(self.socket), *args]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()

    def fill(self, count):
        """Sets key:000000000000 and so on, as redis-benchmark asks for them, to a number each."""
        argv = ["redis-cli", "-s", str(self.socket), "--pipe"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as pipe:
            for number in range(count):
                value = b"%d" % number
                pipe.stdin.write(b"*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$%d\r\n%s\r\n" % (number, len(value), value))
            pipe.stdin.close()

    def hits(self):
        """How many keys were found since this was asked last."""
        stats = dict(line.split(":") for line in self.ask("info", "stats").splitlines() if ":" in line)
        self.ask("config", "resetstat")
        return int(stats["keyspace_hits"])

    def peak(self):
        memory = dict(line.split(":", 1) for line in self.ask("info", "memory").splitlines() if ":" in line)
        return int(memory["used_memory_peak"])

    def get(self, count, local):
        """The command line of as many pipelined GETs by one client."""
        way = ["-s", self.socket] if local else ["-h", "127.0.0.1", "-p", self.port]
        return ["redis-benchmark", *way, "-q", "-P", 16, "-c", 1, "-n", count, "-r", count, "GET", "key:__rand_int__"]
