#!/usr/bin/env python3
"""Puts the groups of the JSON Schema Test Suite into one file a draft, one line a group."""
import json
import pathlib
import sys

source, target = map(pathlib.Path, sys.argv[1:])
for draft in "draft4", "draft6", "draft7", "draft2019-09", "draft2020-12":
    lines = []
    for file in sorted((source / draft).rglob("*.json")):
        name = file.relative_to(source / draft).with_suffix("").as_posix()
        for group in json.loads(file.read_text("utf-8")):
            tests = [{key: test[key] for key in ("description", "data", "valid")} for test in group["tests"]]
            group = {"file": name, "description": group["description"], "schema": group["schema"], "tests": tests}
            lines.append(json.dumps(group, separators=(",", ":")))
    (target / f"{draft}.jsonl").write_text("\n".join(lines) + "\n")
