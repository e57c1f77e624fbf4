//! A PostgreSQL of this process's own, for tests and measurements, which can be restarted and stalled.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::{is_root, output};

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The account that Debian's package makes: PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// How often a port that was free may be taken by somebody else before this gives up.
const PORTS: usize = 5;

/// What ends a cluster and takes its folder away. One that is stalled must go on first, or it would never end.
const END: &str = r#"
trap "" INT TERM HUP
cat
kill -CONT "$(head -n 1 "$1/data/postmaster.pid")"
"$0" stop --silent --mode=immediate --pgdata="$1/data"
rm -rf "$1"
"#;

/// What a cluster's settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
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
            // What its log held is gone when it has gone on: no file of it is used again.
            Self::Fast => "fsync = off\nfull_page_writes = off\nautovacuum = off\nwal_recycle = off\n",
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
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    watch: Child,
}

impl Cluster {
    /// Makes a cluster in a temporary folder and starts it on a free port of this machine.
    ///
    /// # Errors
    /// There is no PostgreSQL here, or it does not start.
    pub fn start(profile: Profile) -> Result<Self> {
        let programs = programs().context("there is no PostgreSQL here; run `cargo xtask setup`")?;
        let folder = crate::folder(unprivileged(Path::new("mktemp"), &env::temp_dir()), "postgres")?;
        let watch = watch(&programs, &folder)?;
        let mut cluster = Self { programs, folder, port: 0, watch };
        cluster.initialize(profile)?;
        cluster.run()?;
        cluster.order("CREATE ROLE bearing LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD 'bearing'")?;
        // For the search of its files for what was erased: where they are, and a checkpoint.
        cluster.order("GRANT pg_read_all_settings, pg_checkpoint TO bearing")?;
        Ok(cluster)
    }

    /// The database `postgres` as the role that owns what tests make.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes an empty database that this role owns; its URL.
    ///
    /// # Errors
    /// There is one of that name.
    pub fn database(&self, name: &str) -> Result<String> {
        self.order(&format!("CREATE DATABASE {name} OWNER bearing"))?;
        Ok(self.url_of(name))
    }

    /// Executes statements in one of its databases as the superuser, beside this process.
    ///
    /// # Errors
    /// `psql` cannot be started.
    pub fn execute(&self, database: &str, statements: &str) -> Result<Child> {
        let mut psql = self.psql(database, statements);
        psql.stdout(Stdio::null()).spawn().context("cannot start `psql`")
    }

    /// What one of its databases answers the superuser, without headings.
    ///
    /// # Errors
    /// The statement fails.
    pub fn ask(&self, database: &str, statement: &str) -> Result<String> {
        let mut psql = self.psql(database, statement);
        psql.args(["--tuples-only", "--no-align"]);
        Ok(output(psql, "`psql`")?.trim().to_owned())
    }

    /// Ends every connection without a good-bye, as a crash would, and starts again on the same port.
    ///
    /// # Errors
    /// It does not come back.
    pub fn restart(&self) -> Result<()> {
        let mut restart = self.program("pg_ctl");
        restart.args(["restart", "--wait", "--mode=immediate", "--pgdata"]).arg(self.data());
        // With the options that it was started with.
        restart.arg("--log").arg(self.log());
        output(restart, "`pg_ctl restart`").map(drop)
    }

    /// Stops every process of it where it is (SIGSTOP), until [`Self::go_on`].
    ///
    /// # Errors
    /// It does not run.
    pub fn stall(&self) -> Result<()> {
        let first = self.first()?;
        signal("STOP", &first)?;
        // Nobody is born from here on.
        signal("STOP", &children(&first)?)
    }

    /// Has every process of it go on.
    ///
    /// # Errors
    /// It does not run.
    pub fn go_on(&self) -> Result<()> {
        let first = self.first()?;
        signal("CONT", &children(&first)?)?;
        signal("CONT", &first)
    }

    /// The process whose children are all others.
    fn first(&self) -> Result<String> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).context("PostgreSQL does not run")?;
        Ok(text.lines().next().context("PostgreSQL does not run")?.to_owned())
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://bearing:bearing@127.0.0.1:{}/{database}", self.port)
    }

    /// Executes a statement as the superuser.
    fn order(&self, statement: &str) -> Result<()> {
        output(self.psql("postgres", statement), "`psql`").map(drop)
    }

    fn psql(&self, database: &str, statement: &str) -> Command {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--host"]).arg(&self.folder).args(["--port", &self.port.to_string()]);
        psql.args(["--username", "postgres", "--dbname", database, "--command", statement]);
        psql
    }

    fn program(&self, name: &str) -> Command {
        unprivileged(&self.programs.join(name), &self.folder)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn initialize(&self, profile: Profile) -> Result<()> {
        let mut initdb = self.program("initdb");
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
    fn run(&mut self) -> Result<()> {
        let mut left = PORTS;
        loop {
            self.port =
                TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("no free port")?.port();
            let log = self.log();
            let mut start = self.program("pg_ctl");
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
    shell.arg("-c").arg(END).arg(programs.join("pg_ctl")).arg(folder);
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
    command.current_dir(folder).env_clear().envs(crate::environment()).env("LC_ALL", "C.UTF-8");
    command
}

/// Sends a signal to processes; one that has ended meanwhile gets none.
fn signal(name: &str, ids: &str) -> Result<()> {
    // The standard library sends no signals, and a crate that does needs unsafe code or a dependency.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"for id in $2; do kill -"$1" "$id" 2>/dev/null; done; true"#, "sh", name, ids]);
    output(shell, "`kill`").map(drop)
}

/// The children of a process.
fn children(id: &str) -> Result<String> {
    let file = format!("/proc/{id}/task/{id}/children");
    fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))
}

/// Whether PostgreSQL's programs are on this machine.
pub fn is_installed() -> bool {
    programs().is_some()
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions =
        fs::read_dir(VERSIONS).ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let folders = versions.map(|version| (version, Path::new(VERSIONS).join(version.to_string()).join("bin")));
    folders.filter(|(_, bin)| bin.join("initdb").is_file()).max().map(|(_, bin)| bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a process is stopped; nothing when it is gone, even if nobody has asked how it ended.
    fn is_stopped(id: &str) -> Option<bool> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let state = text.rsplit_once(") ")?.1.chars().next()?;
        (state != 'Z').then_some(state == 'T')
    }

    #[test]
    fn a_cluster_stalls_restarts_and_leaves_nothing() -> Result<()> {
        let cluster = Cluster::start(Profile::Fast)?;
        let first = cluster.first()?;
        let all = || -> Result<Vec<String>> {
            Ok([&first].into_iter().cloned().chain(children(&first)?.split_whitespace().map(str::to_owned)).collect())
        };
        cluster.stall()?;
        // One that has ended just then stays a zombie for as long as its parent stands still.
        crate::until("all of it to stop", || all().ok()?.iter().all(|id| is_stopped(id) != Some(false)).then_some(()))?;
        assert!(all()?.len() > 3, "its children were found");
        cluster.go_on()?;
        cluster.database("one")?;
        assert!(all()?.iter().all(|id| is_stopped(id) != Some(true)));
        cluster.restart()?;
        assert_ne!(cluster.first()?, first);
        assert!(cluster.database("one").is_err(), "it is the same cluster");
        // Nothing but the end may make a stalled one go on.
        cluster.stall()?;
        let (first, folder) = (cluster.first()?, cluster.folder.clone());
        drop(cluster);
        assert_eq!((is_stopped(&first), folder.exists()), (None, false));
        Ok(())
    }
}
