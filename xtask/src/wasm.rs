//! Compiling widget and dashboard for browsers, std built from source for size, with whichever toolchain is at hand.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    inputs,
    place::Place,
    process::{find_program, output, run, say, step},
};

/// What browsers compile.
const TARGET: &str = "wasm32-unknown-unknown";

/// No panic messages, source locations or `Debug` texts: nobody reads them on a stranger's page.
const RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// Debian's compiler, cargo and linker, which stand beside a rustup toolchain without touching it.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// What every compiled program depends on.
const INPUTS: [&str; 4] = ["Cargo.toml", "Cargo.lock", "shared", "xtask/src/wasm.rs"];

/// A crate that becomes a program in the browser.
pub(crate) struct Program {
    /// Its name in what a person reads, and of its file.
    pub(crate) name: &'static str,
    /// cargo's name of it.
    package: &'static str,
    /// What is switched on.
    features: &'static str,
    /// What it is made of, beside [`INPUTS`].
    inputs: [&'static str; 2],
    /// Whether Leptos forgets the types of views where a component ends: many screens become smaller by it, one card
    /// does not.
    erased: bool,
}

/// What visitors download.
pub(crate) const WIDGET: Program = Program {
    name: "widget",
    package: "bearing-widget",
    features: "csr",
    inputs: ["widget/Cargo.toml", "widget/src"],
    erased: false,
};

/// What a site's team downloads to look.
pub(crate) const READING: Program = dashboard("reading", "reading");

/// What a site's team downloads to ask what changed, where, and why.
pub(crate) const EXPLORING: Program = dashboard("exploring", "exploring");

/// What a site's team downloads to make surveys and to set things.
pub(crate) const MAKING: Program = dashboard("making", "making");

/// What hangs on a wall, and what whoever has a shared link downloads.
pub(crate) const SHOWING: Program = dashboard("showing", "showing");

/// All at once, which nobody downloads: lints look at all of it.
pub(crate) const DASHBOARD: Program = dashboard("dashboard", "reading,exploring,making,showing");

const fn dashboard(name: &'static str, features: &'static str) -> Program {
    Program {
        name,
        package: "bearing-dashboard",
        features,
        inputs: ["backend/dashboard/Cargo.toml", "backend/dashboard/src"],
        erased: true,
    }
}

/// A toolchain that can build std from source.
pub(crate) enum Recipe {
    /// rustup's active toolchain with its `rust-src` component.
    Rustup,
    /// Debian's `rustc-web`, `cargo-web`, `rust-web-src` and `lld-22`.
    Debian,
}

impl Recipe {
    /// The first recipe whose parts are all here; `BEARING_RECIPE` set to `a` or `b` leaves no choice.
    pub(crate) fn find(place: &Place) -> Option<Self> {
        if Self::allowed("a") && rustup_library(place).is_some_and(|library| library.join("Cargo.lock").is_file()) {
            return Some(Self::Rustup);
        }
        let whole = [DEBIAN_RUSTC, DEBIAN_CARGO].iter().all(|path| Path::new(path).is_file())
            && Path::new(DEBIAN_LIBRARY).join("Cargo.lock").is_file()
            && find_program(DEBIAN_LINKER).is_some();
        (Self::allowed("b") && whole).then_some(Self::Debian)
    }

    /// Whether `BEARING_RECIPE` leaves room for the recipe of this letter.
    pub(crate) fn allowed(letter: &str) -> bool {
        env::var("BEARING_RECIPE").ok().is_none_or(|wanted| wanted == letter)
    }

    /// std's sources.
    pub(crate) fn library(&self, place: &Place) -> Option<PathBuf> {
        match self {
            Self::Rustup => rustup_library(place),
            Self::Debian => Some(PathBuf::from(DEBIAN_LIBRARY)),
        }
    }

    /// What the person reads.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Rustup => "recipe (a), this toolchain with rust-src",
            Self::Debian => "recipe (b), Debian's rustc-web",
        }
    }

    /// A cargo that builds std from source; native builds never see its environment.
    pub(crate) fn cargo(&self, place: &Place) -> Command {
        let mut command = match self {
            Self::Rustup => place.cargo(),
            Self::Debian => place.toolchain_command(DEBIAN_CARGO.as_ref()),
        };
        if let Self::Debian = self {
            command.env("RUSTC", DEBIAN_RUSTC).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        }
        command
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("CARGO_NET_OFFLINE", "true")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", RUSTFLAGS)
            .env("CARGO_TARGET_DIR", place.wasm_target());
        command
    }

    /// The compiler's version, in one line.
    fn version(&self, place: &Place) -> Result<String> {
        let program = if let Self::Debian = self { DEBIAN_RUSTC } else { "rustc" };
        let mut rustc = place.toolchain_command(program.as_ref());
        rustc.arg("--version");
        output(rustc, program)
    }
}

/// The arguments that every command over a program for browsers shares; `verb` is cargo's.
pub(crate) fn arguments<'a>(verb: &'a str, program: &Program) -> Vec<&'a str> {
    vec![
        verb,
        "--locked",
        "--package",
        program.package,
        "--lib",
        "--no-default-features",
        "--features",
        program.features,
        "--profile=wasm",
        "--target",
        TARGET,
        "-Zbuild-std=std,panic_abort",
        "-Zbuild-std-features=optimize_for_size",
    ]
}

/// The library folder of this toolchain's `rust-src`, whether or not it is there.
fn rustup_library(place: &Place) -> Option<PathBuf> {
    let mut rustc = place.toolchain_command("rustc".as_ref());
    rustc.args(["--print", "sysroot"]);
    let sysroot = output(rustc, "rustc").ok()?;
    Some(Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library"))
}

/// Compiles a program unless nothing it depends on has changed; answers where it is.
pub(crate) fn compile(place: &Place, program: &Program) -> Result<PathBuf> {
    let Some(recipe) = Recipe::find(place) else {
        bail!("no toolchain here can build for browsers; run `cargo xtask setup`");
    };
    let name = program.name;
    let compiled = place.work().join(format!("{name}.wasm"));
    let more = format!("{}{}{}", recipe.name(), recipe.version(place)?, place.wasm_target().display());
    let inputs = [&INPUTS[..], &program.inputs].concat();
    let fingerprint = inputs::fingerprint(&place.root, &inputs, &more)?;
    let stamp = place.work().join(format!("{name}.stamp"));
    let ran = inputs::when_changed(&stamp, &fingerprint, || {
        step(&format!("{name} for browsers, {}", recipe.name()), || {
            let mut cargo = recipe.cargo(place);
            cargo.args(arguments("rustc", program)).args(["--crate-type", "cdylib"]);
            if program.erased {
                // Each of the two programs leaves out what only the other one needs; the lints look at both.
                cargo.env("RUSTFLAGS", format!("{RUSTFLAGS} --cfg erase_components -Adead_code -Aunused_imports"));
            }
            run(cargo, &format!("the {name}'s build"))?;
            let file = format!("wasm/{}.wasm", program.package.replace('-', "_"));
            let made = place.wasm_target().join(TARGET).join(file);
            fs::copy(&made, &compiled).with_context(|| format!("cannot copy {}", made.display()))?;
            Ok(())
        })
    })?;
    if !ran {
        say(format_args!("{name} for browsers: unchanged"));
    }
    ensure!(compiled.is_file(), "{} is gone; remove dist/.build and build again", compiled.display());
    Ok(compiled)
}
