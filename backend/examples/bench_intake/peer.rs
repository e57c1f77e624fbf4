//! Other products' servers beside ours: each started in production mode on this machine, sent the same load, and asked at
//! the end how many answers it has.
//!
//! What a product needs (a survey, a project) is made and counted by the Python in `peers/`, through the product's own
//! models; its packages are installed by `cargo xtask bench intake`, which says where, or why they are not.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, bail, ensure};
use bearing::chance;
use bearing_fresh::Place;
use serde::Deserialize;
use tempfile::TempDir;

use crate::template::Template;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Where the Python of ours is.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bench_intake/peers");

/// Starts the server and ends it with its workers, when it is told or when this process closes the pipe or dies, by whatever
/// signal; in the latter case its folder goes too. It waits in a group of its own: the terminal's Ctrl-C is for this process.
const GUARD: &str = r#"
"$@" >>"$0/log" 2>&1 </dev/null & server=$!
trap "" INT TERM HUP
read -r order
kill -TERM "$server"
wait "$server" 2>/dev/null
[ "$order" = keep ] || rm -rf "$0"
"#;

/// A product that can be had as a package.
struct Product {
    /// What it is called where it could not be measured.
    title: &'static str,
    /// Names the folder of its programs; with `_MISSING` behind it says why there is none.
    variable: &'static str,
    /// The package in `peers/` that knows it.
    module: &'static str,
    /// What gunicorn serves.
    application: &'static str,
    /// gunicorn's workers and the like, for so many cores.
    workers: fn(cores: usize) -> Vec<String>,
    /// Whether it keeps answers in PostgreSQL.
    postgres: bool,
}

const PRODUCTS: [Product; 2] = [
    Product {
        title: "django-survey-and-report",
        variable: "BEARING_PEER_SURVEY",
        module: "bench_survey",
        application: "django.core.wsgi:get_wsgi_application()",
        // As gunicorn advises; threads, so that connections are kept.
        workers: |cores| {
            let workers = (2 * cores + 1).to_string();
            ["--workers", &workers, "--worker-class", "gthread", "--threads", "4"].map(str::to_owned).to_vec()
        },
        postgres: true,
    },
    Product {
        title: "Bugsink",
        variable: "BEARING_PEER_BUGSINK",
        module: "bench_bugsink",
        application: "bugsink.wsgi",
        // As its page on a single server in production says.
        workers: |cores| {
            let workers = cores.min(4).to_string();
            let options = ["--workers", &workers, "--timeout=6", "--max-requests=1000", "--max-requests-jitter=100"];
            options.map(str::to_owned).to_vec()
        },
        postgres: false,
    },
];

/// What the Python says of a product that is ready to be sent to.
#[derive(Deserialize)]
struct Prepared {
    name: String,
    #[serde(flatten)]
    template: Template,
}

/// A server that runs.
pub(crate) struct Peer {
    /// The product with its version, and what it stores where.
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) template: Template,
    product: &'static Product,
    surroundings: Surroundings,
    guard: Child,
}

/// A product without a row of figures, and why.
pub(crate) struct Absent {
    pub(crate) title: &'static str,
    pub(crate) why: String,
    /// It is installed, and should have run.
    pub(crate) is_fault: bool,
}

/// Starts every product that is here.
pub(crate) fn start_all() -> (Vec<Peer>, Vec<Absent>) {
    let (mut peers, mut absent) = (Vec::new(), Vec::new());
    for product in &PRODUCTS {
        let title = product.title;
        match programs(product) {
            Err(why) => absent.push(Absent { title, why, is_fault: false }),
            Ok(programs) => match Peer::start(product, programs) {
                Ok(peer) => peers.push(peer),
                Err(error) => absent.push(Absent { title, why: format!("{error:#}"), is_fault: true }),
            },
        }
    }
    (peers, absent)
}

/// The folder of its programs, or why it cannot run.
fn programs(product: &Product) -> Result<PathBuf, String> {
    let Some(programs) = env::var_os(product.variable) else {
        let why = env::var(format!("{}_MISSING", product.variable));
        return Err(why.unwrap_or_else(|_| "it is not installed; run `cargo xtask bench intake`".to_owned()));
    };
    if product.postgres && env::var_os(bearing_fresh::POSTGRES).is_none() {
        return Err(format!("{} names no PostgreSQL for it", bearing_fresh::POSTGRES));
    }
    Ok(programs.into())
}

