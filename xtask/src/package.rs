//! `package`: the npm package as a tarball in `dist/npm`, from TypeScript and the workspace's version.

mod projects;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    place::Place,
    process::{run, say, step},
    setup::{self, Part},
};

pub(crate) use projects::{check, folder};

/// What the package is made of.
const SOURCE: &str = "widget/npm";

/// The lock file of what builds the package, and of what the projects that install it need beside it.
const LOCK: &str = "xtask/npm-package";

/// Files of the source that are packed as they stand.
const AS_THEY_STAND: [&str; 4] = ["README.md", "react.d.ts", "vue.d.ts", "types-only.js"];

/// The workspace's version is the package's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Fetches what builds the package, and what the projects that install it need beside it.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    setup::npm_ci(place, LOCK, &tools(place), &[&format!("--cache={}", cache(place).display())])
}

/// Builds the tarball and returns where it is.
pub(crate) fn package(place: &Place) -> Result<PathBuf> {
    setup::ensure(place, &[Part::Package])?;
    let source = place.root.join(SOURCE);
    let stage = place.work().join("npm");
    let out = place.dist().join("npm");
    let tarball = out.join(format!("bearing-widget-{VERSION}.tgz"));
    step("npm package", || {
        empty(&stage)?;
        empty(&out)?;
        let mut compiler = tool(place, "typescript-7/bin/tsc", &place.root);
        compiler.arg("--project").arg(&source).arg("--outDir").arg(stage.join("dist"));
        run(compiler, "the compiler over widget/npm")?;
        for name in AS_THEY_STAND {
            copy(&source.join(name), &stage.join(name))?;
        }
        copy(&place.root.join("LICENSE"), &stage.join("LICENSE"))?;
        let manifest =
            fs::read_to_string(source.join("package.json")).context("cannot read widget/npm/package.json")?;
        // As text: the order of the conditions in `exports` has a meaning.
        let manifest = manifest.replacen("{\n", &format!("{{\n  \"version\": \"{VERSION}\",\n"), 1);
        fs::write(stage.join("package.json"), manifest).context("cannot write package.json")?;
        let mut pack = npm(place, &stage);
        pack.args(["pack", "--silent", "--pack-destination"]).arg(&out);
        run(pack, "`npm pack`")
    })?;
    let size = fs::metadata(&tarball).with_context(|| format!("`npm pack` left no {}", tarball.display()))?.len();
    say(format_args!("dist/npm/bearing-widget-{VERSION}.tgz: {size} B"));
    Ok(tarball)
}

/// Where set-up put the tools.
fn tools(place: &Place) -> PathBuf {
    place.cache.join("npm-package")
}

/// npm's own store of what the lock file names: what installs without a network installs from here.
fn cache(place: &Place) -> PathBuf {
    tools(place).join("cache")
}

/// A tool's program, working in `folder`.
fn tool(place: &Place, program: &str, folder: &Path) -> Command {
    let mut node = Command::new("node");
    node.current_dir(folder).arg(tools(place).join("node_modules").join(program));
    node
}

/// npm in `folder`, without a network and without running what a package brings.
fn npm(place: &Place, folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args(["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    npm.arg("--cache").arg(cache(place));
    npm
}

/// Makes a folder that holds nothing.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}
