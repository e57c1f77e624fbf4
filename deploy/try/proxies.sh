#!/usr/bin/env bash
# Tries Caddyfile and nginx.conf against a real server: the script, an answer, a report and what must be refused.
#
#   deploy/try/proxies.sh BEARING CADDY NGINX        (paths of the three programs)
#
# Everything is in a temporary folder and on the loopback, and ends with the script.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
bearing="$1" caddy="$2" nginx="$3"
work="$(mktemp -d)"
started=()
finish() {
    for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
say() { printf '%-58s %s\n' "$1" "$2"; }
fail() { echo "FAILED: $*" >&2; tail -n 5 "$work"/*.log >&2; exit 1; }

upstream="$(free_port)" own="$(free_port)" shop="$(free_port)" admin="$(free_port)"
"$bearing" site create --data "$work/data" --name Shop --origin https://shop.example --json > "$work/site.json"
site="$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' "$work/site.json")"
key="$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["site_key"])' "$work/site.json")"
"$bearing" survey create --data "$work/data" --site "$site" --metric nps --touchpoint checkout --publish --json > "$work/survey.json"
survey="$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' "$work/survey.json")"
"$bearing" key create --data "$work/data" --site "$site" --scope read > "$work/key"
"$bearing" serve --data "$work/data" --listen "127.0.0.1:$upstream" > "$work/bearing.log" &
started+=($!)
mkdir "$work/tls"
for name in surveys shop; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$name" \
        -keyout "$work/tls/$name.key" -out "$work/tls/$name.crt" 2>/dev/null
done

# The files as they are, but for addresses and certificates of this machine.
sed -e "s/127\.0\.0\.1:8787/127.0.0.1:$upstream/" -e "s/listen 443/listen 127.0.0.1:$own/" -e '/listen \[::\]/d' \
    -e "s#^http {#&\n    client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;#" \
    "$here/nginx.conf" > "$work/nginx.conf"
{
    # The part that stands in comments is the shop's own site block.
    sed -e "s/^{\$/{\n\tadmin 127.0.0.1:$admin\n\tauto_https disable_redirects\n\tskip_install_trust/" \
        -e "s/^{\$BEARING_HOST.*{/https:\/\/surveys.example.com:$shop {\n\ttls internal/" -e '/^# Under a path/,$d' "$here/Caddyfile"
    echo "https://shop.example:$shop {"
    printf '\ttls internal\n'
    sed -n -e '/^#\thandle_path/,$p' "$here/Caddyfile" | sed -e 's/^#//'
    echo '}'
} > "$work/Caddyfile"
export HOME="$work" XDG_DATA_HOME="$work" XDG_CONFIG_HOME="$work" BEARING_UPSTREAMS="127.0.0.1:$upstream"

try() {
    local port="$2" answer id got renderer ip=(--insecure --silent --show-error --max-time 20)
    ip+=(--resolve "surveys.example.com:$port:127.0.0.1" --resolve "shop.example:$port:127.0.0.1")
    local prefix="https://shop.example:$port/bearing" host="https://surveys.example.com:$port"
    ask() { curl "${ip[@]}" --output "$work/out" --write-out '%{http_code}' "$@"; }
    expect() {
        local wanted="$1" what="$2" got
        shift 2
        got="$(ask "$@")"
        [ "$got" = "$wanted" ] || fail "$what: $got, not $wanted: $(head -c 300 "$work/out")"
        say "$what" "$got"
    }
    echo "== $1"
    for _ in $(seq 100); do curl "${ip[@]}" --output "$work/out" "$host/docs" 2>/dev/null && break; sleep 0.2; done
    expect 200 "GET /bearing/bearing.js?site=…" "$prefix/bearing.js?site=$key&touchpoint=checkout"
    grep -q "$survey" "$work/out" || fail "the script does not hold the survey"
    for file in rest.js extra.js explain.js work.js hosted.js hosted.css; do expect 200 "GET /bearing/$file" "$prefix/$file"; done
    expect 200 "GET /bearing/v1/embed/{site}" "$prefix/v1/embed/$key"
    renderer="$(grep -o 'w/[A-Za-z0-9]*/[a-z_]*\.wasm' "$work/out" | head -1)"
    [ -n "$renderer" ] || fail "the config names no renderer"
    expect 200 "GET /bearing/$renderer" "$prefix/$renderer"
    expect 200 "GET /bearing/s/{survey}" "$prefix/s/$survey"
    id="$(python3 -c 'import uuid; print(uuid.uuid4())')"
    answer="{\"id\":\"$id\",\"seq\":0,\"survey\":\"$survey\",\"version\":1,\"touchpoint\":\"checkout\",\"answers\":[{\"question\":\"score\",\"value\":9}],\"completed\":true}"
    for try in 1 2; do
        got="$(ask --header 'Origin: https://shop.example' --header 'Content-Type: text/plain' --header 'Cookie: shop=secret' \
            --data "$answer" "$prefix/v1/embed/$key/responses")"
        case "$got" in 2*) say "POST /bearing/v1/embed/{site}/responses, try $try" "$got" ;; *) fail "answer: $got: $(cat "$work/out")" ;; esac
    done
    head -c 70000 /dev/zero | tr '\0' x > "$work/big"
    expect 413 "POST 70,000 bytes" --header 'Content-Type: text/plain' --data-binary "@$work/big" "$prefix/v1/embed/$key/responses"
    expect 404 "GET /bearing/v1/reports/score (not for the shop's domain)" "$prefix/v1/reports/score?metric=nps"
    expect 404 "GET /bearing/docs (not for the shop's domain)" "$prefix/docs"
    expect 200 "GET /v1/reports/score on the own host" --header "Authorization: Bearer $(cat "$work/key")" "$host/v1/reports/score?metric=nps"
    say "    the report's n and score" "$(python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); r = r.get("score", r) if isinstance(r.get("score"), dict) else r; print({k: r[k] for k in ("n", "score", "value") if k in r})' "$work/out")"
    expect 200 "GET /docs on the own host" "$host/docs"
    expect 404 "GET /metrics on the own host" "$host/metrics"
}

