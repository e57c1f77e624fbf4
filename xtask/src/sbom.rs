//! `sbom`: what is inside, as CycloneDX: every crate that is linked into the binary or into a program that it serves, with
//! its version, licence and digest. npm's packages are tools of the build: none of their code ships.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    place::Place,
    process::{output, say},
    setup::{self, Part},
};

/// The programs that ship: cargo's target, what is switched on, and where each begins.
const PROGRAMS: [(&str, &[&str], &[&str]); 2] = [
    ("x86_64-unknown-linux-gnu", &[], &["bearing"]),
    (
        "wasm32-unknown-unknown",
        &[
            "--features=bearing-widget/csr,bearing-dashboard/reading,bearing-dashboard/exploring,bearing-dashboard/making,bearing-dashboard/showing",
        ],
        &["bearing-widget", "bearing-dashboard"],
    ),
];

/// Writes `dist/bearing.cdx.json`.
pub(crate) fn sbom(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let list = list(place)?;
    let path = place.dist().join("bearing.cdx.json");
    fs::create_dir_all(place.dist()).context("cannot make dist/")?;
    fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&list)?))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let count = list["components"].as_array().map_or(0, Vec::len);
    say(format_args!("{}: {count} crates", path.display()));
    Ok(())
}

/// One package, as cargo knows it.
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// What it needs to run, not to be built.
    needs: BTreeSet<String>,
    is_ours: bool,
}

/// The whole list; the same sources make the same list, so it holds no time and no number of its own.
fn list(place: &Place) -> Result<Value> {
    let mut linked: BTreeMap<String, Package> = BTreeMap::new();
    for (target, features, roots) in PROGRAMS {
        gather(place, target, features, roots, &mut linked)?;
    }
    let digests = digests(&fs::read_to_string(place.root.join("Cargo.lock")).context("cannot read Cargo.lock")?);
    let reference = |package: &Package| format!("pkg:cargo/{}@{}", package.name, package.version);
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    let mut version = None;
    for package in linked.values() {
        let needs: Vec<String> = package.needs.iter().filter_map(|id| linked.get(id)).map(reference).collect();
        dependencies.push(json!({ "ref": reference(package), "dependsOn": needs }));
        if package.name == "bearing" {
            version = Some(package.version.clone());
            continue;
        }
        let mut component = json!({
            "type": "library", "bom-ref": reference(package), "name": package.name, "version": package.version,
            "purl": reference(package),
        });
        if let Some(licence) = &package.licence {
            // An older way of writing "or" is no expression.
            component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
        }
        if let Some(digest) = digests.get(&(package.name.clone(), package.version.clone())) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": digest }]);
        } else {
            ensure!(package.is_ours, "Cargo.lock has no digest of {} {}", package.name, package.version);
        }
        components.push(component);
    }
    let version = version.context("the server is not among the crates")?;
    let own = format!("pkg:cargo/bearing@{version}");
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": own, "name": "bearing", "version": version, "purl": own,
            "licenses": [{ "expression": "MIT" }],
        } },
        "components": components, "dependencies": dependencies,
    }))
}

