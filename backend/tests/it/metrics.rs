//! docs/METRICS.md and what `/metrics` says are one list.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::Server;

/// The names and types that the page's tables have.
fn documented() -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/METRICS.md");
    let page = std::fs::read_to_string(file).expect("docs/METRICS.md can be read");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `bearing_"));
    rows.map(|row| {
        let (name, rest) = row.split_once("` | ").expect("a name and a type");
        let (kind, _) = rest.split_once(" |").expect("a type");
        (format!("bearing_{name}"), kind.to_owned())
    })
    .collect()
}

#[tokio::test]
async fn the_page_lists_every_measurement_and_no_other() {
    let server = Server::start().await;
    let text = server.get("/metrics").await.text();
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let served: BTreeMap<String, String> = families.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
    assert!(served.len() > 10, "{text}");
    assert_eq!(documented(), served, "docs/METRICS.md says on the left what it should say on the right");
    for family in served.keys() {
        let has_sample = text.lines().any(|line| line.starts_with(family.as_str()));
        assert!(has_sample, "{family} has a series from the beginning");
        assert!(text.contains(&format!("# HELP {family} ")), "{family} is explained");
    }
}

#[tokio::test]
async fn the_process_tells_what_it_holds() {
    let server = Server::start().await;
    let text = server.get("/metrics").await.text();
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in {text}"))
    };
    assert!(text.contains(&format!("bearing_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))), "{text}");
    if cfg!(target_os = "linux") {
        assert!(value("bearing_process_resident_bytes") > 1e6);
        assert!(value("bearing_process_open_files") > 3.0);
    }
    assert_eq!((value("bearing_intake_waiting"), value("bearing_intake_oldest_seconds")), (0.0, 0.0));
}
