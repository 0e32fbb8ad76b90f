"""A server with a database of its own, for scripts that measure.

OMICRON_SERVER_BINARY names the server; otherwise it is built for release. PostgreSQL's binaries are those in
POSTGRES_BIN, by default /usr/lib/postgresql/15/bin.
"""

import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
POSTGRES = os.environ.get("POSTGRES_BIN", "/usr/lib/postgresql/15/bin")
PASSWORD = "correct-horse-battery"


def basic(username="root"):
    """Somebody's Authorization header; all have one password."""
    return "Basic " + base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()


def server_binary():
    named = os.environ.get("OMICRON_SERVER_BINARY")
    if named:
        return os.path.abspath(named)
    command = ["cargo", "build", "--quiet", "--release", "--package", "omicron-server"]
    subprocess.run(command, cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    return os.path.abspath(os.path.join(target, "release", "omicron-server"))


class Server:
    def __init__(self, folder, url):
        self.log = os.path.join(folder, "log")
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "BASE_DIRECTORY": folder, "STATE": "CI",
            "PORT": "0", "DATABASE_URL": url, "AUTO_MIGRATE": "true", "ROOT_PASSWORD": PASSWORD,
            "BCRYPT_COST": "4", "TOKEN_SECRET_KEY": "0123456789abcdef" * 4,
        }
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [server_binary()], cwd=folder, env=environment, stdout=log, stderr=log)
        self.port = self.listens_on()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def listens_on(self):
        for _ in range(300):
            with open(self.log, encoding="utf-8") as lines:
                text = lines.read()
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", text)
            if found:
                return int(found.group(1))
            time.sleep(0.1)
        raise SystemExit(f"the server does not listen: {text}")

    def ask(self, method, path, body=None, status=200):
        headers = {"Authorization": basic(), "Content-Type": "application/json"}
        body = None if body is None else json.dumps(body)
        self.connection.request(method, f"/api/v1{path}", body, headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != status:
            raise SystemExit(f"{response.status} in place of {status}: {text}")
        return json.loads(text)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def as_postgres(*command):
    # PostgreSQL does not run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/tmp")


@contextlib.contextmanager
def cluster():
    """A PostgreSQL cluster: the URL of a database that is still to be made, and how psql is called on it."""
    data = tempfile.mkdtemp()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        as_postgres(f"{POSTGRES}/initdb", "-D", f"{data}/db", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-p {port} -h 127.0.0.1 -k {data}"
        as_postgres(f"{POSTGRES}/pg_ctl", "-D", f"{data}/db", "-o", options, "-w", "-l", f"{data}/log", "start")
        url = f"postgres://postgres@127.0.0.1:{port}/lab"
        yield url, [f"{POSTGRES}/psql", "--quiet", "--set", "ON_ERROR_STOP=1", url]
    finally:
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, f"{POSTGRES}/pg_ctl", "-D", f"{data}/db", "-m", "immediate", "stop"],
                       stdout=subprocess.DEVNULL, cwd="/tmp", check=False)
        shutil.rmtree(data, ignore_errors=True)
