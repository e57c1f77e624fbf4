"""dslabs movielens: 100,004 dated star ratings of 671 people, half a star counted as one point of NPS.

Usage: movielens.py TABLE ZONE FIRST LAST. Days are those of the zone; FIRST and LAST bound the trends.
"""

import json
import sys

import numpy
import pandas
from scores import Nps, estimate, histogram, report

NOTHING = {"n": 0, "score": None, "interval": None, "state": "hidden"}
# The days whose wobble is measured, and the year whose last ratings are looked at by themselves.
YEAR = "2000"


def trend(ratings, starts, bucket):
    found = {start: estimate(Nps, histogram(group)) for start, group in ratings.score.groupby(bucket)}
    return [{"start": str(start.date())} | found.get(start, NOTHING) for start in starts]


def over_dispersion(ratings):
    """How much more the days' scores differ than chance alone makes them: the mean square of their z-values."""
    contribution = numpy.select([ratings.score >= 9, ratings.score >= 7], [1.0, 0.0], -1.0)
    days = pandas.Series(contribution).groupby(ratings.day.to_numpy()).agg(["mean", "size"])
    z = (days["mean"] - contribution.mean()) / numpy.sqrt(contribution.var() / days["size"])
    return float((z**2).sum() / (len(days) - 1))


def main():
    table, zone, first, last = sys.argv[1:]
    ratings = pandas.read_csv(table)
    local = pandas.to_datetime(ratings.timestamp, unit="s", utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    ratings = ratings.assign(score=(ratings.rating * 2).astype(int), day=local.dt.normalize())
    # Of ratings in one second the later row is the later one: ids count rows.
    ordered = ratings.sort_values(["timestamp", "rownames"], kind="stable")
    year = ordered[ordered.day.dt.year == int(YEAR)]
    day = ratings.day.dt
    months = pandas.date_range(first, last, freq="MS")
    monday = pandas.Timestamp(first) - pandas.Timedelta(days=pandas.Timestamp(first).weekday())
    weeks = pandas.date_range(monday, last, freq="7D")
    print(json.dumps({
        "score": report(Nps, histogram(ratings.score)),
        "month": trend(ratings, months, ratings.day - pandas.to_timedelta(day.day - 1, unit="D")),
        "week": trend(ratings, weeks, ratings.day - pandas.to_timedelta(day.day_of_week, unit="D")),
        "respondents": report(Nps, histogram(ordered.groupby("userId").score.last())),
        "respondents_year": report(Nps, histogram(year.groupby("userId").score.last())),
        "phi": over_dispersion(year),
    }))


if __name__ == "__main__":
    main()
