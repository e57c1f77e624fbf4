//! Checks of deploy/: by packages that every machine can install, and by whatever else is on this one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    data, nats,
    place::Place,
    process::{find_program, output, run, say},
};

/// What the environment has to hold: packages and their files by digest.
const LOCK: &str = "xtask/python/deploy.txt";

/// What the environment's folder is called.
const ENVIRONMENT: &str = "deploy";

/// What checks the compose files.
const COMPOSE: &str = "xtask/python/compose.py";

/// How much `systemd-analyze security` may find open in the unit, in tenths of its points.
const EXPOSURE: &str = "15";

/// Makes sure that the checkers are there.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    data::ensure_environment(place, ENVIRONMENT, LOCK)?;
    nats::ensure(place)
}

fn environment(place: &Place) -> Result<PathBuf> {
    data::environment_of(place, ENVIRONMENT, LOCK)
}

/// Checks every file; says in one line what this machine has no program for.
pub(crate) fn check(place: &Place) -> Result<()> {
    let programs = environment(place)?.join("bin");
    let work = place.work().join("deploy");
    fs::create_dir_all(&work).with_context(|| format!("cannot make the folder {}", work.display()))?;
    image(place, &programs)?;
    compose(place, &programs)?;
    let missing = [
        ("kubectl", manifests(place, &programs, &work)?),
        ("systemd-analyze", unit(place, &work)?),
        ("nginx or openssl", nginx(place, &work)?),
        ("caddy", caddy(place, &work)?),
    ];
    log(place, &work)?;
    let missing: Vec<&str> = missing.iter().filter(|(_, checked)| !checked).map(|(program, _)| *program).collect();
    if !missing.is_empty() {
        say(format_args!("not here, so unchecked by it: {}", missing.join(", ")));
    }
    Ok(())
}

fn image(place: &Place, programs: &Path) -> Result<()> {
    let mut hadolint = Command::new(programs.join("hadolint"));
    hadolint.current_dir(&place.root).arg("deploy/Dockerfile");
    run(hadolint, "hadolint over deploy/Dockerfile")
}

fn compose(place: &Place, programs: &Path) -> Result<()> {
    let mut python = Command::new(programs.join("python"));
    python.current_dir(&place.root).args([
        COMPOSE,
        "deploy/compose.yaml",
        "deploy/compose.fleet.yaml",
        "deploy/compose.log.yaml",
    ]);
    run(python, COMPOSE)
}

/// The manifests by themselves, and what `kubectl kustomize` makes of them where it is.
fn manifests(place: &Place, programs: &Path, work: &Path) -> Result<bool> {
    let folder = place.root.join("deploy/kubernetes");
    let list = "kustomization.yaml";
    let listed = fs::read_to_string(folder.join(list)).with_context(|| format!("cannot read {list}"))?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == list || !name.ends_with(".yaml") {
            continue;
        }
        let is_part = listed.lines().any(|line| line.trim() == format!("- {name}"));
        ensure!(
            is_part != name.ends_with(".example.yaml"),
            "deploy/kubernetes/{name}: list it in {list}, or call it *.example.yaml; one of the two"
        );
        files.push(path);
    }
    files.sort();
    let validate = |files: &[PathBuf]| {
        let mut validate = Command::new(programs.join("kubernetes-validate"));
        validate.args(["--strict", "--quiet"]).args(files);
        run(validate, "kubernetes-validate over deploy/kubernetes")
    };
    validate(&files)?;
    if find_program("kubectl").is_none() {
        return Ok(false);
    }
    let mut kubectl = Command::new("kubectl");
    kubectl.arg("kustomize").arg(&folder);
    let made = work.join("kustomized.yaml");
    fs::write(&made, output(kubectl, "`kubectl kustomize deploy/kubernetes`")?)?;
    validate(&[made])?;
    Ok(true)
}

