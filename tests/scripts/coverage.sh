#!/usr/bin/env bash
# Runs all tests of the workspace and counts the lines that they reach; fails if that is less than
# nine tenths of one of the crates that hold the rules. Prints the counts of every file as well, and
# leaves target/lcov.info.
#
#   tests/scripts/coverage.sh
#
# A server that a test starts is counted, too, unless the test kills it: then nothing is written.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=0.9.1
least=90
crates=(domain auth service)

# A toolchain that does not come from rustup has the tools beside it, or the next command says so.
if command -v rustup >/dev/null; then
    rustup component list --installed | grep --quiet '^llvm-tools' || rustup component add llvm-tools
fi
cargo llvm-cov --version 2>/dev/null | grep --quiet --fixed-strings "$version" ||
    # Not optimised: it only calls cargo, and is built in half the time.
    cargo install --debug --locked --version "$version" cargo-llvm-cov

# Apart from all else: what is built here counts what it does.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/coverage
eval "$(cargo llvm-cov show-env --sh)"
# The server that is built with the tests; the kit would build another.
export OMICRON_SERVER_BINARY=$CARGO_TARGET_DIR/debug/omicron-server

# The plain command, because it builds the examples as well, which some tests run.
cargo llvm-cov clean --workspace
cargo test --workspace --locked --no-fail-fast

report=target/lcov.info
mkdir -p target
cargo llvm-cov report --lcov --output-path "$report"
cargo llvm-cov report --summary-only

# How many lines of a crate were reached, and how many there are.
lines_of() {
    awk -F: -v folder="/crates/$1/src/" '
        $1 == "SF" { here = index($0, folder) }
        $1 == "LH" && here { reached += $2 }
        $1 == "LF" && here { all += $2 }
        END { print reached + 0, all + 0 }
    ' "$report"
}

outcome=0
for crate in "${crates[@]}"; do
    read -r reached all < <(lines_of "$crate")
    if [ "$all" = 0 ]; then
        echo "coverage: $report knows nothing of crates/$crate" >&2
        exit 1
    fi
    share=$(awk -v reached="$reached" -v all="$all" 'BEGIN { printf "%.2f", 100 * reached / all }')
    echo "coverage: crates/$crate: $share % of the lines ($reached of $all)"
    if [ $((reached * 100)) -lt $((all * least)) ]; then
        echo "coverage: crates/$crate: that is less than $least %" >&2
        outcome=1
    fi
done
exit "$outcome"
