#!/usr/bin/env python3
"""How long a page of 50 takes in a list of a million records: the first one and the last one.

    tests/scripts/long_list.py [RECORDS]      (default 1000000)

Fills a database of its own with samples, on SQLite and on PostgreSQL, asks a server for the first and
for the last page in each order and with a filter, 200 times each, and fails if the 99th percentile of
any is beyond 50 ms. OMICRON_SERVER_BINARY names the server; otherwise it is built for release. Needs
the command line of SQLite's library (Python has it) and PostgreSQL's binaries (POSTGRES_BIN, by default
/usr/lib/postgresql/15/bin). To be run on a machine that does nothing else.
"""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

from lab import Server, cluster

MOST_MS = 50
ASKED = 200
# The n-th sample: its title is somewhere among the others', its time after those before.
SQLITE = """
    INSERT INTO records (project_id, kind, version, title_key, status, date_changed, state)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}),
    one AS (SELECT * FROM records WHERE id = 1),
    each AS (SELECT i, printf('sample %08d', i * 7919 % {count}) AS title,
        strftime('%Y-%m-%dT%H:%M:%S', '2020-01-01', '+' || i || ' seconds') AS at FROM n)
    SELECT project_id, kind, 1, title, CASE WHEN i % 10 THEN status ELSE 'consumed' END,
        replace(at, 'T', ' '),
        replace(replace(state, 'TITLE', title), substr(state, instr(state, 'date_changed') + 15, 27),
            at || '.000000Z')
    FROM each, one"""
POSTGRESQL = """
    INSERT INTO records (project_id, kind, version, title_key, status, date_changed, state)
    SELECT project_id, kind, 1, title, CASE WHEN i % 10 = 0 THEN 'consumed' ELSE status END, at,
        replace(replace(state, 'TITLE', title),
            substr(state, position('date_changed' in state) + 15, 27),
            to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS') || '.000000Z')
    FROM (SELECT i, 'sample ' || lpad((i * 7919 % {count})::text, 8, '0') AS title,
        timestamp '2020-01-01' + i * interval '1 second' AS at
        FROM generate_series(1::bigint, {count}) AS i) AS each,
        (SELECT * FROM records WHERE id = 1) AS one;
    ANALYZE records"""


def cursor(order, key, number):
    text = json.dumps([order, key, number], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def pages(count):
    """What is asked for, and the number of records that it must give; the records have ids up to
    count + 1, the first of which has another title and was changed last."""
    last = {
        "sort=id": cursor("id", "", count + 1 - 50),
        "sort=title": cursor("title", f"sample {count - 51:08d}", count + 1),
        "sort=changed": None,
        "status=consumed": cursor("id", "", count + 1 - 500),
        "sort=-changed": None,
    }
    for query, place in last.items():
        yield f"{query}&limit=50", 50, "the first page"
        if place:
            yield f"{query}&limit=50&cursor={place}", 50, "the last page"


def measure(name, server, count):
    worst = 0
    for query, length, which in pages(count):
        times = []
        for _ in range(ASKED):
            started = time.perf_counter()
            page = server.ask("GET", f"/projects/1/samples?{query}")
            times.append((time.perf_counter() - started) * 1000)
        if len(page["samples"]) != length:
            raise SystemExit(f"long_list: {query}: {len(page['samples'])} records")
        if "total" in page and page["total"] != {"count": 10000, "more": True} and count > 100000:
            raise SystemExit(f"long_list: {page['total']}")
        times.sort()
        median, p99 = times[len(times) // 2], times[len(times) * 99 // 100 - 1]
        worst = max(worst, p99)
        print(f"long_list: {name}: {query.split('&')[0]}, {which}: "
              f"median {median:.1f} ms, p99 {p99:.1f} ms", flush=True)
    return worst


def begin(server):
    server.ask("POST", "/projects", {"name": "Long", "description": ""}, 201)
    server.ask("POST", "/projects/1/samples", {"title": "TITLE", "data": {"mass": 1.5}}, 201)


def on_sqlite(folder, count):
    path = os.path.join(folder, "lab.sqlite3")
    server = Server(folder, f"sqlite:///{path}")
    begin(server)
    server.stop()
    database = sqlite3.connect(path)
    with database:
        database.execute(SQLITE.format(count=count))
    database.close()
    server = Server(folder, f"sqlite:///{path}")
    try:
        return measure("SQLite", server, count)
    finally:
        server.stop()


def on_postgresql(folder, count):
    with cluster() as (url, psql):
        server = Server(folder, url)
        begin(server)
        subprocess.run([*psql, "--command", POSTGRESQL.format(count=count)], check=True)
        try:
            return measure("PostgreSQL", server, count)
        finally:
            server.stop()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    worst = 0
    for on_database in (on_sqlite, on_postgresql):
        with tempfile.TemporaryDirectory() as folder:
            worst = max(worst, on_database(folder, count))
    if worst > MOST_MS:
        raise SystemExit(f"long_list: {worst:.1f} ms are more than {MOST_MS} ms")


main()
