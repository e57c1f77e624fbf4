"""Scores, intervals and differences worked out from their definitions, by other means than the product's.

The product solves closed formulas; here likelihoods are maximised and equations are solved numerically by scipy, and
what statsmodels has is taken from there. What is printed has the names of the API's replies, so that a test can lay one
over the other.
"""

import math
from itertools import combinations

import numpy
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

LEVEL = 0.95
Z = stats.norm.isf((1 - LEVEL) / 2)


def crossing(falling, start, end):
    """Where a falling function is zero; the end that is nearer where it is zero nowhere between."""
    if falling(start) <= 0:
        return start
    if falling(end) >= 0:
        return end
    return optimize.brentq(falling, start, end, xtol=1e-15, rtol=1e-15)


class Nps:
    """A Net Promoter Score of histograms over 0 to 10, in points."""

    scale = range(11)

    @staticmethod
    def groups(counts):
        return {"promoters": sum(counts[9:]), "passives": sum(counts[7:9]), "detractors": sum(counts[:7])}

    @classmethod
    def score(cls, counts):
        groups = cls.groups(counts)
        return 100 * (groups["promoters"] - groups["detractors"]) / sum(counts)

    @classmethod
    def variance(cls, counts):
        """Of one answer, in points squared; three more answers spread over the groups keep it off zero (Rocks 2016)."""
        groups = cls.groups(counts)
        n = sum(counts) + 3
        p, q = (groups["promoters"] + 0.75) / n, (groups["detractors"] + 0.75) / n
        return 1e4 * (p + q - (p - q) ** 2)

    @classmethod
    def limits(cls, counts, z=Z):
        """Tango's score interval: the differences p - q that a score test does not reject.

        For each difference the likelihood of p and q with that difference is maximised anew.
        """
        promoters, passives, detractors = cls.groups(counts).values()
        n = promoters + passives + detractors

        def variance(difference):
            # t is the smaller of p and q: near the edges the larger one has no digits left to tell it by.
            p_more, q_more = max(difference, 0.0), max(-difference, 0.0)
            width = (1 - abs(difference)) / 2

            def slope(t):
                return promoters / (p_more + t) + detractors / (q_more + t) - passives / (width - t)

            t = crossing(slope, 1e-13 * width, (1 - 1e-13) * width)
            return p_more + q_more + 2 * t - difference**2

        def excess(difference):
            return (promoters - detractors - n * difference) / math.sqrt(n * variance(difference))

        edge = 1 - 1e-12
        here = min(max((promoters - detractors) / n, -edge), edge)
        low = -1.0 if detractors == n else crossing(lambda d: excess(d) - z, -edge, here)
        high = 1.0 if promoters == n else crossing(lambda d: excess(d) + z, here, edge)
        return 100 * low, 100 * high

    @classmethod
    def difference_limits(cls, one, other):
        return mover(cls, one, other, Z)


class Csat:
    """The satisfied share of histograms over 1 to 5 (counts from 0 on), in percent."""

    scale = range(1, 6)

    @staticmethod
    def groups(counts):
        return {"satisfied": sum(counts[4:6]), "neutral": counts[3], "dissatisfied": sum(counts[1:3])}

    @classmethod
    def score(cls, counts):
        return 100 * cls.groups(counts)["satisfied"] / sum(counts)

    @classmethod
    def variance(cls, counts):
        """Of one answer, in percent squared; two satisfied and two others more keep it off zero (Agresti and Coull)."""
        p = (cls.groups(counts)["satisfied"] + 2) / (sum(counts) + 4)
        return 1e4 * p * (1 - p)

    @classmethod
    def limits(cls, counts, z=Z):
        satisfied = cls.groups(counts)["satisfied"]
        low, high = proportion_confint(satisfied, sum(counts), alpha=2 * stats.norm.sf(z), method="wilson")
        return 100 * low, 100 * high

    @classmethod
    def difference_limits(cls, one, other):
        """Newcombe's hybrid score interval."""
        (a, n), (b, m) = ((cls.groups(counts)["satisfied"], sum(counts)) for counts in (one, other))
        low, high = confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb", alpha=1 - LEVEL)
        return 100 * low, 100 * high


def mover(metric, one, other, z):
    """From two intervals to that of their difference (Zou and Donner 2008); of Wilson's it is Newcombe's."""
    a, b = metric.score(one), metric.score(other)
    (a_low, a_high), (b_low, b_high) = metric.limits(one, z), metric.limits(other, z)
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def histogram(scores):
    return [int(count) for count in numpy.bincount(numpy.asarray(scores, dtype=int), minlength=11)]


def raw(metric, counts):
    return numpy.repeat(list(metric.scale), [counts[score] for score in metric.scale])


def interval(metric, counts):
    low, high = metric.limits(counts)
    return {"level": LEVEL, "low": low, "high": high}


