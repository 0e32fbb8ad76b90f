#!/usr/bin/env bash
# Runs every fuzz target of tests/fuzz for SECONDS each, one after the other.
#
#   tests/scripts/fuzz.sh [SECONDS [TARGET...]]      (default 10, and all of them)
#
# What a target finds out lies below target/fuzz and is where its next run begins; the seeds in
# tests/fuzz/corpus are left as they are.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-10}
shift || true
version=0.13.2

cargo fuzz --version 2>/dev/null | grep --quiet --fixed-strings "$version" ||
    # Not optimised: it only calls cargo, and is built in half the time.
    cargo install --debug --locked --version "$version" cargo-fuzz

# Apart from all else: it is built for coverage.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
# Without a sanitizer the stable toolchain will do; none of the code that is looked at is unsafe.
options=(--fuzz-dir tests/fuzz --sanitizer none)
# The libraries that the server is built with, in the same versions.
cp Cargo.lock tests/fuzz/Cargo.lock

cargo fuzz build "${options[@]}"

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cargo fuzz list --fuzz-dir tests/fuzz)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in "${targets[@]}"; do
    grown=$CARGO_TARGET_DIR/corpus/$target
    mkdir -p "$grown"
    limits=("-max_total_time=$seconds" -timeout=5 -rss_limit_mb=512 -max_len=4096)
    dictionary=tests/fuzz/dictionaries/$target.dict
    if [ -f "$dictionary" ]; then
        limits+=("-dict=$dictionary")
    fi
    if cargo fuzz run "${options[@]}" "$target" "$grown" "tests/fuzz/corpus/$target" -- \
        "${limits[@]}" >"$log" 2>&1; then
        printf 'fuzz: %s: %s\n' "$target" "$(grep '^Done ' "$log")"
        continue
    fi
    cat "$log" >&2
    artifact=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    if [ -n "$artifact" ]; then
        echo "fuzz: $target failed on $artifact; once more:" >&2
        echo "CARGO_TARGET_DIR=$CARGO_TARGET_DIR cargo fuzz run ${options[*]} $target $artifact" >&2
    else
        # A stack that overflows leaves no time to write anything; the same seed leads there again.
        seed=$(sed -n 's/^INFO: Seed: //p' "$log")
        echo "fuzz: $target ended without an artifact; once more with -seed=$seed" >&2
    fi
    exit 1
done
