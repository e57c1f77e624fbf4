#!/usr/bin/env bash
# Tries the binary under what deploy/Dockerfile and deploy/bearing.service take away, where there is neither a container
# engine nor systemd: a root of its own that holds the binary and the libraries it links, read-only but for /data and
# /tmp, no shell, an account by number, no capability, no new privileges, and systemd's own lists of calls.
#
#   deploy/try/hardened.sh BEARING
#
# Needs bwrap, setpriv, systemd-analyze, curl and Python's seccomp module (Debian: bubblewrap, util-linux, systemd, curl,
# python3-seccomp), and root, who gives /data to the account.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
bearing="$(realpath "$1")"
work="$(mktemp -d)"
pid=""
finish() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

# The unit's own lines decide what is allowed.
python3 - "$here/bearing.service" "$work/filter" <<'PYTHON'
import errno, re, socket, subprocess, sys
import seccomp

unit = open(sys.argv[1]).read()

def calls(words):
    """The calls of systemd's sets, and of the sets within them."""
    found = set()
    for word in words:
        if not word.startswith("@"):
            found.add(word)
            continue
        text = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, capture_output=True, text=True).stdout
        found |= calls([line.strip() for line in text.splitlines()[1:] if line.strip() and not line.strip().startswith("#")])
    return found

allowed = calls(["@default"])
for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
    change = calls(line.lstrip("~").split())
    allowed = allowed - change if line.startswith("~") else allowed | change
# What bwrap itself does between the filter and the program.
allowed |= {"execve", "wait4", "exit_group", "prctl", "close"}
families = {getattr(socket, name) for name in re.search(r"^RestrictAddressFamilies=(.*)$", unit, re.M)[1].split()}
filter = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
known = 0
for call in sorted(allowed - {"socket", "mmap", "mprotect", "pkey_mprotect"}):
    try:
        filter.add_rule(seccomp.ALLOW, call)
        known += 1
    except (ValueError, RuntimeError):
        pass  # a call of another processor
for family in families:
    filter.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, family))
# MemoryDenyWriteExecute: nothing writable and executable, nothing made executable later.
filter.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, 4, 0))
filter.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, 6, 4))
filter.add_rule(seccomp.ALLOW, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, 4, 0))
filter.export_bpf(open(sys.argv[2], "wb"))
print(f"{known} calls, {len(families)} kinds of sockets, no memory both writable and executable")
PYTHON

# As the image: the libraries, the authorities, nothing else.
mkdir -p "$work/root/usr/local/bin" "$work/root/etc/ssl/certs" "$work/root"/{data,tmp,proc,dev} "$work/data"
cp "$bearing" "$work/root/usr/local/bin/bearing"
ldd "$bearing" | grep -o '/[^ ]*' | while read -r library; do
    install -D "$(realpath "$library")" "$work/root$library"
done
cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
chown -R 65532:65532 "$work/data"
chmod 755 "$work" "$work/root"

# Runs the binary within all of it; the arguments are bearing's.
inside() {
    setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
        bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup --die-with-parent --new-session \
        --ro-bind "$work/root" / --bind "$work/data" /data --tmpfs /tmp --proc /proc --dev /dev --remount-ro / \
        --clearenv --setenv BEARING_DATA /data --setenv BEARING_LISTEN "127.0.0.1:$port" \
        --as-pid-1 --info-fd 8 --seccomp 9 /usr/local/bin/bearing "$@" 8>"$work/info" 9<"$work/filter"
}
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
made="$(inside site create --name Shop --origin https://shop.example --json)"
site="$(field id <<< "$made")" key="$(field site_key <<< "$made")"
survey="$(inside survey create --site "$site" --metric nps --touchpoint checkout --publish --json | field id)"
secret="$(inside key create --site "$site" --scope read)"
inside serve > "$work/out" 2> "$work/err" &
pid=$!
for _ in $(seq 100); do grep -q '^ready' "$work/out" && break; sleep 0.1; done
grep -q '^ready' "$work/out" || fail "it did not start: $(cat "$work/err")"
child="$(field child-pid < "$work/info")"
grep -E '^(Uid|NoNewPrivs|Seccomp|CapEff|CapBnd|VmRSS):' "/proc/$child/status"
echo "readyz: $(curl --silent --fail "http://127.0.0.1:$port/readyz")"
id="$(python3 -c 'import uuid; print(uuid.uuid4())')"
curl --silent --fail --header 'Content-Type: text/plain' --data \
    "{\"id\":\"$id\",\"seq\":0,\"survey\":\"$survey\",\"version\":1,\"touchpoint\":\"checkout\",\"completed\":true,\"answers\":[{\"question\":\"score\",\"value\":9}]}" \
    "http://127.0.0.1:$port/v1/embed/$key/responses"
echo
curl --silent --fail --header "Authorization: Bearer $secret" "http://127.0.0.1:$port/v1/responses/$id" | grep -q "$id" || fail "the answer is not there"
# A password's hash waits behind answers, which takes two calls more: refused, the log would say so.
status="$(curl --silent --output /dev/null --write-out '%{http_code}' --header "Origin: http://127.0.0.1:$port" \
    --data 'email=ada%40shop.example&password=not+this+one' "http://127.0.0.1:$port/app/sign-in")"
[ "$status" = 422 ] || fail "who signs in with a wrong password gets $status"
if grep "refuses to let them wait" "$work/out" "$work/err"; then fail "the filter keeps hashes from waiting"; fi
echo "a password is tried and waits its turn"
kill -TERM "$child"
code=0
wait "$pid" || code=$?
pid=""
[ "$code" = 0 ] || fail "it ended with $code: $(cat "$work/err")"
echo "stopped by SIGTERM with 0"
inside check