/// Adds what is linked into the programs that begin at `roots`: what normal dependencies lead to. A macro runs while it is
/// compiled; neither it nor what it needs is in the program.
fn gather(
    place: &Place,
    target: &str,
    features: &[&str],
    roots: &[&str],
    linked: &mut BTreeMap<String, Package>,
) -> Result<()> {
    let mut cargo = place.offline_cargo();
    cargo.args(["metadata", "--locked", "--format-version=1", "--filter-platform", target]).args(features);
    let metadata: Value = serde_json::from_str(&output(cargo, "cargo metadata")?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let by_id: BTreeMap<&str, &Value> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes = metadata["resolve"]["nodes"].as_array().context("cargo metadata resolves nothing")?;
    let nodes: BTreeMap<&str, &Value> = nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let mut waiting: Vec<&str> = by_id
        .iter()
        .filter(|(_, package)| roots.iter().any(|root| package["name"] == *root))
        .map(|(id, _)| *id)
        .collect();
    ensure!(waiting.len() == roots.len(), "cargo metadata does not know {}", roots.join(" and "));
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let package = by_id.get(id).with_context(|| format!("cargo metadata does not describe {id}"))?;
        if !seen.insert(id) || is_macro(package) {
            continue;
        }
        let needs = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let needs = needs.filter(|need| {
            // A dependency of no kind is a normal one.
            need["dep_kinds"].as_array().into_iter().flatten().any(|kind| kind["kind"].is_null())
        });
        let needs: Vec<&str> = needs.filter_map(|need| need["pkg"].as_str()).collect();
        let text = |name: &str| package[name].as_str().map(str::to_owned);
        let entry = linked.entry(id.to_owned()).or_insert(Package {
            name: text("name").context("a package without a name")?,
            version: text("version").context("a package without a version")?,
            licence: text("license"),
            needs: BTreeSet::new(),
            is_ours: package["source"].is_null(),
        });
        entry.needs.extend(needs.iter().map(|id| (*id).to_owned()));
        waiting.extend(needs);
    }
    Ok(())
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    targets.flat_map(|target| target["kind"].as_array().into_iter().flatten()).any(|kind| kind == "proc-macro")
}

/// The digest of each crate in a lock file, by name and version.
fn digests(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |part: &str, name: &str| {
        let line = part.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let one = |part: &str| Some(((value(part, "name")?, value(part, "version")?), value(part, "checksum")?));
    lock.split("[[package]]").skip(1).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn named(list: &Value) -> BTreeSet<String> {
        let components = list["components"].as_array().expect("components");
        let name = |part: &Value| {
            format!("{} {}", part["name"].as_str().expect("a name"), part["version"].as_str().expect("a version"))
        };
        components.iter().map(name).collect()
    }

    /// What cargo itself says is linked, asked in another way.
    fn tree(place: &Place, args: &[&str]) -> BTreeSet<String> {
        let mut cargo: Command = place.offline_cargo();
        cargo.args(["tree", "--locked", "--edges=normal,no-proc-macro", "--prefix=none", "--format={p}"]).args(args);
        let told = output(cargo, "cargo tree").expect("cargo tree answers");
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            Some(format!("{} {}", words.next()?, words.next()?.trim_start_matches('v')))
        };
        told.lines().filter_map(line).collect()
    }

    #[test]
    fn every_locked_crate_that_is_linked_is_on_the_list() {
        let place = Place::find().expect("the repository is found");
        let list = list(&place).expect("a list is made");
        let named = named(&list);
        let mut linked = tree(&place, &["--package=bearing", "--target=x86_64-unknown-linux-gnu"]);
        let browser = ["--target=wasm32-unknown-unknown"];
        linked.extend(tree(&place, &[&["--package=bearing-widget", "--features=csr"], &browser[..]].concat()));
        let all = "--features=reading,exploring,making,showing";
        linked.extend(tree(&place, &[&["--package=bearing-dashboard", all], &browser[..]].concat()));
        linked.retain(|name| !name.starts_with("bearing 0"));
        assert!(linked.len() > 200, "{}", linked.len());
        let missing: Vec<&String> = linked.difference(&named).collect();
        assert!(missing.is_empty(), "{missing:?}");
        for component in list["components"].as_array().expect("components") {
            let is_ours = component["name"].as_str().is_some_and(|name| name.starts_with("bearing-"));
            assert!(is_ours || component["hashes"][0]["content"].as_str().is_some_and(|text| text.len() == 64));
            assert!(component["licenses"][0]["expression"].is_string(), "{component}");
        }
    }

    #[test]
    fn what_only_builds_or_tests_is_not_on_the_list() {
        let place = Place::find().expect("the repository is found");
        let named = named(&list(&place).expect("a list is made"));
        for tool in ["proptest ", "tempfile ", "fantoccini ", "serde_derive ", "libfuzzer-sys "] {
            assert!(!named.iter().any(|name| name.starts_with(tool)), "{tool}");
        }
    }

    #[test]
    fn digests_are_read_from_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let key = ("a".to_owned(), "1.0.0".to_owned());
        assert_eq!(digests(lock), BTreeMap::from([(key, "00ff".to_owned())]));
    }
}
