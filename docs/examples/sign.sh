#!/bin/sh
# Sends a request to Omicron, signed with a token's signing key (RFC 9421).
#
#   export OMICRON_KEY_ID=7                    # `id` of the answer to POST /api/v1/token
#   export OMICRON_SIGNING_KEY='ASNFZ4mr…'     # `signing_key` of the same answer
#   sign.sh GET 'http://127.0.0.1:5000/api/v1/projects?limit=10'
#   sign.sh POST http://127.0.0.1:5000/api/v1/projects '{"name": "Alloys", "description": ""}'
#
# The key is never sent. It takes openssl and curl.
set -eu

method=$1 url=$2 body=${3-}
: "${OMICRON_KEY_ID:?}" "${OMICRON_SIGNING_KEY:?}"

# The parts of the URL. Write the host in lower case, and no port that the scheme has anyway.
rest=${url#*://}
authority=${rest%%[/?]*}
rest=${rest#"$authority"}
path=${rest%%\?*}
query=${rest#"$path"}

# Lines of the signature's base, and the names of what they say.
lines='' names=''
cover() {
    lines="$lines\"$1\": $2
"
    names="$names${names:+ }\"$1\""
}

cover @method "$method"
cover @authority "$authority"
cover @path "${path:-/}"
if [ -n "$query" ]; then
    cover @query "$query"
fi
set -- --silent --show-error --fail-with-body --globoff --path-as-is --request "$method"
if [ -n "$body" ]; then
    digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
    cover content-type application/json
    cover content-digest "$digest"
    set -- "$@" -H 'Content-Type: application/json' -H "Content-Digest: $digest" \
        --data-binary "$body"
fi
nonce=$(openssl rand -hex 16)
parameters="($names);created=$(date +%s);keyid=\"$OMICRON_KEY_ID\";nonce=\"$nonce\""

# HMAC-SHA-256 by its definition, of two hashes: `openssl dgst -macopt` would take the key as an
# argument, which everyone on the machine can see. printf is the shell's own.
key=$(printf %s "$OMICRON_SIGNING_KEY" | openssl base64 -d -A | od -An -v -tx1)
pad() {
    length=0
    for byte in $key; do
        printf "\\$(printf %03o $((0x$byte ^ $1)))"
        length=$((length + 1))
    done
    while [ "$length" -lt 64 ]; do
        printf "\\$(printf %03o "$1")"
        length=$((length + 1))
    done
}
inner() {
    { pad 54; printf '%s"@signature-params": %s' "$lines" "$parameters"; } |
        openssl dgst -sha256 -binary
}
signature=$({ pad 92; inner; } | openssl dgst -sha256 -binary | openssl base64 -A)

exec curl "$@" -H "Signature-Input: omicron=$parameters" -H "Signature: omicron=:$signature:" "$url"
