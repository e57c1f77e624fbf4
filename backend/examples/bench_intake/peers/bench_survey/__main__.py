"""Makes the survey that the bench answers, and counts its responses, both through the package's own models.

Usage: python -m bench_survey prepare | count. `prepare` prints the request that stores one response, as JSON in which
`$score` stands for a number of 0 to 10; `count` prints how many responses are stored.
"""

import json
import sys
from datetime import date
from importlib.metadata import version

import django
from django.core.management import call_command

django.setup()

from survey.models import Question, Response, Survey  # noqa: E402 (models exist only after the set-up)

# Django holds the cookie against the header, and any secret of 32 letters or digits will do.
TOKEN = "0123456789abcdefghijklmnopqrstuv"


def prepare() -> dict:
    call_command("migrate", verbosity=0)
    survey = Survey.objects.create(
        name="bench",
        description="bench",
        is_published=True,
        need_logged_user=False,
        editable_answers=False,
        display_method=Survey.ALL_IN_ONE_PAGE,
        expire_date=date(2999, 1, 1),
    )
    scores = ",".join(map(str, range(11)))
    score = Question.objects.create(
        survey=survey, text="How likely?", order=1, required=True, type=Question.RADIO, choices=scores
    )
    reason = Question.objects.create(survey=survey, text="Why?", order=2, required=False, type=Question.TEXT)
    return {
        "name": f"django-survey-and-report {version('django-survey-and-report')}, PostgreSQL",
        "path": f"/survey/{survey.pk}/",
        "headers": [
            ["content-type", "application/x-www-form-urlencoded"],
            ["cookie", f"csrftoken={TOKEN}"],
            ["x-csrftoken", TOKEN],
        ],
        "body": f"question_{score.pk}=$score&question_{reason.pk}=because+it+works",
        # To the page that confirms. With 200 it shows the form again and has stored nothing.
        "stored": 302,
    }


if __name__ == "__main__":
    print(json.dumps(prepare()) if sys.argv[1] == "prepare" else Response.objects.count())