after_silence() {
    local got
    got="$(curl --insecure --silent --show-error --max-time 20 --resolve "shop.example:$2:127.0.0.1" --output "$work/out" \
        --write-out '%{http_code}' "https://shop.example:$2/bearing/v1/embed/$key")"
    [ "$got" = 200 ] || fail "$1 after 80 s of silence: $got, not 200: $(head -c 300 "$work/out")"
    say "$1: GET after 80 s of silence" "$got"
}

"$nginx" -p "$work/" -c "$work/nginx.conf" -g 'daemon off;' 2> "$work/nginx.log" &
started+=($!)

# What reaches Bearing of a request that lies about where it comes from and brings the shop's cookies along.
hears() {
    local heard
    heard="$(curl --insecure --silent --resolve "shop.example:$2:127.0.0.1" --header 'X-Forwarded-For: 192.0.2.66' \
        --header 'Cookie: shop=secret' --header 'Authorization: Basic c2hvcA==' "https://shop.example:$2/bearing/v1/embed/a%20b?c=%2F")"
    grep -q '^GET /v1/embed/a%20b?c=%2F ' <<< "$heard" || fail "$1 changes the address: $heard"
    grep -qi '^x-forwarded-for: 127.0.0.1$' <<< "$heard" || fail "$1 passes on a client's X-Forwarded-For: $heard"
    ! grep -qi -e '^cookie:' -e '^authorization:' -e '192.0.2.66' <<< "$heard" || fail "$1 passes on what is the shop's: $heard"
    say "$1: the address, X-Forwarded-For and no cookie" "as told"
}

try "nginx $("$nginx" -v 2>&1 | grep -o '[0-9.]*$')" "$own"
"$caddy" run --adapter caddyfile --config "$work/Caddyfile" 2> "$work/caddy.log" &
started+=($!)
try "caddy $("$caddy" version | cut -d' ' -f1)" "$shop"
# Past the 75 s after which Bearing closes a silent connection: the proxies must not send into it.
sleep 80
after_silence nginx "$own"
after_silence caddy "$shop"

kill "${started[0]}" && wait "${started[0]}"
# In Bearing's place, a server that says what it heard.
python3 - "$upstream" 2>/dev/null <<'PYTHON' &
import http.server, sys

class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.requestline}\n{self.headers}".replace("\r", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()
PYTHON
started+=($!)
# Past the time for which the proxies leave a server alone that refused.
sleep 5
hears nginx "$own"
hears caddy "$shop"
echo "both proxies pass"