def state(n):
    return "hidden" if n < 5 else "wide" if n < 30 else "indicative" if n < 100 else "plain"


def estimate(metric, counts):
    n = sum(counts)
    return {"n": n, "score": metric.score(counts), "interval": interval(metric, counts), "state": state(n)}


def mean_interval(metric, counts):
    """Adjusted t: one more answer, spread evenly over the scale."""
    scale = numpy.array(metric.scale, dtype=float)
    n = sum(counts)
    weights = numpy.array([counts[score] for score in metric.scale]) + 1 / len(scale)
    mean = numpy.average(scale, weights=weights)
    error = math.sqrt(numpy.sum(weights * (scale - mean) ** 2) / n / (n + 1))
    reach = stats.t.isf((1 - LEVEL) / 2, n - 1) * error
    return {"level": LEVEL, "low": max(mean - reach, scale[0]), "high": min(mean + reach, scale[-1])}


def report(metric, counts):
    scores = raw(metric, counts)
    return estimate(metric, counts) | {
        "distribution": {str(score): counts[score] for score in metric.scale},
        "groups": metric.groups(counts),
        "mean": float(scores.mean()),
        "mean_interval": mean_interval(metric, counts),
        "top_box": 100 * counts[metric.scale[-1]] / len(scores),
    }


def p_value(metric, one, other):
    """The level at which the interval of the difference begins to touch zero."""
    delta = metric.score(one) - metric.score(other)
    if delta == 0:
        return 1.0
    end, sign = (0, 1) if delta > 0 else (1, -1)
    z = crossing(lambda z: sign * mover(metric, one, other, z)[end], 1e-9, 37)
    return 2 * stats.norm.sf(z)


def difference(metric, one, other):
    low, high = metric.difference_limits(one, other)
    delta = metric.score(one) - metric.score(other)
    return {"delta": delta, "low": low, "high": high, "p_value": p_value(metric, one, other)}


def judged(differences):
    """Benjamini-Hochberg over differences that were looked at together."""
    found = list(differences)
    qs = multipletests([one["p_value"] for one in found], method="fdr_bh")[1]
    for one, q in zip(found, qs):
        one["q_value"] = float(q)
        one["significant"] = bool(q <= 0.05)


def mean_difference(metric, one, other):
    welch = stats.ttest_ind(raw(metric, one), raw(metric, other), equal_var=False)
    limits = welch.confidence_interval(LEVEL)
    delta = raw(metric, one).mean() - raw(metric, other).mean()
    return {"delta": delta, "low": limits.low, "high": limits.high, "p_value": float(welch.pvalue)}


def rest(whole, part):
    return [all_of_it - taken for all_of_it, taken in zip(whole, part)]


def shrunken(metric, histograms):
    """Empirical Bayes: drawn towards the random-effects mean of a meta-analysis (DerSimonian and Laird)."""
    scores = numpy.array([metric.score(counts) for counts in histograms])
    errors = numpy.array([metric.variance(counts) / sum(counts) for counts in histograms])
    found = combine_effects(scores, errors, method_re="dl")
    tau2 = max(found.tau2, 0.0)
    mean = numpy.average(scores, weights=1 / (errors + tau2))
    return [float(score) for score in mean + tau2 / (tau2 + errors) * (scores - mean)]


def breakdown(metric, parts):
    """Segments, the largest first, each against all the rest; `parts` are histograms by value and make up the whole."""
    whole = [sum(column) for column in zip(*parts.values())]
    ordered = sorted(parts.items(), key=lambda part: (-sum(part[1]), part[0]))
    segments = [
        {"value": value} | estimate(metric, counts) | {"difference": difference(metric, counts, rest(whole, counts))}
        for value, counts in ordered
    ]
    judged(segment["difference"] for segment in segments)
    for segment, score in zip(segments, shrunken(metric, [counts for _, counts in ordered])):
        segment["shrunken"] = score
    for rank, segment in enumerate(sorted(segments, key=lambda segment: -segment["shrunken"]), 1):
        segment["rank"] = rank
    return {"n": sum(whole), "overall": estimate(metric, whole), "segments": segments}


def lmg(outcome, columns):
    """Shapley shares of R², each subset of the columns fitted by least squares (Lindeman, Merenda and Gold 1980)."""
    names = list(columns)
    y = outcome - outcome.mean()
    total = float(y @ y)

    def explained(chosen):
        if not chosen:
            return 0.0
        x = numpy.column_stack([columns[name] - columns[name].mean() for name in chosen])
        fit, *_ = numpy.linalg.lstsq(x, y, rcond=None)
        return 1 - float(((y - x @ fit) ** 2).sum()) / total

    r2 = {chosen: explained(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)}
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        shares[name] = sum(
            (r2[tuple(n for n in names if n in chosen or n == name)] - r2[chosen])
            * math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(names))
            for size in range(len(names))
            for chosen in combinations(others, size)
        )
    return r2[tuple(names)], shares
