#!/usr/bin/env python3
"""Whether the time of a refusal tells which accounts there are.

    tests/scripts/timing.py [PAIRS]      (default 200)

Sends a wrong password for someone who is there and for someone who is not, one after the other, to a
server of its own, and compares the medians: they may differ by 5 % of the time that it takes.
OMICRON_SERVER_BINARY names the server; otherwise it is built. To be run on a machine that does nothing
else.
"""

import base64
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MOST = 0.05


def server_binary():
    named = os.environ.get("OMICRON_SERVER_BINARY")
    if named:
        return os.path.abspath(named)
    subprocess.run(["cargo", "build", "--quiet", "--package", "omicron-server"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    return os.path.abspath(os.path.join(target, "debug", "omicron-server"))


def port_of(log):
    for _ in range(300):
        with open(log, encoding="utf-8") as lines:
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", lines.read())
        if found:
            return int(found.group(1))
        time.sleep(0.1)
    raise SystemExit("timing: the server does not listen")


def refused(connection, name):
    """The seconds that a wrong password for this name takes to be refused."""
    credentials = base64.b64encode(f"{name}:wrong".encode()).decode()
    started = time.perf_counter()
    connection.request("GET", "/api/v1/projects", headers={"Authorization": f"Basic {credentials}"})
    response = connection.getresponse()
    response.read()
    took = time.perf_counter() - started
    if response.status != 401:
        raise SystemExit(f"timing: {response.status} in place of 401")
    return took


def compare(port, pairs):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    ann = json.dumps({"username": "ann", "password": "tiger", "email": "ann@example.org"})
    connection.request("POST", "/api/v1/users", ann, {"Content-Type": "application/json"})
    made = connection.getresponse()
    made.read()
    if made.status != 201:
        raise SystemExit(f"timing: {made.status} in place of 201")
    known, unknown = [], []
    for number in range(pairs):
        # In turns, and in both orders: what changes meanwhile changes for both.
        first, second = (("ann", known), ("eve", unknown))[:: 1 if number % 2 else -1]
        for name, times in (first, second):
            times.append(refused(connection, name))
    return statistics.median(known), statistics.median(unknown)


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        environment = {
            "PATH": os.environ["PATH"], "BASE_DIRECTORY": folder, "STATE": "CI", "PORT": "0",
            "BCRYPT_COST": "8", "LOGIN_FAILURES": "0", "ROOT_PASSWORD": "correct-horse-battery",
        }
        with open(log, "w", encoding="utf-8") as output:
            server = subprocess.Popen(
                [server_binary(), "serve"], cwd=folder, env=environment, stdout=output, stderr=output
            )
        try:
            known, unknown = compare(port_of(log), pairs)
        finally:
            server.kill()
            server.wait()
    difference = abs(known - unknown) / max(known, unknown)
    print(
        f"timing: {pairs} pairs; known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, "
        f"{difference:.1%} apart"
    )
    if difference > MOST:
        raise SystemExit(f"timing: that is more than {MOST:.0%}")


if __name__ == "__main__":
    main()
