//! `build` and `run`: the renderer, the browser assets, the binary that carries them, and the demo.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};

use crate::{
    inputs,
    place::Place,
    process::{run, say, step},
    setup::{self, Part},
    wasm,
};

/// What the assets are made from, beside the compiled widget.
const ASSET_INPUTS: [&str; 12] = [
    "Cargo.lock",
    "widget/loader",
    "widget/src/view/card.css",
    "widget/src/view/hosted.css",
    "widget/src/view/rest.css",
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
    "xtask/bundle",
    "xtask/npm/package-lock.json",
    "dist/.build/widget.wasm",
];

/// What the dashboard's files are made from, beside the compiled program.
const DASHBOARD_INPUTS: [&str; 9] = [
    "Cargo.lock",
    "backend/dashboard/page",
    "backend/dashboard/src/text",
    "xtask/bundle",
    "xtask/npm/package-lock.json",
    "dist/.build/making.wasm",
    "dist/.build/reading.wasm",
    "dist/.build/showing.wasm",
    "dist/.build/exploring.wasm",
];

/// The style sheets that only some surveys need.
const PARTS: [&str; 4] =
    ["widget/src/view/stars.css", "widget/src/view/faces.css", "widget/src/view/bar.css", "widget/src/view/centre.css"];

/// What the loader imports when it is needed, beside the loader itself.
const IMPORTED: [&str; 4] =
    ["widget/loader/rest.js", "widget/loader/extra.js", "widget/loader/explain.js", "widget/loader/work.js"];

/// Builds everything that changed and leaves one self-contained binary at `dist/bearing`.
pub(crate) fn all(place: &Place) -> Result<()> {
    assets(place)?;
    server(place)
}

/// Builds, then becomes `bearing demo`.
pub(crate) fn run_demo(place: &Place, args: &[String]) -> Result<ExitCode> {
    all(place)?;
    // The demo gets the terminal, the signals and the exit code: this program has nothing left to do.
    let error = Command::new(place.dist().join("bearing")).arg("demo").args(args).exec();
    Err(error).context("cannot start dist/bearing")
}

/// Makes what browsers fetch, in `dist/assets` and `dist/dashboard`.
pub(crate) fn assets(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates, Part::Wasm, Part::Npm])?;
    let compiled = &wasm::compile(place, &wasm::WIDGET)?;
    let (work, out) = (place.work(), place.dist().join("assets"));
    let stamp = work.join("assets.stamp");
    // Files that somebody removed are made again, whatever they were made of.
    if !out.join("manifest.json").is_file() && stamp.exists() {
        fs::remove_file(&stamp).with_context(|| format!("cannot remove {}", stamp.display()))?;
    }
    let fingerprint = inputs::fingerprint(&place.root, &ASSET_INPUTS, "")?;
    let made = || {
        step("browser assets", || {
            let mut cargo = place.offline_cargo();
            cargo.args(["build", "--locked", "--profile=xtask", "--package=bearing-bundle"]);
            run(cargo, "the bundler's build")?;
            let mut bundle = Command::new(place.bundler());
            bundle
                .arg("assets")
                .arg("--wasm")
                .arg(compiled)
                .arg("--node-modules")
                .arg(place.npm().join("node_modules"));
            bundle.arg("--loader").arg(place.root.join("widget/loader/main.js"));
            for module in IMPORTED {
                bundle.arg("--imported").arg(place.root.join(module));
            }
            bundle.arg("--hosted").arg(place.root.join("widget/loader/hosted.js"));
            bundle.arg("--css").arg(place.root.join("widget/src/view/card.css"));
            for part in PARTS {
                bundle.arg("--part").arg(place.root.join(part));
            }
            bundle.arg("--hosted-css").arg(place.root.join("widget/src/view/hosted.css"));
            bundle.arg("--scratch").arg(&work).arg("--out").arg(&out);
            run(bundle, "the bundler")
        })
    };
    if !inputs::when_changed(&stamp, &fingerprint, made)? {
        say("browser assets: unchanged");
    }
    dashboard(place)
}

/// Makes the dashboard's files, in `dist/dashboard`.
fn dashboard(place: &Place) -> Result<()> {
    let mut programs = Vec::new();
    for program in [wasm::READING, wasm::EXPLORING, wasm::MAKING, wasm::SHOWING] {
        programs.push(wasm::compile(place, &program)?);
    }
    let (work, out) = (place.work(), place.dist().join("dashboard"));
    let stamp = work.join("dashboard-files.stamp");
    if !out.join("index.html").is_file() && stamp.exists() {
        fs::remove_file(&stamp).with_context(|| format!("cannot remove {}", stamp.display()))?;
    }
    let page = place.root.join("backend/dashboard/page");
    let fingerprint = inputs::fingerprint(&place.root, &DASHBOARD_INPUTS, "")?;
    let made = || {
        step("dashboard files", || {
            let mut cargo = place.offline_cargo();
            cargo.args(["build", "--locked", "--profile=xtask", "--package=bearing-bundle"]);
            run(cargo, "the bundler's build")?;
            let words = work.join("words");
            let mut texts = place.offline_cargo();
            texts
                .args(["run", "--quiet", "--locked", "--package=bearing-dashboard", "--example=texts", "--"])
                .arg(&words);
            run(texts, "the dashboard's words")?;
            let mut bundle = Command::new(place.bundler());
            bundle.arg("dashboard").arg("--page").arg(&page).arg("--words").arg(&words);
            for program in &programs {
                bundle.arg("--wasm").arg(program);
            }
            bundle.arg("--node-modules").arg(place.npm().join("node_modules"));
            bundle.arg("--scratch").arg(&work).arg("--out").arg(&out);
            run(bundle, "the bundler")
        })
    };
    if !inputs::when_changed(&stamp, &fingerprint, made)? {
        say("dashboard files: unchanged");
    }
    Ok(())
}

fn server(place: &Place) -> Result<()> {
    step("dist/bearing", || {
        let mut cargo = place.offline_cargo();
        cargo.args(["build", "--locked", "--release", "--package=bearing", "--bin=bearing"]);
        run(cargo, "the server's build")?;
        let (made, kept) = (place.target().join("release/bearing"), place.dist().join("bearing"));
        // A server that runs from dist/bearing keeps its file: the new one takes only the name.
        let next = place.work().join("bearing.next");
        fs::copy(&made, &next).with_context(|| format!("cannot copy {}", made.display()))?;
        fs::rename(&next, &kept).with_context(|| format!("cannot replace {}", kept.display()))
    })
}
