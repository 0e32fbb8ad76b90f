#!/usr/bin/env bash
# Makes one small mistake after the other in the crates that hold the rules, and asks the tests of
# that crate whether they notice; fails if they notice less than four fifths.
#
#   tests/scripts/mutants.sh [CRATE...]      (default: domain auth service)
#
# What nobody noticed is listed in target/mutants/CRATE/mutants.out/missed.txt. The rules do not
# depend on the database, so the tests run on SQLite alone.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=27.1.0
least=80
crates=("$@")
if [ ${#crates[@]} -eq 0 ]; then
    crates=(domain auth service)
fi

cargo mutants --version 2>/dev/null | grep --quiet --fixed-strings "$version" ||
    # Not optimised: it only calls cargo, and is built in half the time.
    cargo install --debug --locked --version "$version" cargo-mutants

# Apart from all else, and kept: the libraries are built once. The mistakes are made in a copy of
# the source tree, of which nothing stays.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/mutants
# A test fails here all the time; nobody reads where.
export RUST_BACKTRACE=0

count() { wc --lines <"$1"; }

outcome=0
for crate in "${crates[@]}"; do
    folder=$CARGO_TARGET_DIR/$crate
    rm -rf "$folder"
    mkdir -p "$folder"
    options=(--package "omicron-$crate" --output "$folder" --jobs 1 --timeout 120 --colors never)
    code=0
    cargo mutants "${options[@]}" -- -- --skip on_postgres || code=$?
    # 2: some were missed; 3: some tests did not end. Everything else means that it did not work.
    case $code in
        0 | 2 | 3) ;;
        *) exit "$code" ;;
    esac
    results=$folder/mutants.out
    caught=$(count "$results/caught.txt") missed=$(count "$results/missed.txt")
    endless=$(count "$results/timeout.txt") unviable=$(count "$results/unviable.txt")
    noticed=$((caught + endless)) all=$((caught + endless + missed))
    if [ "$all" = 0 ]; then
        echo "mutants: crates/$crate: there is nothing to mistake" >&2
        exit 1
    fi
    share=$(awk -v noticed="$noticed" -v all="$all" 'BEGIN { printf "%.2f", 100 * noticed / all }')
    echo "mutants: crates/$crate: $share % noticed ($noticed of $all: $caught caught," \
        "$endless without end, $missed missed); $unviable do not compile"
    if [ $((noticed * 100)) -lt $((all * least)) ]; then
        echo "mutants: crates/$crate: that is less than $least %" >&2
        outcome=1
    fi
done
exit "$outcome"
