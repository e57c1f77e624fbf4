"""carData BEPS: what 1,525 British voters thought of two economies and three party leaders, 1 to 5, as CSAT.

Usage: beps.py TABLE. Their attitude to European integration, 1 to 11, less one stands in for the 0 to 10 of NPS: what
is tested is the arithmetic of drivers, not what moves voters.
"""

import json
import sys

import numpy
import pandas
from scores import Csat, Nps, breakdown, histogram, lmg, mean_difference, report, rest

TOUCHPOINTS = {
    "economic.cond.national": "national_economy",
    "economic.cond.household": "household_economy",
    "Blair": "blair",
    "Hague": "hague",
    "Kennedy": "kennedy",
}


def main():
    people = pandas.read_csv(sys.argv[1]).rename(columns=TOUCHPOINTS)
    parts = {touchpoint: histogram(people[touchpoint]) for touchpoint in TOUCHPOINTS.values()}
    whole = [sum(column) for column in zip(*parts.values())]
    loyalty = people.Europe - 1
    outcome = numpy.select([loyalty >= 9, loyalty >= 7], [100.0, 0.0], -100.0)
    columns = {touchpoint: people[touchpoint].to_numpy(float) for touchpoint in parts}
    r2, shares = lmg(outcome, columns)
    ordered = sorted(shares, key=lambda touchpoint: -shares[touchpoint])
    print(json.dumps({
        "scores": {touchpoint: report(Csat, counts) for touchpoint, counts in parts.items()},
        "breakdown": breakdown(Csat, parts),
        "compare": {"mean_difference": mean_difference(Csat, parts["blair"], rest(whole, parts["blair"]))},
        "loyalty": report(Nps, histogram(loyalty)),
        "drivers": {
            "n": len(people),
            "r2": r2,
            "drivers": [
                {
                    "touchpoint": touchpoint,
                    "share": shares[touchpoint] / r2,
                    "correlation": float(numpy.corrcoef(columns[touchpoint], outcome)[0, 1]),
                }
                for touchpoint in ordered
            ],
        },
    }))


if __name__ == "__main__":
    main()
