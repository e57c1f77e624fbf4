//! A PostgreSQL of this process's own, for tests and measurements: made in a temporary folder, gone with the process.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write as _,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    thread,
};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    process::{output, say},
    setup::{debian, is_root},
};

/// The variable that names a server to tests: as a role that may make databases, and may not do everything.
pub(crate) const TEST_URL: &str = "BEARING_TEST_POSTGRES";

/// The variable that says which engine the suites take that run on one at a time.
pub(crate) const TEST_ENGINE: &str = "BEARING_TEST_STORE";

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The account that Debian's package makes: PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// While this file is there, Debian's package makes no server of its own.
const NO_SERVER: &str = "/etc/postgresql-common/createcluster.d/bearing.conf";

/// How often a port that was free may be taken by somebody else before this gives up.
const PORTS: usize = 5;

/// What a cluster's settings are for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// For tests of what is stored: nothing waits for the disk.
    Fast,
    /// For faults and measurements: what is committed is on the disk.
    Durable,
}

impl Profile {
    /// The zone and the order of texts (see `initdb`) are unlike any that the product counts on, so that what forgets
    /// to name its own shows here.
    fn settings(self) -> String {
        let disk = match self {
            // A worker of autovacuum's belongs to the superuser, and no other may drop a database that it is in.
            Self::Fast => "fsync = off\nfull_page_writes = off\nautovacuum = off\n",
            Self::Durable => "fsync = on\nfull_page_writes = on\n",
        };
        format!(
            "listen_addresses = '127.0.0.1'\nmax_connections = 1000\nshared_buffers = 128MB\n\
             timezone = 'Asia/Kathmandu'\nlog_timezone = 'UTC'\n{disk}"
        )
    }

    /// Debian's default where the log-in is measured too; elsewhere without the client's part, which takes long in a
    /// program that was compiled for debugging.
    fn login(self) -> &'static str {
        match self {
            Self::Fast => "password",
            Self::Durable => "scram-sha-256",
        }
    }
}

/// A running cluster; stopped, and its folder gone, when this is dropped or this process dies.
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    watch: Child,
}

impl Cluster {
    /// Makes a cluster in a temporary folder and starts it on a free port of this machine.
    pub(crate) fn start(profile: Profile) -> Result<Self> {
        let programs = programs().context("there is no PostgreSQL here; run `cargo xtask setup`")?;
        let mut mktemp = unprivileged(Path::new("mktemp"), &env::temp_dir());
        mktemp.args(["--directory", "--tmpdir", "bearing-postgres-XXXXXX"]);
        let folder = PathBuf::from(output(mktemp, "`mktemp` for PostgreSQL's folder")?.trim());
        let watch = watch(&programs, &folder)?;
        let mut cluster = Self { folder, port: 0, watch };
        cluster.initialize(&programs, profile)?;
        cluster.run(&programs)?;
        let mut psql = cluster.program(&programs, "psql");
        psql.args(["--no-psqlrc", "--quiet", "--host"])
            .arg(&cluster.folder)
            .args(["--port", &cluster.port.to_string()]);
        psql.args(["--username", "postgres", "--dbname", "postgres", "--command"]);
        psql.arg("CREATE ROLE bearing LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD 'bearing'");
        output(psql, "`psql`")?;
        Ok(cluster)
    }

    /// The database `postgres` as the role that owns what tests make.
    pub(crate) fn url(&self) -> String {
        format!("postgres://bearing:bearing@127.0.0.1:{}/postgres", self.port)
    }

