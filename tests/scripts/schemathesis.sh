#!/usr/bin/env bash
# Asks the whole API what its OpenAPI document promises: no answer of 500 or more, and no status
# that the document leaves out. First as an ordinary user, then as the administrator, for SECONDS
# each; on SQLite, or on the empty database that DATABASE_URL names.
#
#   tests/scripts/schemathesis.sh [SECONDS]      (default 30)
#
# OMICRON_SERVER_BINARY names the server; otherwise it is built. SCHEMATHESIS names the tool;
# otherwise it is installed into target/schemathesis.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-30}
version=4.32.5

tool=${SCHEMATHESIS:-target/schemathesis/bin/schemathesis}
if ! [ -x "$tool" ]; then
    # Not into the environment of whoever runs this, and not with what stands in it.
    python3 -m venv target/schemathesis
    target/schemathesis/bin/pip install --quiet --disable-pip-version-check "schemathesis==$version"
    tool=target/schemathesis/bin/schemathesis
fi

server=${OMICRON_SERVER_BINARY:-}
if [ -z "$server" ]; then
    cargo build --quiet --package omicron-server
    server=${CARGO_TARGET_DIR:-target}/debug/omicron-server
fi
server=$(realpath "$server")
tool=$(realpath "$tool")

folder=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Nothing but these reaches the server and its commands, and no .env of the source tree either.
settings=(
    "PATH=$PATH" "HOME=$folder" "BASE_DIRECTORY=$folder" "STATE=CI" "BCRYPT_COST=4"
    "PORT=0" "ROOT_PASSWORD=correct-horse-battery"
)
if [ -n "${DATABASE_URL:-}" ]; then
    settings+=(
        "DATABASE_URL=$DATABASE_URL" "AUTO_MIGRATE=true"
        "TOKEN_SECRET_KEY=only-for-this-test-only-for-this-test-only-for-this-test"
    )
fi
omicron() {
    (cd "$folder" && exec env --ignore-environment "${settings[@]}" "$server" "$@")
}

# Without the function, so that it is the server itself that is stopped in the end.
(cd "$folder" && exec env --ignore-environment "${settings[@]}" "$server" serve) >"$folder/log" 2>&1 &
pid=$!
address=
for _ in $(seq 300); do
    address=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$folder/log")
    [ -n "$address" ] && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
done
if [ -z "$address" ]; then
    echo "schemathesis: the server does not listen:" >&2
    cat "$folder/log" >&2
    exit 1
fi

# What each of the two has to begin with, so that there is something to find and to change.
omicron user create scott --email scott@example.org <<<"tiger-in-the-tank" 2>/dev/null
token=$(omicron token create scott --expiration 86400 2>/dev/null)
curl --silent --show-error --fail --output "$folder/project" \
    --header "Authorization: Bearer $token" --header "Content-Type: application/json" \
    --data '{"name": "Alloys", "description": "Hardness of aluminium alloys"}' \
    "$address/api/v1/projects"

options=(
    --checks "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    # Not stateful: the links that the tool infers between operations do not fit.
    --phases "examples,coverage,fuzzing"
    --mode all --generation-allow-x00 true --suppress-health-check all
    --max-time "$seconds" --request-timeout 20 --generation-deterministic
    # Nothing in this server is secret.
    --output-sanitize false --warnings off
)

check() {
    local who=$1
    shift
    echo "schemathesis: $seconds s as $who"
    # In the folder, where it leaves files.
    (cd "$folder" && "$tool" --no-color run "$address/openapi.json" "${options[@]}" "$@")
    # The HTTP library calls a client's bad bytes an error, too.
    if grep --extended-regexp 'ERROR omicron|panicked' "$folder/log" >&2; then
        echo "schemathesis: the log tells of errors" >&2
        exit 1
    fi
}

# With a token, which must not be ended half-way.
check "an ordinary user" --header "Authorization: Bearer $token" \
    --exclude-operation-id revoke --exclude-operation-id revoke_plural
# With a password, so that tokens can be made and ended.
check "the administrator" --auth root:correct-horse-battery
