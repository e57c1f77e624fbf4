//! `test`: every check and test, two lanes side by side and then what wants the machine for itself; ends with counts.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::{
    bench::schema,
    browsers, data, lists, nats, package,
    place::Place,
    postgres::{self, Cluster, Profile},
    process::say,
    setup::{self, Part},
};

/// Lines of a failed step's log that are shown.
const SHOWN_LINES: usize = 80;

/// Lines shown from one that tells on.
const AFTER_TELLING: usize = 6;

/// One step: a name, what runs, and how its counts are written.
struct Step {
    name: &'static str,
    command: Command,
}

/// What became of a step.
struct Outcome {
    name: &'static str,
    ok: bool,
    passed: u64,
    failed: u64,
}

/// Runs the steps whose name contains `only`, all of them without it.
pub(crate) fn test(place: &Place, only: Option<&str>) -> Result<ExitCode> {
    let start = Instant::now();
    use Part::{Browser, Crates, Data, Deploy, Languages, Lists, Nats, Npm, Package, Postgres, Schemathesis, Wasm};
    let parts = [Crates, Wasm, Npm, Package, Languages, Browser, Data, Deploy, Lists, Nats, Postgres, Schemathesis];
    setup::ensure(place, &parts)?;
    let cluster = Cluster::start(Profile::Fast)?;
    let logs = place.work().join("logs");
    fs::create_dir_all(&logs).with_context(|| format!("cannot make the folder {}", logs.display()))?;
    let tool = own_copy(place)?;
    let xtask = |name, args: &[&str]| xtask(place, &tool, name, args);
    let wanted = |step: &Step| only.is_none_or(|text| step.name.contains(text));
    let lane = |steps: Vec<Step>| -> Vec<Outcome> {
        steps.into_iter().filter(&wanted).map(|step| run_logged(step, &logs)).collect()
    };
    let side_by_side = |one: Vec<Step>, other: Vec<Step>| {
        thread::scope(|scope| {
            let other = scope.spawn(|| lane(other));
            let mut outcomes = lane(one);
            match other.join() {
                Ok(more) => outcomes.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            outcomes
        })
    };

    let mut outcomes = side_by_side(
        vec![xtask("fmt", &["fmt", "--check"]), xtask("tidy", &["tidy"]), xtask("lint native", &["lint", "native"])],
        vec![
            loader_tests(place)?,
            xtask("assets", &["build", "--assets"]),
            tests(place, "tools", &["--profile=xtask", "--package=xtask", "--package=bearing-bundle"]),
        ],
    );
    // The server's tests come after the assets, which they serve.
    let ours = ["--workspace", "--exclude=bearing-e2e", "--exclude=xtask", "--exclude=bearing-bundle"];
    let mut workspace = with_postgres(&cluster, with_data(place, tests(place, "tests", &ours))?);
    nats::tell(place, &mut workspace.command)?;
    // The same packages, so that none is compiled with other features for it.
    let server_alone = [&ours[..], &["--test=it"]].concat();
    outcomes.extend(side_by_side(
        vec![
            workspace,
            on_postgres(&cluster, with_data(place, tests(place, "tests postgres", &server_alone))?),
            xtask("lint docs", &["lint", "docs"]),
            xtask("lint shuttle", &["lint", "shuttle"]),
        ],
        vec![
            xtask("build", &["build"]),
            xtask("schema", &schema::SHORT),
            xtask("package", &["package", "--check"]),
            xtask("lint widget", &["lint", "widget"]),
            xtask("lint dashboard", &["lint", "dashboard"]),
            xtask("lint deny", &["lint", "deny"]),
            xtask("lint deploy", &["lint", "deploy"]),
        ],
    ));
    // A browser that waits for a busy machine tests the machine.
    outcomes.extend(lane(vec![
        xtask("size", &["size"]),
        with_postgres(&cluster, end_to_end(place, "e2e", &[])?),
        on_postgres(&cluster, end_to_end(place, "e2e postgres", &["--test=journeys", "--test=soak"])?),
    ]));

    let failures: Vec<&str> = outcomes.iter().filter(|outcome| !outcome.ok).map(|outcome| outcome.name).collect();
    say(format_args!("{} steps in {:.0} s", outcomes.len(), start.elapsed().as_secs_f32()));
    if !failures.is_empty() {
        say(format_args!("failed: {}", failures.join(", ")));
    }
    let sum = |count: fn(&Outcome) -> u64| outcomes.iter().map(count).sum::<u64>();
    say(format_args!("{} passed, {} failed", sum(|outcome| outcome.passed), sum(|outcome| outcome.failed)));
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A copy of this program that stays as it is while the steps build the workspace, this program included.
fn own_copy(place: &Place) -> Result<PathBuf> {
    let copy = place.work().join("xtask");
    let own = std::env::current_exe().context("this program has no file")?;
    fs::copy(&own, &copy).with_context(|| format!("cannot copy {}", own.display()))?;
    Ok(copy)
}

fn xtask(place: &Place, tool: &Path, name: &'static str, args: &[&str]) -> Step {
    let mut command = Command::new(tool);
    command.current_dir(&place.root).args(args);
    Step { name, command }
}

fn tests(place: &Place, name: &'static str, args: &[&str]) -> Step {
    let mut command = place.offline_cargo();
    command.args(["test", "--locked", "--no-fail-fast"]).args(args);
    Step { name, command }
}

fn loader_tests(place: &Place) -> Result<Step> {
    let folder = place.root.join("widget/loader/test");
    let mut command = Command::new("node");
    command.current_dir(&place.root).args(["--test", "--test-reporter=tap"]);
    // Node 20 takes files and no folder here.
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.to_str().is_some_and(|name| name.ends_with(".test.js") || name.ends_with(".test.mjs")) {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "{} holds no *.test.js", folder.display());
    files.sort();
    command.args(files).env("BEARING_NPM", place.npm().join("node_modules"));
    Ok(Step { name: "loader", command })
}

fn end_to_end(place: &Place, name: &'static str, args: &[&str]) -> Result<Step> {
    let mut step = with_data(place, tests(place, name, &[&["--package=bearing-e2e"], args].concat()))?;
    step.command.env("BEARING_BIN", place.dist().join("bearing"));
    step.command.env("BEARING_NPM", place.npm().join("node_modules")).env("BEARING_LISTS", lists::folder(place));
    step.command.env("BEARING_PACKAGE", package::folder(place));
    step.command.envs(browsers::environment(place));
    step.command.env("BEARING_MATRIX_OUT", place.work().join("matrix.md"));
    nats::tell(place, &mut step.command)?;
    Ok(step)
}

/// Tells a step where the public tables are, and the Python that works out independently what they say.
fn with_data(place: &Place, mut step: Step) -> Result<Step> {
    step.command.env("BEARING_DATASETS", data::folder(place)).env("BEARING_PYTHON", data::python(place)?);
    Ok(step)
}

/// Tells a step where PostgreSQL is.
fn with_postgres(cluster: &Cluster, mut step: Step) -> Step {
    step.command.env(postgres::TEST_URL, cluster.url());
    step
}

/// Has a step keep its stores in PostgreSQL where it would keep them in SQLite.
fn on_postgres(cluster: &Cluster, step: Step) -> Step {
    let mut step = with_postgres(cluster, step);
    step.command.env(postgres::TEST_ENGINE, "postgres");
    step
}

/// Runs a step with its output in a log; shows the log's end when it fails.
fn run_logged(mut step: Step, logs: &Path) -> Outcome {
    let log = logs.join(format!("{}.log", step.name.replace(' ', "-")));
    say(format_args!("{:<7}{} …", "", step.name));
    // A log is no terminal, whatever the one that started this can show.
    step.command.env("TERM", "dumb").env("CARGO_TERM_COLOR", "never");
    let start = Instant::now();
    let ended = File::create(&log)
        .and_then(|file| Ok((file.try_clone()?, file)))
        .and_then(|(out, err)| step.command.stdin(Stdio::null()).stdout(out).stderr(err).status());
    let text = fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let (passed, mut failed) = counts(&text);
    let ok = ended.as_ref().is_ok_and(|status| status.success()) && failed == 0;
    if !ok && failed == 0 {
        failed = 1;
    }
    let counted = if passed + failed > 0 { format!("  {passed} passed, {failed} failed") } else { String::new() };
    let word = if ok { "ok" } else { "FAILED" };
    say(format_args!("{word:<7}{:<14}{:>7.1} s{counted}", step.name, start.elapsed().as_secs_f32()));
    not_played(&text).for_each(|line| say(format_args!("       {line}")));
    if let Err(error) = ended {
        say(format_args!("       {} could not start: {error}", step.name));
    }
    if !ok {
        say(telling_lines(&text));
        say(format_args!("       the whole log: {}", log.display()));
    }
    Outcome { name: step.name, ok, passed, failed }
}

/// The lines of a failed step's log that say what went wrong, each with a few after it; else the log's end.
fn telling_lines(log: &str) -> String {
    let tells = |line: &str| {
        line.contains("panicked at")
            || line.starts_with("error")
            || line.ends_with("... FAILED")
            || line.trim_start().starts_with("not ok ")
    };
    let lines: Vec<&str> = log.lines().collect();
    let telling: Vec<usize> = (0..lines.len()).filter(|at| tells(lines[*at])).collect();
    let mut shown: Vec<usize> = telling.iter().flat_map(|at| *at..lines.len().min(at + AFTER_TELLING)).collect();
    shown.sort_unstable();
    shown.dedup();
    if shown.is_empty() {
        shown = (lines.len().saturating_sub(SHOWN_LINES)..lines.len()).collect();
    }
    shown.truncate(SHOWN_LINES);
    shown.into_iter().map(|at| lines[at]).collect::<Vec<_>>().join("\n")
}

/// The lines of a log that say of a test that it could not be played.
fn not_played(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter(|line| line.starts_with("test [not played: "))
}

/// Tests passed and failed, as cargo's `test result` lines and Node's TAP summary say.
fn counts(log: &str) -> (u64, u64) {
    let (mut passed, mut failed) = (0, 0);
    for line in log.lines().map(str::trim) {
        if let Some(result) = line.strip_prefix("test result: ") {
            passed += number_before(result, " passed");
            failed += number_before(result, " failed");
        } else if let Some(number) = line.strip_prefix("# pass ") {
            passed += number.parse().unwrap_or(0);
        } else if let Some(number) = line.strip_prefix("# fail ") {
            failed += number.parse().unwrap_or(0);
        }
    }
    (passed, failed)
}

fn number_before(text: &str, word: &str) -> u64 {
    let digits = text.split(word).next().and_then(|before| before.rsplit(' ').next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_shown_where_it_tells() {
        let log =
            format!("{}thread 'a' panicked at b.rs:1:1:\nleft != right\n{}", "x\n".repeat(200), "y\n".repeat(200));
        let shown = telling_lines(&log);
        assert!(shown.starts_with("thread 'a' panicked at b.rs:1:1:\nleft != right\ny"), "{shown}");
        assert_eq!(shown.lines().count(), AFTER_TELLING);
        assert_eq!(telling_lines(&"x\n".repeat(200)).lines().count(), SHOWN_LINES);
    }

    #[test]
    fn counts_of_cargo_and_node_are_summed() {
        let log = "running 3 tests\ntest result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                   test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured\n# pass 7\n# fail 1\n";
        assert_eq!(counts(log), (22, 3));
        assert_eq!(counts("nothing here"), (0, 0));
        let left_out = "test [not played: `full` mounts a small disk; run it as root.] a_full_disk ... ignored";
        assert_eq!(not_played(&format!("test a_kill ... ok\n{left_out}\n")).collect::<Vec<_>>(), [left_out]);
    }
}
