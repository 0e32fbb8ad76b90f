#!/usr/bin/env python3
"""What a thousand who follow the feed cost, of whom fifty read nothing.

    tests/scripts/readers.py [SECONDS]      (default 60)

Starts a server on SQLite, opens 1,000 streams of a project's events for twenty people, reads from 950 of them,
and begins samples in the project, 25 a second. Fails if one who reads misses an event or has one twice, if one
who does not is still connected after thirty seconds, if a sample takes longer than a second, or
if the server takes 64 MiB more than before. OMICRON_SERVER_BINARY names the server; otherwise it is built for
release. To be run on a machine that does nothing else.
"""

import http.client
import json
import resource
import selectors
import socket
import sys
import tempfile
import threading
import time

from lab import PASSWORD, Server, basic

READERS = 1000
STALLED = 50
PEOPLE = 20
RATE = 25
MOST_MIB = 64
MOST_SECONDS_STALLED = 30


def memory(server):
    """The server's resident memory, in MiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def connected(server):
    """How many connections the server has, by the kernel's own list."""
    end = f":{server.port:04X}"
    with open("/proc/net/tcp", encoding="utf-8") as lines:
        rows = [line.split() for line in lines]
    return sum(row[1].endswith(end) and row[3] == "01" for row in rows)


def people(server):
    """A credential for each of the people, who all are members of the project."""
    server.ask("POST", "/projects", {"name": "Feed", "description": ""}, 201)
    for number in range(PEOPLE):
        name = f"person{number}"
        server.ask("POST", "/users", {"username": name, "email": f"{name}@example.org", "password": PASSWORD}, 201)
        server.ask("POST", f"/users/{name}/approval")
        server.ask("POST", "/projects/1/members", {"username": name}, 201)
    return [basic(f"person{number}") for number in range(PEOPLE)]


def follow(server, credential, stalled):
    stream = socket.socket()
    if stalled:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stream.connect(("127.0.0.1", server.port))
    stream.sendall(
        f"GET /api/v1/events?kind=sample&project=1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        f"Authorization: {credential}\r\n\r\n".encode())
    head = stream.recv(12)
    if head != b"HTTP/1.1 200":
        raise SystemExit(f"readers: {head!r}")
    stream.setblocking(False)
    return stream


class Read:
    """What those who read were told."""

    def __init__(self, streams):
        self.selector = selectors.DefaultSelector()
        self.counts = dict.fromkeys(streams, 0)
        self.rests = dict.fromkeys(streams, b"")
        self.stop = threading.Event()
        for stream in streams:
            self.selector.register(stream, selectors.EVENT_READ)

    def run(self):
        while not self.stop.is_set():
            for key, _ in self.selector.select(0.5):
                stream = key.fileobj
                *lines, self.rests[stream] = (self.rests[stream] + stream.recv(1 << 16)).split(b"\n")
                self.counts[stream] += sum(line.startswith(b"data: ") for line in lines)


def write(server, seconds):
    """Begins samples at an even pace; gives their number, and how long the slowest took."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": basic(), "Content-Type": "application/json"}
    body = json.dumps({"title": "Ingot", "tags": [f"tag-{number}-" + "x" * 30 for number in range(20)]})
    until, slowest, number = time.perf_counter() + seconds, 0, 0
    while (began := time.perf_counter()) < until:
        connection.request("POST", "/api/v1/projects/1/samples", body, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status != 201:
            raise SystemExit(f"readers: {response.status}: {text}")
        number += 1
        slowest = max(slowest, time.perf_counter() - began)
        time.sleep(max(0, 1 / RATE - (time.perf_counter() - began)))
    return number, slowest


class Dropped:
    """When the server had dropped those who read nothing."""

    def __init__(self, server):
        self.server, self.at, self.stop = server, None, threading.Event()

    def run(self):
        # The writer's own connection and the script's may stay.
        while self.at is None and not self.stop.wait(0.2):
            if connected(self.server) <= READERS - STALLED + 2:
                self.at = time.perf_counter()


def measure(server, seconds):
    credentials = people(server)
    before = memory(server)
    streams = [follow(server, credentials[number % PEOPLE], number < STALLED) for number in range(READERS)]
    opened = memory(server)
    reading, dropped = Read(streams[STALLED:]), Dropped(server)
    threads = [threading.Thread(target=watcher.run) for watcher in (reading, dropped)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    made, slowest = write(server, seconds)
    time.sleep(1)
    most = memory(server)
    for watcher, thread in zip((reading, dropped), threads):
        watcher.stop.set()
        thread.join()
    for stream in streams:
        stream.close()
    wrong = sum(count != made for count in reading.counts.values())
    if wrong:
        raise SystemExit(f"readers: {wrong} were not told each of {made} samples once")
    if dropped.at is None:
        raise SystemExit(f"readers: who read nothing is still connected after {seconds} s")
    print(f"readers: {made} samples in {seconds} s, told to {READERS - STALLED} once each; the slowest answer after "
          f"{slowest * 1000:.0f} ms; memory {before:.0f} MiB, with {READERS} streams {opened:.0f}, at the end "
          f"{most:.0f}; the {STALLED} who read nothing were gone after {dropped.at - began:.0f} s", flush=True)
    if dropped.at - began > MOST_SECONDS_STALLED:
        raise SystemExit(f"readers: that is more than {MOST_SECONDS_STALLED} s")
    if slowest > 1:
        raise SystemExit("readers: a sample waited for those who follow")
    if most - before > MOST_MIB:
        raise SystemExit(f"readers: {most - before:.0f} MiB are more than {MOST_MIB} MiB")


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, f"sqlite:///{folder}/lab.sqlite3")
        try:
            measure(server, seconds)
        finally:
            server.stop()


main()
