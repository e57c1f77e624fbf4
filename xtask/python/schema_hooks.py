"""What schemathesis's cases are given of a site that is there: ids that exist, who asks, bodies that a site can take.

schemathesis loads this file into its own process; `schema.py` starts that and reads what this writes.
"""

import atexit
import json
import os
import re
import threading
import uuid
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

TOLD = json.loads(os.environ["BEARING_SCHEMA"])
BASE = TOLD["base"]
# One case in so many keeps the ids that were made up for it: an id of nothing is to be answered too.
KEPT = 8

# Who asks: the site's widest key, its owner as a browser sends for them, and whoever has a shared link.
KEY = {"Authorization": f"Bearer {TOLD['key']}"}
SESSION = {"Cookie": f"__Host-bearing={TOLD['session']}", "Sec-Fetch-Site": "same-origin"}
LINK = {"Authorization": f"Bearer {TOLD['link']}"}
# What only a member may do who is signed in; and what a site's own key must not do to the site that all others need.
MEMBERS = ("/v1/members", "/v1/invitations", "/v1/keys", "/v1/shares", "/v1/sites/{id}")

# Whatever we made looks like this.
ID = re.compile(r"[a-z]{2,4}_[A-Za-z0-9_-]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What every other case needs, so that none may change it or take it away.
PROTECTED = {TOLD["site"], TOLD["other_site"], TOLD["survey"], TOLD["draft"], TOLD["response"], TOLD["webhook"]}
PROTECTED |= {TOLD["changed_webhook"], *TOLD["kept"]}

asked: Counter = Counter()
statuses: dict[str, Counter] = {}
failures: dict[tuple, dict] = {}
sessions = list(TOLD["sessions"])
members = list(TOLD["members"])


def by_session(case) -> bool:
    tags = case.operation.tags or []
    return "session" in tags or case.operation.path.startswith(MEMBERS)


# Whose they are differs by route, so that none is kept for the next.
@schemathesis.auth(refresh_interval=None)
class Caller:
    """The widest credentials that a route takes: a key, the session of an owner, or a shared link."""

    def get(self, case, context):
        path = case.operation.path
        if path == "/v1/session" and case.method == "DELETE":
            # It ends itself: each time another one, and once all are ended one that is none.
            secret = sessions.pop()["secret"] if sessions else "ended"
            return {**SESSION, "Cookie": f"__Host-bearing={secret}"}
        if path.startswith("/v1/shared"):
            return LINK
        return SESSION if by_session(case) else KEY

    def set(self, case, data, context):
        case.headers.update(data)


def made(path: str, body: dict | list) -> dict:
    """Makes something of the site, by its owner; where a site may have no more of it, one that is there."""
    site = {} if path == "/v1/sites" else {"site": TOLD["site"]}
    reply = requests.post(BASE + path, json=body, headers=SESSION, params=site, timeout=30)
    if reply.status_code == 409:
        listed = requests.get(BASE + path, headers=SESSION, params=site, timeout=30).json()["items"]
        return next(one for one in listed if one["id"] not in PROTECTED)
    reply.raise_for_status()
    return reply.json()


def answer() -> dict:
    """A response that the site takes."""
    return {
        "id": str(uuid.uuid4()),
        "seq": 0,
        "survey": TOLD["survey"],
        "version": 1,
        "completed": True,
        "answers": [{"question": "score", "value": 9}],
    }


def stored() -> str:
    """A response of its own for a case that takes it away."""
    sent = answer()
    made("/v1/responses", [sent])
    return sent["id"]


# What a case takes away is made for it; what it reads or changes is there from the beginning.
FRESH = {
    "/v1/sites": lambda: made("/v1/sites", {"name": "Gone soon"})["id"],
    "/v1/responses": stored,
    "/v1/webhooks": lambda: made("/v1/webhooks", {"url": "https://receiver.invalid/", "events": ["response.stored"]})["id"],
    "/v1/invitations": lambda: made("/v1/invitations", {"role": "viewer"})["id"],
    "/v1/keys": lambda: made("/v1/keys", {"name": "Gone soon", "scope": "read"})["id"],
    "/v1/shares": lambda: made("/v1/shares", {"name": "Gone soon"})["id"],
    "/v1/members": lambda: members.pop() if len(members) > 1 else members[0],
    "/v1/sessions": lambda: sessions.pop(0)["id"] if sessions else "se_0000000000000000",
}


def real(case, name: str) -> str:
    """The id of something that is there, for a part of the path."""
    path = case.operation.path
    if name in ("survey", "site_key", "version"):
        return {"survey": TOLD["survey"], "site_key": TOLD["site_key"], "version": 1}[name]
    if name == "delivery":
        return TOLD["delivery"]
    resource = "/".join(path.split("/")[:3])
    if case.method == "DELETE":
        return FRESH[resource]()
    if resource == "/v1/members":
        return members[0]
    # What changes a site or a survey has one of its own, or the others would find it closed.
    if resource == "/v1/sites":
        return TOLD["other_site"] if case.method == "PATCH" else TOLD["site"]
    if resource == "/v1/webhooks" and (case.method == "PATCH" or path.endswith("/rotate")):
        return TOLD["changed_webhook"]
    if resource == "/v1/surveys":
        return TOLD["draft"] if case.method != "GET" else TOLD["survey"]
    return TOLD[resource.rsplit("/", 1)[1].rstrip("s")]


def led(case, name: str, value: str, count: int) -> str:
    """The id that a case's path leads to: in a row of requests one from an earlier reply, where no other case needs it."""
    in_a_row = case.meta is not None and case.meta.phase.name.value == "stateful"
    if in_a_row and ID.fullmatch(value):
        return value if value not in PROTECTED or case.method == "GET" else real(case, name)
    # What is made up may be taken from an earlier reply too.
    is_needed = value in PROTECTED and case.method != "GET"
    return real(case, name) if count % KEPT or is_needed else value


def fitted(case, body, count: int):
    """A body with ids that are there, and now and then one that the site takes for certain."""
    path = case.operation.path
    takes_many = path.endswith("/responses") and case.method == "POST"
    if path == "/s/{survey}" and count % 2:
        return {"id": str(uuid.uuid4()), "version": "1", "q.score": "9"}
    if takes_many and count % 4 == 1:
        return [answer()]
    if path.endswith("/events") and count % 4 == 1:
        return [{"type": "shown", "survey": TOLD["survey"], "version": 1}]
    if isinstance(body, list):
        return [fitted(case, item, 0) for item in body]
    if not isinstance(body, dict):
        return body
    body = dict(body)
    if "survey" in body:
        body.update(survey=TOLD["survey"], version=1)
    if "ids" in body:
        body["ids"] = [TOLD["response"]]
    # Nothing leaves this machine.
    if path.startswith("/v1/webhooks") and isinstance(body.get("url"), str):
        body["url"] = f"https://receiver.invalid/{count}"
    if isinstance(body.get("site"), str):
        body["site"] = TOLD["site"]
    # Rules beyond the schema refuse most of what is made up: a quarter of the cases has good fields among its own, and a
    # quarter nothing else.
    if count % 2:
        good = GOOD.get((case.method, path))
        if good is not None:
            body = {**body, **good} if count % 4 == 1 else dict(good)
    return body


# Bodies that their routes take.
GOOD = {
    ("POST", "/v1/surveys"): {"metric": "nps"},
    ("PATCH", "/v1/surveys/{id}"): {"name": "Renamed"},
    ("PATCH", "/v1/sites/{id}"): {"name": "Renamed"},
    ("POST", "/v1/sites"): {"name": "Another"},
    ("PATCH", "/v1/session"): {"name": "Ada"},
    ("POST", "/v1/webhooks"): {"url": "https://receiver.invalid/", "events": ["response.stored"]},
    ("PATCH", "/v1/webhooks/{id}"): {"score_max": 3},
    ("POST", "/v1/keys"): {"name": "CRM", "scope": "read"},
    ("POST", "/v1/shares"): {"name": "Wall"},
    ("POST", "/v1/invitations"): {"role": "viewer"},
    ("PATCH", "/v1/members/{id}"): {"role": "editor"},
    ("PATCH", "/v1/responses"): {"ids": [TOLD["response"]], "read": True},
    ("PATCH", "/v1/responses/{id}"): {"read": True},
    ("POST", "/v1/respondents/erase"): {"customer": "c-1"},
    ("POST", "/v1/respondents/export"): {"customer": "c-2"},
}

# Parameters that a rule beyond the schema judges; with these a report is told.
ASKED = {
    "/v1/reports/compare": {"metric": "nps", "from": "2026-01-01"},
    "/v1/reports/breakdown": {"metric": "nps", "by": "device"},
}


class Teller:
    """Has something happen at the site for as long as a case listens to it, since a stream tells nothing by itself."""

    def __init__(self) -> None:
        self.heard = threading.Event()

    def begin(self) -> None:
        self.heard = threading.Event()
        threading.Thread(target=self.tell, args=(self.heard,), daemon=True).start()

    def tell(self, heard: threading.Event) -> None:
        # Whoever is refused is gone before the first of them; whoever hears nothing of all of them is a failure.
        for _ in range(200):
            if heard.wait(0.1):
                return
            stored()


teller = Teller()


def is_negative(case, location) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    label = case.operation.label
    # A method that the path does not have is played beside those that it has.
    if case.method != case.operation.method.upper():
        return
    asked[label] += 1
    count = asked[label]
    if case.operation.path == "/v1/stream":
        teller.begin()
    parts = case.path_parameters or {}
    if parts and not is_negative(case, ParameterLocation.PATH):
        case.path_parameters = {name: led(case, name, str(value), count) for name, value in parts.items()}
    query = case.query or {}
    if not is_negative(case, ParameterLocation.QUERY):
        query = {name: value for name, value in query.items() if name != "attr.<name>"}
        if "site" in query:
            query["site"] = TOLD["site"]
        if count % 2:
            query = {name: value for name, value in query.items() if name == "site"}
            if case.operation.path.startswith("/v1/reports/"):
                query |= ASKED.get(case.operation.path, {"metric": "nps"})
        if by_session(case) and "management" in case.operation.tags:
            query["site"] = TOLD["site"]
        # An owner of many sites names the one; a site named in the path is that one.
        if case.operation.path.startswith("/v1/sites"):
            query.pop("site", None)
        case.query = query
    if not is_negative(case, ParameterLocation.BODY):
        case.body = fitted(case, case.body, count)


@schemathesis.hook
def after_call(context, case, response) -> None:
    teller.heard.set()
    statuses.setdefault(case.operation.label, Counter())[response.status_code] += 1
    # A run that is stopped tells what it found until then.
    if sum(counts.total() for counts in statuses.values()) % 500 == 0:
        tell()


def was_empty(message: str, url: str) -> bool:
    """Whether the parameter at fault was sent without a value: a form sends those of its fields that nobody filled in, and
    they count as left out."""
    named = re.search(r"parameters? ((?:`[^`]+`(?:, )?)+) in query", message)
    if not named:
        return False
    sent = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return all(not sent.get(name) for name in re.findall("`([^`]+)`", named[1]))


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """Keeps a failure, and writes down the first of its kind."""
    kind = type(failure).__name__
    if kind == "AcceptedNegativeData" and was_empty(failure.message, response.request.url):
        return False
    found = failures.setdefault(
        (case.operation.label, kind, response.status_code),
        {
            "operation": case.operation.label,
            "kind": kind,
            "status": response.status_code,
            "message": failure.message[:1500],
            "curl": case.as_curl_command()[:1500],
            "reply": response.text[:500],
            "count": 0,
        },
    )
    found["count"] += 1
    return True


@atexit.register
def tell() -> None:
    found = {"statuses": {label: dict(counts) for label, counts in statuses.items()}, "failures": list(failures.values())}
    with open(TOLD["out"], "w", encoding="utf-8") as file:
        json.dump(found, file)