impl Peer {
    fn start(product: &'static Product, programs: PathBuf) -> anyhow::Result<Self> {
        let surroundings = Surroundings {
            programs,
            folder: tempfile::Builder::new().prefix("bearing-peer-").tempdir()?,
            place: product.postgres.then(bearing_fresh::postgres),
            secret: chance::secret(""),
        };
        let prepared: Prepared = serde_json::from_str(&surroundings.ask(product, "prepare")?)
            .with_context(|| format!("`python -m {} prepare` told no request", product.module))?;
        let cores = thread::available_parallelism()?.get();
        let mut shell = surroundings.command(Path::new("sh"), product);
        shell.args(["-c", GUARD]).arg(surroundings.folder.path()).arg(surroundings.programs.join("gunicorn"));
        shell.arg("--config").arg(Path::new(PYTHON).join("gunicorn_conf.py")).args((product.workers)(cores));
        shell.arg(product.application);
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let guard = shell.spawn().context("cannot start `sh`")?;
        let mut peer = Self {
            name: prepared.name,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            template: prepared.template,
            product,
            surroundings,
            guard,
        };
        let port = peer.wait().with_context(|| peer.surroundings.last_words())?;
        peer.address.set_port(port);
        Ok(peer)
    }

    /// Waits until it listens; the port.
    fn wait(&self) -> anyhow::Result<u16> {
        let begun = Instant::now();
        loop {
            if let Ok(port) = fs::read_to_string(self.surroundings.folder.path().join("port")) {
                return Ok(port.trim().parse()?);
            }
            ensure!(begun.elapsed() < PATIENCE, "gunicorn did not listen within {} s", PATIENCE.as_secs());
            thread::sleep(PAUSE);
        }
    }

    /// Ends it with its workers, and counts what it has stored.
    pub(crate) fn stored(mut self) -> anyhow::Result<u64> {
        self.end()?;
        let told = self.surroundings.ask(self.product, "count")?;
        told.trim().parse().with_context(|| format!("`python -m {} count` told no number", self.product.module))
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let Some(mut orders) = self.guard.stdin.take() else { return Ok(()) };
        // Without this word the guard takes the folder away, as it does when this process dies.
        let told = orders.write_all(b"keep\n");
        drop(orders);
        self.guard.wait()?;
        Ok(told?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// What a product's programs are started in.
struct Surroundings {
    programs: PathBuf,
    folder: TempDir,
    /// Its PostgreSQL database; without one it keeps a file in the folder.
    place: Option<Place>,
    secret: String,
}

impl Surroundings {
    /// A program that sees nothing of this process's environment but where programs and temporary files are.
    fn command(&self, program: &Path, product: &Product) -> Command {
        let mut command = Command::new(program);
        let kept = ["PATH", "TMPDIR"].into_iter().filter_map(|name| Some((name, env::var_os(name)?)));
        command.current_dir(self.folder.path()).env_clear().envs(kept);
        command.env("PYTHONPATH", format!("{PYTHON}:{}", self.folder.path().display()));
        // Else it would leave compiled files in the repository.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("DJANGO_SETTINGS_MODULE", format!("{}.settings", product.module));
        command.env("PEER_FOLDER", self.folder.path()).env("PEER_SECRET", &self.secret);
        command.envs(self.place.iter().map(|place| ("PEER_DATABASE", &place.url)));
        command
    }

    /// What the product's Python prints.
    fn ask(&self, product: &Product, what: &str) -> anyhow::Result<String> {
        let mut python = self.command(&self.programs.join("python"), product);
        let output = python.args(["-m", product.module, what]).stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot start `python -m {} {what}`", product.module))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("`python -m {} {what}` failed: {}", product.module, words.trim().lines().last().unwrap_or_default());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The end of the server's log.
    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.trim().lines().last().unwrap_or("its log is empty").to_owned()
    }
}