    fn program(&self, programs: &Path, name: &str) -> Command {
        unprivileged(&programs.join(name), &self.folder)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn initialize(&self, programs: &Path, profile: Profile) -> Result<()> {
        let mut initdb = self.program(programs, "initdb");
        initdb.arg("--pgdata").arg(self.data()).args(["--username=postgres", "--auth=trust", "--no-sync"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]);
        output(initdb, "`initdb`")?;
        let append = |name: &str, text: &str| {
            let file = self.data().join(name);
            let opened = OpenOptions::new().append(true).open(&file);
            opened
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .with_context(|| format!("cannot write {}", file.display()))
        };
        append(
            "postgresql.conf",
            &format!("{}unix_socket_directories = '{}'\n", profile.settings(), self.folder.display()),
        )?;
        // The folder of the socket is this account's alone; from the network comes nobody but the tests' role.
        let doors = format!("local all all trust\nhost all bearing 127.0.0.1/32 {}\n", profile.login());
        fs::write(self.data().join("pg_hba.conf"), doors).context("cannot write pg_hba.conf")
    }

    /// Starts the server, on another port when somebody took the free one first.
    fn run(&mut self, programs: &Path) -> Result<()> {
        let mut left = PORTS;
        loop {
            self.port =
                TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("no free port")?.port();
            let log = self.folder.join("log");
            let mut start = self.program(programs, "pg_ctl");
            start.arg("start").arg("--wait").arg("--pgdata").arg(self.data()).arg("--log").arg(&log);
            start.arg("--options").arg(format!("-p {}", self.port));
            left -= 1;
            match output(start, "`pg_ctl start`") {
                Ok(_) => return Ok(()),
                Err(_) if left > 0 => fs::remove_file(&log).unwrap_or_default(),
                Err(error) => return Err(error).with_context(|| fs::read_to_string(&log).unwrap_or_default()),
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// What ends the cluster and takes its folder away when this process closes the pipe or dies, by whatever signal. It
/// waits in a group of its own: the terminal's Ctrl-C is for this process.
fn watch(programs: &Path, folder: &Path) -> Result<Child> {
    let mut shell = unprivileged(Path::new("sh"), Path::new("/"));
    shell
        .arg("-c")
        .arg(r#"trap "" INT TERM HUP; cat; "$0" stop --silent --mode=immediate --pgdata="$1/data"; rm -rf "$1""#);
    shell.arg(programs.join("pg_ctl")).arg(folder);
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().context("cannot start `sh`")
}

/// A program without root's rights and without this process's environment, which would tell PostgreSQL's programs of
/// other servers.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups", "--inh-caps=-all", "--"]).arg(program);
        setpriv
    } else {
        Command::new(program)
    };
    let kept = ["PATH", "TMPDIR"].into_iter().filter_map(|name| Some((name, env::var_os(name)?)));
    command.current_dir(folder).env_clear().envs(kept).env("LC_ALL", "C.UTF-8");
    command
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions =
        fs::read_dir(VERSIONS).ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let folders = versions.map(|version| (version, Path::new(VERSIONS).join(version.to_string()).join("bin")));
    folders.filter(|(_, bin)| bin.join("initdb").is_file()).max().map(|(_, bin)| bin)
}

/// Installs PostgreSQL when it is missing, without the server that Debian would start.
pub(crate) fn ensure() -> Result<()> {
    if programs().is_some() {
        return Ok(());
    }
    let spared = Path::new(NO_SERVER);
    // Without the right to write there, no package can be installed either, and `debian` says so.
    let written = spared.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok())
        && fs::write(spared, "create_main_cluster = false\n").is_ok();
    let installed = debian("PostgreSQL", &["postgresql"]);
    if written {
        fs::remove_file(spared).with_context(|| format!("cannot remove {NO_SERVER}"))?;
    }
    installed
}

/// `postgres`: a cluster for a command, which is told its address, or until somebody ends this process.
pub(crate) fn postgres(profile: Profile, command: &[String]) -> Result<ExitCode> {
    ensure()?;
    let cluster = Cluster::start(profile)?;
    let Some((program, arguments)) = command.split_first() else {
        say(format_args!("{TEST_URL}={}", cluster.url()));
        loop {
            thread::park();
        }
    };
    let status = Command::new(program).args(arguments).env(TEST_URL, cluster.url()).status();
    let status = status.with_context(|| format!("cannot start `{program}`"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
