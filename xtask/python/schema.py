"""Plays schemathesis over the running server's own description and prints one JSON object of what it found.

Usage: schema.py BINARY FOLDER [--examples N] [--phases LIST] [--seed N] [--only REGEX]. The server's store, the log and every failure's
request are left in FOLDER.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import requests

# What each check's failures count as.
KINDS = {
    "ServerError": "server_errors",
    "UndefinedStatusCode": "schema_breaks",
    "UndefinedContentType": "schema_breaks",
    "MissingContentType": "schema_breaks",
    "MalformedMediaType": "schema_breaks",
    "JsonSchemaError": "schema_breaks",
    "MalformedJson": "schema_breaks",
    "MissingHeaders": "schema_breaks",
    "DiscriminatorMismatch": "schema_breaks",
    "ContentDeserializationError": "schema_breaks",
    "IgnoredAuth": "authentication_ignored",
    "AcceptedNegativeData": "invalid_data_taken",
}

# Checks that are left out, each with its reason; all others are made.
LEFT_OUT = {
    "positive_data_acceptance": "what a JSON schema cannot say (dates in order, a text for each locale, the cursor of a page "
    "before) is refused with 422, and should be",
    "missing_required_header": "no header is described, credentials aside",
    "object_level_authorization": "`access.rs` asks for every route's foreign ids, by a list that is held against the router",
}

# Operations that take what their schema would not, each with its reason.
LENIENT = {
    "POST /v1/embed/{site_key}/events": "an event that is none is not counted, and those beside it are",
    "POST /v1/embed/{site_key}/responses": "each response has a result of its own: one that is none is `rejected`, in a 200",
    "POST /v1/responses": "the same",
    "POST /s/{survey}": "a form is texts, and what a text may be the survey says, not the schema",
    "GET /s/{survey}": "a link in a mail shows the form, whatever became of its parameters on the way",
}

# What a member signs in with here; the server is gone at the end.
PASSWORD = "correct horse battery staple"
PUBLIC = "https://bearing.example"


class Site:
    """A server over an empty folder, with a site and something of each kind in it."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.binary = binary
        # By TLS, as far as it knows: the session's cookie then is the one that is described.
        self.env = {**os.environ, "BEARING_DATA": str(folder / "data"), "BEARING_PUBLIC_URL": PUBLIC}
        self.site = self.command("site", "create", "--name", "Schemathesis")
        self.key = self.command("key", "create", "--site", self.site["id"], "--scope", "admin")["key"]
        link = self.command("user", "create", "--email", "ada@shop.example")["link"]
        self.log = (folder / "server.log").open("w")
        serve = [binary, "serve", "--listen", "127.0.0.1:0", "--rate-limits", "off"]
        self.server = subprocess.Popen(serve, env=self.env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.server.stdout:
            if found := re.match(r"ready (\S+)", line):
                break
        else:
            sys.exit("the server ended before it was ready")
        self.base = found[1].rstrip("/")
        self.session = self.join(link, "ada@shop.example")

    def command(self, *words: str) -> dict:
        done = subprocess.run([self.binary, *words, "--json"], env=self.env, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def form(self, path: str, fields: dict) -> str:
        headers = {"Sec-Fetch-Site": "same-origin"}
        reply = requests.post(self.base + path, data=fields, headers=headers, allow_redirects=False, timeout=30)
        cookie = re.search(r"__Host-bearing=([^;]+)", reply.headers.get("set-cookie", ""))
        if cookie is None:
            sys.exit(f"{path} opened no session: {reply.status_code} {reply.text[:2000]}")
        return cookie[1]

    def join(self, link: str, email: str) -> str:
        """Takes an invitation; gives the session."""
        path = "/app/join/" + link.rsplit("/", 1)[1]
        return self.form(path, {"name": "Ada", "email": email, "password": PASSWORD})

    def ask(self, verb: str, path: str, body: object = None, session: str | None = None) -> dict:
        headers = {"Cookie": f"__Host-bearing={session or self.session}", "Sec-Fetch-Site": "same-origin"}
        named = {} if path in ("/v1/sites", "/v1/session", "/v1/sessions") else {"site": self.site["id"]}
        reply = requests.request(verb, self.base + path, params=named, json=body, headers=headers, timeout=30)
        if not reply.ok:
            sys.exit(f"{verb} {path}: {reply.status_code} {reply.text}")
        return reply.json() if reply.content else {}

    def filled(self, spares: int) -> dict:
        """What the hooks are told: an id of each kind."""
        survey, draft = (self.ask("POST", "/v1/surveys", {"metric": "nps"})["id"] for _ in range(2))
        for published in (survey, draft):
            self.ask("POST", f"/v1/surveys/{published}/publish")
        hook = {"url": "https://receiver.invalid/", "events": ["response.stored"]}
        webhook, changed = (self.ask("POST", "/v1/webhooks", hook) for _ in range(2))
        score = {"question": "score", "value": 9}
        response = {"id": str(uuid.uuid4()), "seq": 0, "survey": survey, "version": 1, "completed": True, "answers": [score]}
        self.ask("POST", "/v1/responses", [response])
        deliveries = self.ask("GET", f"/v1/webhooks/{webhook['id']}/deliveries")["items"]
        link = self.ask("POST", "/v1/shares", {"name": "Wall", "comments": True})["link"].rsplit("#", 1)[1]
        sessions = []
        for _ in range(spares):
            secret = self.form("/app/sign-in", {"email": "ada@shop.example", "password": PASSWORD})
            own = next(one for one in self.ask("GET", "/v1/sessions", session=secret)["items"] if one["current"])
            sessions.append({"secret": secret, "id": own["id"]})
        members = []
        for spare in range(spares):
            email = f"spare{spare}@shop.example"
            joined = self.join(self.ask("POST", "/v1/invitations", {"role": "viewer"})["link"], email)
            members.append(self.ask("GET", "/v1/session", session=joined)["member"]["id"])
        own = self.ask("GET", "/v1/session")
        return {
            "base": self.base,
            "key": self.key,
            "session": self.session,
            "link": link,
            "site": self.site["id"],
            "site_key": self.site["site_key"],
            "other_site": self.ask("POST", "/v1/sites", {"name": "Another"})["id"],
            "survey": survey,
            "draft": draft,
            "response": response["id"],
            "webhook": webhook["id"],
            "changed_webhook": changed["id"],
            "delivery": deliveries[0]["id"],
            # What the credentials above stand on.
            "kept": [
                own["member"]["id"],
                next(one["id"] for one in self.ask("GET", "/v1/sessions")["items"] if one["current"]),
                *(one["id"] for path in ("/v1/keys", "/v1/shares") for one in self.ask("GET", path)["items"]),
            ],
            "sessions": sessions,
            "members": members,
        }


def play(folder: Path, told: dict, asked: argparse.Namespace) -> int:
    """Runs schemathesis, its words in a log; its exit code."""
    config = folder / "schemathesis.toml"
    unchecked = "checks.negative_data_rejection.enabled = false"
    # A stream goes on for ever: its head and the first that it tells are what is judged.
    config.write_text(
        f"hooks = {json.dumps(str(Path(__file__).with_name('schema_hooks.py')))}\n"
        "[[operations]]\ninclude-path = \"/v1/stream\"\nmax-stream-events = 1\n"
        + "".join(f"[[operations]]\ninclude-name = {json.dumps(name)}\n{unchecked}\n" for name in LENIENT)
        + "[phases]\nexamples.fill-missing = true\n[checks]\n"
        + "".join(f"{check}.enabled = false\n" for check in LEFT_OUT)
    )
    program = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"]
    program += [f"{told['base']}/openapi.json", "--phases", asked.phases, "--no-color"]
    program += ["--include-name-regex", asked.only] if asked.only else []
    program += ["--max-examples", str(asked.examples), "--seed", str(asked.seed)]
    program += ["--continue-on-failure", "--generation-database", "none", "--suppress-health-check", "all"]
    # A slow machine is no fault of the server; one try that hangs would be.
    program += ["--request-timeout", "30", "--warnings", "off", "--no-shrink"]
    env = {**os.environ, "BEARING_SCHEMA": json.dumps(told)}
    with (folder / "schemathesis.log").open("w") as log:
        return subprocess.run(program, cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="operations whose name, `GET /v1/tags`, has this regular expression in it")
    asked = parser.parse_args()
    site = Site(asked.binary, asked.folder)
    try:
        told = {**site.filled(8), "out": str(asked.folder / "found.json")}
        document = requests.get(f"{site.base}/openapi.json", timeout=30).json()
        labels = [f"{verb.upper()} {path}" for path, item in document["paths"].items() for verb in item]
        labels = [label for label in labels if re.search(asked.only, label)]
        ended = play(asked.folder, told, asked)
    finally:
        site.server.terminate()
        site.server.wait()
    found = json.loads((asked.folder / "found.json").read_text())
    counted = dict.fromkeys([*KINDS.values(), "other"], 0)
    for failure in found["failures"]:
        counted[KINDS.get(failure["kind"], "other")] += 1
    statuses = found["statuses"]
    # A form that is taken leads on to its thanks.
    reached = [label for label in labels if any(status[0] == "2" or status == "303" for status in statuses.get(label, {}))]
    unreached = [label for label in labels if label not in reached]
    cases = sum(sum(counts.values()) for counts in statuses.values())
    print(
        json.dumps(
            {
                "examples": asked.examples,
                "phases": asked.phases,
                "operations": len(labels),
                "cases": cases,
                **counted,
                "reached": len(reached),
                "unreached": unreached,
            }
        )
    )
    for failure in found["failures"]:
        print(json.dumps(failure), file=sys.stderr)
    if any(counted.values()) or unreached:
        sys.exit(f"schemathesis found what it should not; see {asked.folder}")
    if ended:
        sys.exit(f"schemathesis ended with {ended}; see {asked.folder / 'schemathesis.log'}")


if __name__ == "__main__":
    main()
