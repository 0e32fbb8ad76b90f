#!/usr/bin/env python3
"""Checks that the crates use each other, and a few libraries, only as docs/architecture.md says.

Run anywhere in the workspace: python3 tests/scripts/layers.py
"""

import json
import subprocess
import sys

# A crate, and the crates of the workspace that it may use.
LAYERS = {
    "omicron-domain": [],
    "omicron-schema": ["omicron-domain"],
    "omicron-tlog": [],
    "omicron-persistence": ["omicron-tlog", "omicron-domain"],
    "omicron-auth": [
        "omicron-persistence", "omicron-tlog", "omicron-schema", "omicron-domain",
    ],
    "omicron-service": [
        "omicron-auth", "omicron-persistence", "omicron-tlog", "omicron-schema",
        "omicron-domain",
    ],
    "omicron-webhooks": [
        "omicron-auth", "omicron-persistence", "omicron-tlog", "omicron-domain",
    ],
    "omicron-demo": ["omicron-persistence", "omicron-tlog", "omicron-domain"],
    "omicron-api": [
        "omicron-service", "omicron-auth", "omicron-persistence", "omicron-tlog",
        "omicron-schema", "omicron-domain",
    ],
    "omicron-server": [
        "omicron-api", "omicron-demo", "omicron-webhooks", "omicron-service", "omicron-auth", "omicron-persistence",
        "omicron-tlog", "omicron-schema", "omicron-domain",
    ],
    "omicron-tests": [],
}

# The beginning of a library's name, and the crates that alone may name it.
RESERVED = {
    "actix-": ["omicron-api", "omicron-server"],
    "utoipa": ["omicron-api"],
    "diesel": ["omicron-persistence"],
    "r2d2": ["omicron-persistence"],
    "libsqlite3-sys": ["omicron-persistence"],
    "pq-sys": ["omicron-persistence"],
    "jsonschema": ["omicron-schema"],
    "referencing": ["omicron-schema"],
    "bcrypt": ["omicron-auth"],
    "ed25519": ["omicron-tlog"],
    "clap": ["omicron-server"],
    "ureq": ["omicron-webhooks", "omicron-tests"],
    "indicatif": ["omicron-server"],
}

# All that the crates without I/O may use.
PURE = {
    "omicron-domain": {"chrono", "serde", "thiserror", "unicode-normalization"},
    "omicron-tlog": {
        "base64", "ed25519-dalek", "serde", "serde_json", "serde_json_canonicalizer", "sha2",
        "thiserror",
    },
}

# What tools and importers must not be made to link, whatever brings it in.
NOT_BELOW_API = ("actix-", "tokio")
TOOLS = [
    "omicron-domain", "omicron-schema", "omicron-tlog", "omicron-persistence", "omicron-auth",
    "omicron-service", "omicron-demo", "omicron-webhooks",
]


def output(*command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def direct(package):
    """What a crate names for itself; what its tests and examples name is not counted."""
    return {d["name"] for d in package["dependencies"] if d["kind"] != "dev"}


def problems_of(package, workspace):
    name, used = package["name"], direct(package)
    if name not in LAYERS:
        yield f"{name} has no place in the layers: give it one in {__file__}"
        return
    for other in sorted(used & workspace - set(LAYERS[name])):
        yield f"{name} must not use {other}"
    for prefix, owners in RESERVED.items():
        if name not in owners:
            for library in sorted(n for n in used if n.startswith(prefix)):
                yield f"{name} must not name {library}: that is for {' and '.join(owners)}"
    if name in PURE:
        for library in sorted(used - PURE[name]):
            yield f"{name} must not use {library}: it knows no I/O"


def problems_of_tools():
    """The whole tree below a crate; the examples of persistence link its dev-dependencies, too."""
    for name in TOOLS:
        edges = "normal,dev" if name == "omicron-persistence" else "normal"
        tree = output("cargo", "tree", "--locked", "-p", name, "-e", edges, "--prefix", "none",
                      "--format", "{p}")
        for library in sorted({line.split()[0] for line in tree.splitlines() if line.strip()}):
            if library.startswith(NOT_BELOW_API):
                yield f"{name} brings in {library}, which tools must not be made to link"


def main():
    metadata = json.loads(output("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"))
    workspace = {package["name"] for package in metadata["packages"]}
    problems = [p for package in metadata["packages"] for p in problems_of(package, workspace)]
    problems += problems_of_tools()
    for problem in problems:
        print(f"layers: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"layers: {len(workspace)} crates use each other as they should")


if __name__ == "__main__":
    main()
