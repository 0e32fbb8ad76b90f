#!/usr/bin/env python3
"""How long after a change its event is received, while many changes arrive.

    tests/scripts/feed.py [RATE [SECONDS]]      (default 500 changes a second for 20 seconds)

Starts a server on SQLite and one on PostgreSQL, follows the feed of a project as a stream, and begins
samples in it from eight connections. The time of an event is from when the answer to its change was there
to when the event was. Fails if the 99th percentile is beyond 250 ms, or if an event is lost, comes twice or
out of order. OMICRON_SERVER_BINARY names the server; otherwise it is built for release. Needs PostgreSQL's
binaries (POSTGRES_BIN, by default /usr/lib/postgresql/15/bin). To be run on a machine that does nothing else.
"""

import http.client
import json
import socket
import sys
import tempfile
import threading
import time

from lab import Server, basic, cluster

MOST_MS = 250
WRITERS = 8


def follow(server, received, stop):
    """Notes when each sample's event comes."""
    stream = socket.create_connection(("127.0.0.1", server.port))
    stream.settimeout(0.5)
    stream.sendall(
        f"GET /api/v1/events?kind=sample&project=1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        f"Authorization: {basic()}\r\n\r\n".encode())
    rest = b""
    while not stop.is_set():
        try:
            rest += stream.recv(1 << 16)
        except TimeoutError:
            continue
        now = time.perf_counter()
        *lines, rest = rest.split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                received.append((json.loads(line[6:])["subject"]["id"], now))


def write(server, pause, until, answered):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": basic(), "Content-Type": "application/json"}
    while (began := time.perf_counter()) < until:
        connection.request("POST", "/api/v1/projects/1/samples", '{"title": "Ingot"}', headers)
        response = connection.getresponse()
        body = json.loads(response.read())
        if response.status != 201:
            raise SystemExit(f"feed: {response.status}: {body}")
        answered[body["id"]] = time.perf_counter()
        time.sleep(max(0, pause - (time.perf_counter() - began)))


def measure(name, server, rate, seconds):
    server.ask("POST", "/projects", {"name": "Feed", "description": ""}, 201)
    received, answered, stop = [], {}, threading.Event()
    reader = threading.Thread(target=follow, args=(server, received, stop))
    reader.start()
    time.sleep(1)
    until = time.perf_counter() + seconds
    writers = [threading.Thread(target=write, args=(server, WRITERS / rate, until, answered)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    time.sleep(2)
    stop.set()
    reader.join()
    ids = [number for number, _ in received]
    if len(set(ids)) != len(ids) or set(ids) != set(answered):
        raise SystemExit(f"feed: {name}: {len(answered)} changes, {len(ids)} events, {len(set(ids))} of them different")
    times = sorted(max(0, at - answered[number]) * 1000 for number, at in received)
    median, p99 = times[len(times) // 2], times[len(times) * 99 // 100 - 1]
    print(f"feed: {name}: {len(answered) / seconds:.0f} changes a second, each received once: "
          f"median {median:.0f} ms, p99 {p99:.0f} ms", flush=True)
    return p99


def main():
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, f"sqlite:///{folder}/lab.sqlite3")
        try:
            worst = max(worst, measure("SQLite", server, rate, seconds))
        finally:
            server.stop()
    with tempfile.TemporaryDirectory() as folder, cluster() as (url, _):
        server = Server(folder, url)
        try:
            worst = max(worst, measure("PostgreSQL", server, rate, seconds))
        finally:
            server.stop()
    if worst > MOST_MS:
        raise SystemExit(f"feed: {worst:.0f} ms are more than {MOST_MS} ms")


main()
