//! `package --check`: projects of strangers install the tarball without a network, check their types and build.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    inputs,
    place::Place,
    process::{run, step},
    setup,
};

use super::{LOCK, SOURCE, copy, empty, npm, package, tool};

/// How a project without a bundler has its script checked: as Node resolves modules, and no type of ours taken on trust.
const SCRIPT_CHECK: [&str; 13] = [
    "--noEmit",
    "--allowJs",
    "--checkJs",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--lib",
    "es2022,dom",
    "--types",
    "",
    "main.js",
];

/// Where the projects are: `frameworks/react` and `frameworks/vue`, each with its `dist`, and `esm`.
pub(crate) fn folder(place: &Place) -> PathBuf {
    place.work().join("package")
}

/// Builds the tarball, and then every project with it.
pub(crate) fn check(place: &Place) -> Result<()> {
    let tarball = package(place)?;
    step("projects with React and Vue", || frameworks(place, &tarball))?;
    step("project without a bundler", || esm(place, &tarball))
}

/// The examples for React and Vue, and what the types must refuse, below one `node_modules`.
fn frameworks(place: &Place, tarball: &Path) -> Result<()> {
    let here = folder(place).join("frameworks");
    let lock = inputs::fingerprint(&place.root, &[LOCK], "")?;
    inputs::when_changed(&here.join("complete"), &lock, || {
        setup::copy_lock(place, LOCK, &here)?;
        let mut clean = npm(place, &here);
        clean.arg("ci");
        run(clean, "`npm ci` without a network")
    })?;
    install(place, tarball, &here)?;
    for name in ["react", "vue"] {
        copy_folder(&place.root.join("docs/examples").join(name), &here.join(name))?;
    }
    copy_folder(&place.root.join(SOURCE).join("test/types"), &here.join("types"))?;
    let types = ["--noEmit", "--project"];
    for name in ["react", "types"] {
        let mut check = tool(place, "typescript-7/bin/tsc", &here);
        check.args(types).arg(name);
        run(check, &format!("TypeScript over {name}"))?;
    }
    for name in ["vue", "types"] {
        let mut check = Command::new("node");
        check.current_dir(&here).arg("node_modules/vue-tsc/bin/vue-tsc.js").args(types).arg(name);
        run(check, &format!("vue-tsc over {name}"))?;
    }
    for name in ["react", "vue"] {
        let mut vite = Command::new("node");
        vite.current_dir(here.join(name)).arg("../node_modules/vite/bin/vite.js");
        vite.args(["build", "--base=./", "--logLevel=warn"]);
        run(vite, &format!("Vite over {name}"))?;
    }
    Ok(())
}

/// The example that names the module in an import map, and what must hold in Node, with nothing else installed.
fn esm(place: &Place, tarball: &Path) -> Result<()> {
    let here = folder(place).join("esm");
    copy_folder(&place.root.join("docs/examples/esm"), &here)?;
    fs::write(here.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    install(place, tarball, &here)?;
    let mut check = tool(place, "typescript-7/bin/tsc", &here);
    check.args(SCRIPT_CHECK);
    run(check, "TypeScript over the project without a bundler")?;
    copy(&place.root.join(SOURCE).join("test/installed.test.mjs"), &here.join("installed.test.mjs"))?;
    let mut tests = Command::new("node");
    tests.current_dir(&here).args(["--test", "--test-reporter=tap", "installed.test.mjs"]);
    run(tests, "the tests of the installed package")
}

/// Installs the tarball into a project as its owner would.
fn install(place: &Place, tarball: &Path, project: &Path) -> Result<()> {
    // The same name and version with other content would pass for installed.
    empty(&project.join("node_modules/@bearing"))?;
    let mut install = npm(place, project);
    install.args(["install", "--no-save"]).arg(tarball);
    run(install, "`npm install` of the tarball")
}

/// A folder anew, with what another one holds.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    empty(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy_folder(&entry.path(), &target) } else { copy(&entry.path(), &target) }?;
    }
    Ok(())
}
