//! Which crate may depend on which, and which features may meet, from cargo's own description of the workspace.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{place::Place, process::output};

/// A workspace crate and the workspace crates it may depend on.
const MAY_DEPEND: [(&str, &[&str]); 12] = [
    ("bearing-shared", &[]),
    ("bearing-fresh", &[]),
    ("bearing-clusters", &[]),
    ("bearing-widget", &["bearing-shared"]),
    ("bearing-dashboard", &["bearing-shared"]),
    ("bearing-storage", &["bearing-shared", "bearing-fresh"]),
    ("bearing-strangers", &["bearing-shared"]),
    ("bearing", &["bearing-shared", "bearing-storage", "bearing-strangers", "bearing-widget", "bearing-fresh"]),
    ("bearing-fuzz", &["bearing"]),
    ("bearing-e2e", &["bearing-fresh", "bearing-clusters"]),
    ("xtask", &["bearing-clusters"]),
    ("bearing-bundle", &[]),
];

/// Who may name a database: the storage, what makes databases for tests, and the tests that damage a store from outside.
const MAY_NAME_DATABASES: [&str; 3] = ["bearing-storage", "bearing-fresh", "bearing-e2e"];

/// What only tests may depend on.
const FOR_TESTS: [&str; 1] = ["bearing-fresh"];

/// Crates that nobody else may name: no other crate knows SQL.
const DATABASES: [&str; 6] = ["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres", "deadpool-postgres", "sqlx"];

/// Crates that would bring I/O, a clock or chance into `bearing-shared`.
const IMPURE: [&str; 6] = ["getrandom", "rand", "fastrand", "tokio", "chrono", "ureq"];

/// Checks the direct dependencies of every workspace crate and the two feature trees that must stay apart.
pub(super) fn check(place: &Place) -> Result<Vec<String>> {
    let mut cargo = place.offline_cargo();
    cargo.args(["metadata", "--locked", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&output(cargo, "cargo metadata")?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut breaches: Vec<String> = packages.iter().flat_map(package).collect();

    let native = tree(place, &["--package=bearing", "--edges=features,normal"])?;
    if has_feature(&native, "leptos", "csr") || has_feature(&native, "bearing-widget", "csr") {
        breaches.push(
            "backend/Cargo.toml: the server's feature tree holds `csr`; depend on the widget with `ssr` only.".into(),
        );
    }
    for (name, manifest) in [("bearing-widget", "widget"), ("bearing-dashboard", "backend/dashboard")] {
        let browser = ["--no-default-features", "--features=csr", "--edges=features,normal"];
        let browser =
            tree(place, &[&["--package", name], &browser[..], &["--target=wasm32-unknown-unknown"]].concat())?;
        if has_feature(&browser, "leptos", "ssr") || has_feature(&browser, name, "ssr") {
            breaches.push(format!(
                "{manifest}/Cargo.toml: what browsers run holds `ssr` in its feature tree; keep the two builds apart."
            ));
        }
    }
    Ok(breaches)
}

fn tree(place: &Place, args: &[&str]) -> Result<String> {
    let mut cargo = place.offline_cargo();
    cargo.args(["tree", "--locked", "--prefix=none"]).args(args);
    output(cargo, "cargo tree")
}

/// Whether `cargo tree` names this feature of this crate.
fn has_feature(tree: &str, name: &str, feature: &str) -> bool {
    let wanted = format!("{name} feature \"{feature}\"");
    tree.lines().any(|line| line.trim_end_matches(" (*)") == wanted)
}

/// The breaches of one package's manifest.
fn package(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let dependencies: Vec<(&str, bool)> = package["dependencies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["name"].as_str()?, one["kind"].as_str() == Some("dev"))))
        .collect();
    let Some((_, allowed)) = MAY_DEPEND.iter().find(|(known, _)| *known == name) else {
        return vec![format!(
            "{name}: give this crate a place in xtask/src/tidy/direction.rs before it depends on anything."
        )];
    };
    let mut breaches = Vec::new();
    for (dependency, is_dev) in dependencies {
        if MAY_DEPEND.iter().any(|(known, _)| *known == dependency) && !allowed.contains(&dependency) {
            breaches.push(format!(
                "{name}: its Cargo.toml depends on {dependency}, against the direction of the house; remove it."
            ));
        }
        if FOR_TESTS.contains(&dependency) && !is_dev && name != "bearing-e2e" {
            breaches
                .push(format!("{name}: its Cargo.toml depends on {dependency}; what ships takes it for tests only."));
        }
        if DATABASES.contains(&dependency) && !MAY_NAME_DATABASES.contains(&name) {
            breaches.push(format!(
                "{name}: its Cargo.toml depends on {dependency}; only bearing-storage knows a database."
            ));
        }
        if IMPURE.contains(&dependency) && name == "bearing-shared" && !is_dev {
            breaches.push(format!(
                "{name}: its Cargo.toml depends on {dependency}; this crate has no I/O, clock or chance."
            ));
        }
    }
    let defaults = package["features"]["default"].as_array().is_some_and(|features| !features.is_empty());
    if matches!(name, "bearing-widget" | "bearing-dashboard") && defaults {
        breaches.push(format!("{name}: it has default features; `csr` and `ssr` are named by who builds it."));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_against_the_direction_is_a_breach() {
        let against =
            serde_json::json!({"name": "bearing-shared", "dependencies": [{"name": "bearing-widget", "kind": null}]});
        assert_eq!(package(&against).len(), 1);
        let sql = serde_json::json!({"name": "bearing", "dependencies": [{"name": "rusqlite", "kind": "dev"}]});
        assert_eq!(package(&sql).len(), 1);
        let shipped = serde_json::json!({"name": "bearing", "dependencies": [{"name": "bearing-fresh", "kind": null}]});
        assert_eq!(package(&shipped).len(), 1);
        let fine =
            serde_json::json!({"name": "bearing-widget", "dependencies": [{"name": "bearing-shared", "kind": null}]});
        assert!(package(&fine).is_empty());
    }

    #[test]
    fn features_are_found_whole() {
        let tree = "leptos v0.8.23\nleptos feature \"csr\" (*)\nleptos_dom feature \"ssr\"\n";
        assert!(has_feature(tree, "leptos", "csr"));
        assert!(!has_feature(tree, "leptos", "ssr"));
    }
}
