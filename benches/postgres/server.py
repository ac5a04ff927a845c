"""A PostgreSQL server of its own, in a folder that is removed with it."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ACCOUNT = 65_534
# As a server of this size is set up; what is acknowledged is on the disk.
OPTIONS = [
    "shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=1h", "max_connections=120", "autovacuum=off",
    "listen_addresses=",
]


def programs():
    """The folder of the newest release that is installed."""
    named = os.environ.get("SESSIONCTL_TEST_POSTGRES")
    if named:
        return Path(named)
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not folders:
        raise SystemExit("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin)")
    return folders[-1]


class Server:
    """A server on a Unix socket. It refuses root, so as root it runs as nobody."""

    def __init__(self, folder):
        self.programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=folder))
        self.folder.chmod(0o755)
        self.account = {}
        if os.geteuid() == 0:
            os.chown(self.folder, ACCOUNT, ACCOUNT)
            self.account = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}
        data = self.folder / "data"
        self.run("initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
                 "--locale", "C.UTF-8", "--no-instructions")
        options = [part for option in OPTIONS for part in ("-c", option)]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", data, "-k", self.folder, *options], cwd="/", **self.account,
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "w"),
        )
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder]).returncode:
            time.sleep(0.05)
            if self.process.poll() is not None:
                raise SystemExit((self.folder / "log").read_text())

    def run(self, program, *args):
        """Runs a program of the server's account."""
        subprocess.run([self.programs / program, *args], check=True, cwd="/", stdout=subprocess.DEVNULL, **self.account)

    def psql(self, database, *args):
        """The command line of psql with a database."""
        return [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h",
                self.folder, "-d", database, *args]

    def sql(self, database, statements):
        """What statements print."""
        done = subprocess.run(self.psql(database, "-c", statements), check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def pgbench(self, database, script, clients, seconds, *more):
        """The transactions per second of a script."""
        file = self.folder / "script.sql"
        file.write_text(script)
        done = subprocess.run(
            [self.programs / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f",
             file, "-U", "postgres", "-h", self.folder, *more, database],
            check=True, capture_output=True, text=True,
        )
        line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
        return float(line.split()[2])

    def url(self, database):
        """The URL of a database."""
        return f"postgres://postgres@/{database}?host={self.folder}"

    def copy(self, database, name):
        """A database with the same contents."""
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name}")
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {database}")
        self.sql(name, "CHECKPOINT")
        return name

    def release(self):
        """The name and release."""
        return self.sql("postgres", "SELECT split_part(version(), ' on ', 1)")

    def end(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
