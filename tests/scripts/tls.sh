#!/usr/bin/env bash
# Has a scanner look at the server's TLS: nothing older than TLS 1.2, no cipher that is weak, no
# known hole, and browsers are told to come back by HTTPS alone.
#
#   tests/scripts/tls.sh
#
# OMICRON_SERVER_BINARY names the server; otherwise it is built. Needs openssl, curl and Debian's
# sslscan.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v sslscan >/dev/null || {
    echo "tls: sslscan is missing: apt-get install sslscan" >&2
    exit 1
}
server=${OMICRON_SERVER_BINARY:-}
if [ -z "$server" ]; then
    cargo build --quiet --package omicron-server
    server=${CARGO_TARGET_DIR:-target}/debug/omicron-server
fi
server=$(realpath "$server")

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

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
(
    cd "$folder" && exec env --ignore-environment "PATH=$PATH" "HOME=$folder" \
        "BASE_DIRECTORY=$folder" STATE=CI BCRYPT_COST=4 PORT=0 ROOT_PASSWORD=correct-horse-battery \
        TLS_CERT=cert.pem TLS_KEY=key.pem "$server" serve
) >"$folder/log" 2>&1 &
pid=$!
port=
for _ in $(seq 100); do
    port=$(grep -oE 'https://[^ ]*:[0-9]+' "$folder/log" | grep -oE '[0-9]+$' | head -n 1 || true)
    [ -n "$port" ] && break
    sleep 0.1
done
[ -n "$port" ] || {
    cat "$folder/log" >&2
    exit 1
}

failed=0
complain() {
    echo "tls: $1" >&2
    failed=1
}
sslscan --no-colour "localhost:$port" >"$folder/scan"
for old in SSLv2 SSLv3 TLSv1.0 TLSv1.1; do
    grep -qE "^$old +disabled" "$folder/scan" || complain "$old is spoken"
done
for new in TLSv1.2 TLSv1.3; do
    grep -qE "^$new +enabled" "$folder/scan" || complain "$new is not spoken"
done
accepted=$(grep -E '^(Accepted|Preferred) ' "$folder/scan" || true)
[ -n "$accepted" ] || complain "the scanner found no cipher at all"
if grep -E 'RC4|DES|CBC|_CBC|NULL|EXP|MD5|anon|SHA$' <<<"$accepted"; then
    complain "these ciphers are weak"
fi
if grep -E 'vulnerable to heartbleed' "$folder/scan" | grep -v 'not vulnerable'; then
    complain "heartbleed"
fi
if grep -q 'Compression enabled' "$folder/scan"; then
    complain "TLS compression is on"
fi
grep -q 'Session renegotiation not supported\|Secure session renegotiation supported' \
    "$folder/scan" || complain "insecure renegotiation"
curl --silent --cacert "$folder/cert.pem" --head "https://localhost:$port/" |
    grep -qi '^strict-transport-security: max-age=31536000' || complain "no HSTS"
if curl --silent --max-time 5 "http://localhost:$port/" >/dev/null; then
    complain "plain HTTP is answered"
fi
[ "$failed" = 0 ] && echo "tls: $(wc -l <<<"$accepted") ciphers of TLS 1.2 and 1.3, all good; HSTS is on"
exit "$failed"
