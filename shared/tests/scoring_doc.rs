//! docs/SCORING.md: every number of its `worked` blocks is computed again.

#![cfg(feature = "stats")]

use std::collections::BTreeMap;

use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::{Definition, Instrument};
use bearing_shared::metric::{self, LEVEL};
use bearing_shared::stats::{clv, multiple};

const DOCUMENT: &str = include_str!("../../docs/SCORING.md");

/// A line of a block: what is computed, and the results that the page prints, by name (without one: in order).
struct Worked<'a> {
    input: Vec<&'a str>,
    results: Vec<(&'a str, &'a str)>,
}

/// The lines of all `worked` blocks. Input and results stand three or more blanks apart, and so do the results.
fn worked() -> Vec<Worked<'static>> {
    let blocks = DOCUMENT.split("```worked\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks
        .flat_map(str::lines)
        .map(|line| {
            let mut columns = line.split("   ").map(str::trim).filter(|column| !column.is_empty());
            let input = columns.next().expect("a line says what is computed").split(' ').collect();
            let results = columns.map(|column| column.split_once(' ').unwrap_or(("", column))).collect();
            Worked { input, results }
        })
        .collect()
}

/// An instrument and counts as the page writes them: NPS by group, the others by score.
fn histogram(words: &[&str]) -> (&'static Definition, Histogram) {
    let instrument = Instrument::named(words[0]).unwrap_or_else(|| panic!("`{}` is no instrument", words[0]));
    let counts: Vec<u64> = words[1..].iter().map(|word| word.parse().expect("a count")).collect();
    let mut histogram = Histogram::default();
    let scores: Vec<usize> = if instrument == Instrument::Nps { vec![10, 8, 0] } else { (1..=counts.len()).collect() };
    assert_eq!(scores.len(), counts.len(), "{words:?}");
    for (score, count) in scores.into_iter().zip(counts) {
        histogram.counts[score] = count;
    }
    (instrument.definition(), histogram)
}

/// Two histograms with a word between them.
fn two(words: &[&str], between: &str) -> (&'static Definition, Histogram, Histogram) {
    let place = words.iter().position(|word| *word == between).expect("the word between");
    let (definition, first) = histogram(&words[..place]);
    (definition, first, histogram(&words[place + 1..]).1)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// Everything that a line may print, by name; unnamed results are numbered.
fn computed(input: &[&str]) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let mut put = |name: &str, value: f64| {
        found.insert(name.to_owned(), value);
    };
    match input[0] {
        "difference" => {
            let (definition, a, b) = two(&input[1..], "and");
            let difference = metric::difference(definition, &a, &b, LEVEL).expect("both have answers");
            put("delta", difference.delta);
            put("low", difference.low);
            put("high", difference.high);
            put("p", difference.p_value);
        }
        "impact" => {
            let (definition, with, without) = two(&input[2..], "in");
            let found = metric::impact(definition, &with, &without, LEVEL).expect("both have answers");
            put("share", found.prevalence);
            put("with", found.with);
            put("without", found.without);
            put("impact", found.impact.delta);
            put("low", found.impact.low);
            put("high", found.impact.high);
        }
        "margin" => {
            let own = (input.len() > 2).then(|| histogram(&input[3..]).1);
            let definition = Instrument::Nps.definition();
            put("n", metric::answers_for_margin(definition, own.as_ref(), number(input[1]), LEVEL) as f64);
        }
        "q" => {
            let p: Vec<f64> = input[2..].iter().map(|word| number(word)).collect();
            for (place, q) in multiple::benjamini_hochberg(&p).into_iter().enumerate() {
                put(&place.to_string(), q);
            }
        }
        "clv" => {
            let (margin, retention, discount) = (number(input[1]), number(input[2]), number(input[3]));
            put("if_retained", clv::if_retained(margin, retention, discount).expect("converges"));
            put("now", clv::now(margin, retention, discount).expect("converges"));
            put("certain", clv::certain(margin, retention, discount).expect("converges"));
        }
        _ => {
            let (definition, histogram) = histogram(input);
            let limits = metric::interval(definition, &histogram, LEVEL).expect("has answers");
            let mean = metric::mean_interval(definition, &histogram, LEVEL).expect("has answers");
            put("score", metric::score(definition, &histogram).expect("has answers"));
            put("low", limits.low);
            put("high", limits.high);
            put("mean", histogram.mean().expect("has answers"));
            put("mean_low", mean.low);
            put("mean_high", mean.high);
        }
    }
    found
}

#[test]
fn every_worked_number_is_the_one_that_the_code_computes() {
    let lines = worked();
    assert!(lines.len() >= 12, "the page has {} worked lines", lines.len());
    let mut wrong = Vec::new();
    for Worked { input, results } in lines {
        assert!(!results.is_empty(), "{input:?} prints nothing");
        let computed = computed(&input);
        for (place, (name, text)) in results.into_iter().enumerate() {
            let name = if name.is_empty() { place.to_string() } else { name.to_owned() };
            let value = computed.get(&name).unwrap_or_else(|| panic!("{input:?} has no `{name}`"));
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            if format!("{value:.decimals$}") != text {
                wrong.push(format!("{} {name}: {text}, not {value:.decimals$}", input.join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/SCORING.md is wrong: {wrong:#?}");
}
