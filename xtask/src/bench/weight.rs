//! `bench weight`: what a visitor downloads at three moments, beside four other products in the form they are shipped in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    place::Place,
    process::{run, say},
    setup::{self, Part},
    size,
};

/// How a product reaches a page.
enum Shipped {
    /// Files of its package, as its own script tag fetches them.
    Files(&'static [&'static str]),
    /// A module that a page's own build bundles: its source; esbuild makes script and style sheet of it.
    Bundle(&'static str),
}

/// Another product: what is there before anybody is asked, and what comes with the first question.
struct Peer {
    package: &'static str,
    idle: Shipped,
    shown: Shipped,
    how: &'static str,
}

/// None of them fetches more code when the visitor answers: the third moment is the second.
const PEERS: [Peer; 4] = [
    Peer {
        package: "posthog-js",
        idle: Shipped::Files(&["posthog-js/dist/array.js"]),
        shown: Shipped::Files(&["posthog-js/dist/surveys.js"]),
        how: "as its snippet loads it: array.js, and surveys.js once a survey is active",
    },
    Peer {
        package: "@formbricks/js",
        idle: Shipped::Bundle("import formbricks from '@formbricks/js'; window.formbricks = formbricks"),
        shown: Shipped::Files(&["@formbricks/surveys/dist/index.umd.js"]),
        how: "at least: its package only fetches the core, which its server alone has; the survey part is the last on npm",
    },
    Peer {
        package: "survey-js-ui",
        idle: Shipped::Bundle(
            "import { Model } from 'survey-core'; import 'survey-js-ui'; import 'survey-core/survey-core.min.css'; \
             window.Survey = Model",
        ),
        shown: Shipped::Files(&[]),
        how: "survey-core and survey-js-ui bundled by esbuild with their style sheet; it decides nothing by itself",
    },
    Peer {
        package: "countly-sdk-web",
        idle: Shipped::Files(&["countly-sdk-web/lib/countly.min.js"]),
        shown: Shipped::Files(&[]),
        how: "at least: the survey itself is a page of its server in a frame, which no package has",
    },
];

/// Prints the table and one JSON object.
pub(super) fn weight(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Npm, Part::Peers])?;
    let work = place.work().join("weight");
    fs::create_dir_all(&work).with_context(|| format!("cannot make the folder {}", work.display()))?;
    let ours = size::moments(place)?;
    say(format_args!("{:<34}{:>16}{:>16}{:>16}", "brotli 11, bytes", "nobody is asked", "first question", "engaged"));
    let row = |name: &str, sums: &[u64]| {
        let cells: String = sums.iter().map(|sum| format!("{sum:>16}")).collect();
        say(format_args!("{name:<34}{cells}"));
    };
    let sums: Vec<u64> = ours.iter().map(|(_, sum)| *sum).collect();
    row("bearing", &sums);
    let mut told =
        vec![json!({ "name": "bearing", "idle": sums.first(), "shown": sums.get(1), "engaged": sums.get(2) })];
    let mut notes = Vec::new();
    for (number, peer) in PEERS.iter().enumerate() {
        let version = version(place, peer.package)?;
        let idle = bytes(place, &work, &format!("{number}-idle"), &peer.idle)?;
        let shown = idle + bytes(place, &work, &format!("{number}-shown"), &peer.shown)?;
        let name =
            format!("{} {version}{}", peer.package, if peer.how.starts_with("at least") { ", at least" } else { "" });
        row(&name, &[idle, shown, shown]);
        notes.push(format!("{name}: {}", peer.how));
        told.push(json!({ "name": peer.package, "version": version, "idle": idle, "shown": shown, "engaged": shown }));
    }
    notes.iter().for_each(say);
    say(Value::from(told));
    Ok(())
}

fn version(place: &Place, package: &str) -> Result<String> {
    let file = place.peers().join("node_modules").join(package).join("package.json");
    let read: Value = serde_json::from_slice(&fs::read(&file).with_context(|| format!("no {}", file.display()))?)?;
    Ok(read["version"].as_str().context("the package has no version")?.to_owned())
}

/// The brotli bytes of everything in the list, each file compressed by itself as a server sends it.
fn bytes(place: &Place, work: &Path, name: &str, shipped: &Shipped) -> Result<u64> {
    let modules = place.peers().join("node_modules");
    let files: Vec<PathBuf> = match shipped {
        Shipped::Files(names) => names.iter().map(|name| modules.join(name)).collect(),
        Shipped::Bundle(source) => bundle(place, work, name, source)?,
    };
    if files.is_empty() {
        return Ok(0);
    }
    let names: Vec<String> = (0..files.len()).map(|number| number.to_string()).collect();
    let named: Vec<(&str, PathBuf)> = names.iter().map(String::as_str).zip(files).collect();
    Ok(size::measure(place, &named)?.values().filter_map(|sizes| sizes["brotli"].as_u64()).sum())
}

/// A production build for today's browsers: what nothing reaches is dropped, the rest minified.
fn bundle(place: &Place, work: &Path, name: &str, source: &str) -> Result<Vec<PathBuf>> {
    // Packages are found from where the module stands.
    let entry = place.peers().join(format!("weight-{name}.mjs"));
    fs::write(&entry, source).with_context(|| format!("cannot write {}", entry.display()))?;
    let out = work.join(name);
    let mut esbuild = Command::new(place.npm().join("node_modules/esbuild/bin/esbuild"));
    esbuild.arg(&entry).arg(format!("--outdir={}", out.display())).args([
        "--bundle",
        "--minify",
        "--format=iife",
        "--target=es2021",
        "--legal-comments=none",
        "--define:process.env.NODE_ENV=\"production\"",
        "--log-level=warning",
    ]);
    run(esbuild, "esbuild")?;
    let mut made = vec![out.join(format!("weight-{name}.js"))];
    made.extend(Some(out.join(format!("weight-{name}.css"))).filter(|file| file.is_file()));
    Ok(made)
}
