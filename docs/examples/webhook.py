#!/usr/bin/env python3
"""A receiver of webhooks: checks signatures, passes over what it has already, and prints the rest.

    OMICRON_WEBHOOK_SECRET=whsec_... python3 webhook.py 8080
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

TOLERANCE = 300  # seconds


def is_genuine(secret, headers, body):
    """Whether these bytes were posted by whoever knows the secret, and lately."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent = headers.get("webhook-timestamp", "")
    if not sent.isdigit() or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    signed = b".".join([headers.get("webhook-id", "").encode(), sent.encode(), body])
    ours = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    theirs = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(ours, one) for one in theirs)


class Receiver(http.server.BaseHTTPRequestHandler):
    seen = set()  # kept for good in a real one, where what is done with an event is kept

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        genuine = is_genuine(os.environ["OMICRON_WEBHOOK_SECRET"], self.headers, body)
        if genuine and self.headers["webhook-id"] not in self.seen:
            event = json.loads(body)
            print(event["type"], event["data"]["kind"], event["data"]["id"], flush=True)
            self.seen.add(self.headers["webhook-id"])
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    address = ("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080)
    server = http.server.HTTPServer(address, Receiver)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
