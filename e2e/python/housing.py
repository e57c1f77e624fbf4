"""MASS housing: the satisfaction of 1,681 residents of Copenhagen as NPS, by influence, type of house and contact.

Usage: housing.py TABLE. Satisfaction High counts as 10, Medium as 8, Low as 3.
"""

import json
import sys

import pandas
from scores import Nps, breakdown, difference, estimate, histogram, judged, mean_difference, report, rest

SCORES = {"High": 10, "Medium": 8, "Low": 3}


def main():
    cells = pandas.read_csv(sys.argv[1])
    residents = cells.loc[cells.index.repeat(cells.Freq)]
    residents = residents.assign(score=residents.Sat.map(SCORES))
    whole = histogram(residents.score)

    def parts(column):
        return {value: histogram(group.score) for value, group in residents.groupby(column)}

    by = {f"attr.{column.lower()}": breakdown(Nps, parts(column)) for column in ("Infl", "Type", "Cont")}
    influence = parts("Infl")
    drivers = []
    for value, counts in influence.items():
        without = rest(whole, counts)
        prevalence = sum(counts) / sum(whole)
        gap = difference(Nps, counts, without)
        impact = {name: prevalence * gap[name] for name in ("delta", "low", "high")} | {"p_value": gap["p_value"]}
        drivers.append({
            "by": "attr.infl", "value": value, "n": sum(counts), "prevalence": prevalence,
            "with": Nps.score(counts), "without": Nps.score(without), "impact": impact,
        })
    judged(driver["impact"] for driver in drivers)
    drivers.sort(key=lambda driver: -abs(driver["impact"]["delta"]))
    both = residents[(residents.Infl == "High") & (residents.Cont == "Low")]
    print(json.dumps({
        "score": report(Nps, whole),
        "breakdown": by,
        "compare": {
            "n": sum(influence["High"]) + sum(influence["Low"]),
            "a": estimate(Nps, influence["High"]),
            "b": estimate(Nps, influence["Low"]),
            "difference": difference(Nps, influence["High"], influence["Low"]),
            "mean_difference": mean_difference(Nps, influence["High"], influence["Low"]),
        },
        "drivers": {"drivers": drivers},
        "both": report(Nps, histogram(both.score)),
    }))


if __name__ == "__main__":
    main()
