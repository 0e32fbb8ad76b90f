#!/usr/bin/env python3
"""Sends a request to Omicron, signed with a token's signing key (RFC 9421).

    export OMICRON_KEY_ID=7                    # `id` of the answer to POST /api/v1/token
    export OMICRON_SIGNING_KEY='ASNFZ4mr…'     # `signing_key` of the same answer
    sign.py GET 'http://127.0.0.1:5000/api/v1/projects?limit=10'
    sign.py POST http://127.0.0.1:5000/api/v1/projects '{"name": "Alloys", "description": ""}'
    sign.py -H 'Idempotency-Key: "run-12"' POST …

The body may be `-` for the standard input. The key is never sent. Python's standard library is
all that this needs: copy what you like of it.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import os
import secrets
import sys
import time
from urllib.parse import urlsplit


def components(method, url, headers):
    """What is signed, in order: what the request does, and all headers of ours."""
    default_port = {"http": 80, "https": 443}[url.scheme]
    port = "" if url.port in (None, default_port) else f":{url.port}"
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    covered = {"@method": method, "@authority": host + port, "@path": url.path or "/"}
    if url.query:
        covered["@query"] = "?" + url.query
    return covered | {name.lower(): value.strip() for name, value in headers.items()}


def sign(method, url, headers, body, key_id, key):
    """The headers that a request is sent with: those given, the digest and the signature."""
    headers = dict(headers)
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers["Content-Digest"] = f"sha-256=:{digest}:"
        headers.setdefault("Content-Type", "application/json")
    covered = components(method, url, headers)
    names = " ".join(f'"{name}"' for name in covered)
    created, nonce = int(time.time()), secrets.token_hex(16)
    parameters = f'({names});created={created};keyid="{key_id}";nonce="{nonce}"'
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    mac = hmac.new(base64.b64decode(key), base.encode(), hashlib.sha256).digest()
    headers["Signature-Input"] = f"omicron={parameters}"
    headers["Signature"] = f"omicron=:{base64.b64encode(mac).decode()}:"
    return headers


def send(method, url, headers, body):
    """The answer's status and body."""
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[url.scheme](url.hostname, url.port, timeout=60)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    connection.request(method, target, body=body or None, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("method")
    parser.add_argument("url")
    parser.add_argument("body", nargs="?", default="")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.header)
    body = sys.stdin.buffer.read() if given.body == "-" else given.body.encode()
    method, url = given.method.upper(), urlsplit(given.url)
    key_id, key = os.environ["OMICRON_KEY_ID"], os.environ["OMICRON_SIGNING_KEY"]
    signed = sign(method, url, headers, body, key_id, key)
    status, answer = send(method, url, signed, body)
    sys.stdout.buffer.write(answer)
    return 0 if status < 400 else 1


if __name__ == "__main__":
    sys.exit(main())