/// The unit's words, and that it stays as closed as it is.
fn unit(place: &Place, work: &Path) -> Result<bool> {
    if find_program("systemd-analyze").is_none() {
        return Ok(false);
    }
    // Where Bearing is not installed its program is missing, which is no fault of the unit.
    let unit = copy(place, "bearing.service", work, |text| {
        text.replace("ExecStart=/usr/local/bin/bearing serve", "ExecStart=/bin/true")
    })?;
    let analyze = |args: &[&str]| {
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(args).arg(&unit);
        analyze.output().context("cannot start systemd-analyze")
    };
    // A setting that it cannot read is a warning to it, and other units of this machine have warnings of their own.
    let verified = analyze(&["verify", "--man=no"])?;
    let words = String::from_utf8_lossy(&verified.stderr);
    let ours: Vec<&str> = words.lines().filter(|line| line.contains("bearing.service")).collect();
    ensure!(ours.is_empty() && verified.status.success(), "`systemd-analyze verify` says: {}", words.trim());
    let security = analyze(&["security", "--offline=true", "--threshold", EXPOSURE])?;
    let words = String::from_utf8_lossy(&security.stdout);
    let overall = words.lines().rev().find(|line| line.contains("exposure level")).unwrap_or_default();
    ensure!(
        security.status.success(),
        "deploy/bearing.service lets more through than before; `systemd-analyze security --offline=true` on it says what: \
         {overall}"
    );
    say(overall.trim_start_matches(['→', ' ']));
    Ok(true)
}

fn nginx(place: &Place, work: &Path) -> Result<bool> {
    let Some(program) = find_server("nginx").filter(|_| find_program("openssl").is_some()) else {
        return Ok(false);
    };
    let conf = copy(place, "nginx.conf", work, |text| {
        // Its usual folders may belong to another account, or not be there.
        let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("    {name}_temp_path {}/{name};\n", work.display()));
        text.replace("\nhttp {\n", &format!("\nhttp {{\n{}", folders.concat()))
    })?;
    fs::create_dir_all(work.join("tls"))?;
    for name in ["surveys", "shop"] {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(work.join("tls")).args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1"]);
        openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=bearing.example"]);
        openssl.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")]);
        output(openssl, "openssl")?;
    }
    let mut nginx = Command::new(program);
    nginx.args(["-t", "-q", "-p"]).arg(work).arg("-c").arg(conf);
    run(nginx, "`nginx -t` over deploy/nginx.conf")?;
    Ok(true)
}

fn caddy(place: &Place, work: &Path) -> Result<bool> {
    let Some(program) = find_server("caddy") else {
        return Ok(false);
    };
    let mut caddy = Command::new(program);
    // It makes folders of its own wherever these lead.
    caddy.env("HOME", work).env("XDG_DATA_HOME", work).env("XDG_CONFIG_HOME", work);
    caddy.args(["validate", "--adapter", "caddyfile", "--config"]).arg(place.root.join("deploy/Caddyfile"));
    output(caddy, "`caddy validate` over deploy/Caddyfile")?;
    Ok(true)
}

/// The NATS servers' configuration, read by the server itself.
fn log(place: &Place, work: &Path) -> Result<()> {
    let mut server = Command::new(nats::program(place)?);
    server.arg("-t").arg("--config").arg(place.root.join("deploy/nats.conf"));
    server.env("NATS_NAME", "nats-1").env("NATS_PASSWORD", "n0e1").env("NATS_DATA", work);
    output(server, "`nats-server -t` over deploy/nats.conf").map(drop)
}

/// A file of deploy/ in the work folder, changed to fit a machine where nothing is installed.
fn copy(place: &Place, name: &str, work: &Path, change: impl FnOnce(String) -> String) -> Result<PathBuf> {
    let text = fs::read_to_string(place.root.join("deploy").join(name))
        .with_context(|| format!("cannot read deploy/{name}"))?;
    let copy = work.join(name);
    fs::write(&copy, change(text)).with_context(|| format!("cannot write {}", copy.display()))?;
    Ok(copy)
}

/// A server's program: not every account's `PATH` names the folder of those.
fn find_server(name: &str) -> Option<PathBuf> {
    find_program(name).or_else(|| Some(Path::new("/usr/sbin").join(name)).filter(|path| path.is_file()))
}
