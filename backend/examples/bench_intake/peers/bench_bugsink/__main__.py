"""Makes the project that the bench sends events to, and counts them, both through Bugsink's own programs and models.

Usage: python -m bench_bugsink prepare | count. `prepare` prints the request that stores one event, as JSON in which `$id`
stands for 32 hexadecimal digits and `$score` for a number of 0 to 10; `count` prints how many events are stored.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import django
from django.core.management import call_command

# More events than are ever sent: what is over it would be swept away.
KEPT = 100_000_000


def prepare() -> dict:
    folder = os.environ["PEER_FOLDER"]
    program = Path(sys.executable).with_name("bugsink-create-conf")
    arguments = ["--template=singleserver", "--host=127.0.0.1", f"--base-dir={folder}"]
    subprocess.run([program, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("migrate", "snappea", database="snappea", verbosity=0)
    from projects.models import Project
    from teams.models import Team

    team = Team.objects.create(name="bench")
    project = Project.objects.create(name="bench", team=team, retention_max_event_count=KEPT)
    event = {
        "event_id": "$id",
        "timestamp": datetime.now(UTC).isoformat(),
        "platform": "javascript",
        "level": "info",
        "message": "survey answer $score",
        "tags": {"score": "$score"},
    }
    lines = [{"event_id": "$id"}, {"type": "event"}, event]
    return {
        "name": f"Bugsink {version('bugsink')}, an error event, SQLite, synchronous=NORMAL",
        "path": f"/api/{project.pk}/envelope/",
        "headers": [
            ["content-type", "application/x-sentry-envelope"],
            ["x-sentry-auth", f"Sentry sentry_version=7, sentry_key={project.sentry_key.hex}"],
        ],
        "body": "".join(json.dumps(line) + "\n" for line in lines),
        "stored": 200,
    }


def count() -> int:
    django.setup()
    from events.models import Event

    return Event.objects.count()


if __name__ == "__main__":
    print(json.dumps(prepare()) if sys.argv[1] == "prepare" else count())
