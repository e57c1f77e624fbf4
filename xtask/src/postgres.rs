//! `postgres`: a PostgreSQL for a command, or until Ctrl-C; and how PostgreSQL comes onto this machine.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
    thread,
};

use anyhow::{Context, Result};
use bearing_clusters::postgres::is_installed;
pub(crate) use bearing_clusters::postgres::{Cluster, Profile};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{process::say, setup::debian};

/// The variable that names a server to tests: as a role that may make databases, and may not do everything.
pub(crate) const TEST_URL: &str = "BEARING_TEST_POSTGRES";

/// The variable that says which engine the suites take that run on one at a time.
pub(crate) const TEST_ENGINE: &str = "BEARING_TEST_STORE";

/// While this file is there, Debian's package makes no server of its own.
const NO_SERVER: &str = "/etc/postgresql-common/createcluster.d/bearing.conf";

/// Installs PostgreSQL when it is missing, without the server that Debian would start.
pub(crate) fn ensure() -> Result<()> {
    if is_installed() {
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

/// The names of the profiles on the command line.
pub(crate) fn profiles() -> impl TypedValueParser<Value = Profile> {
    let parser = PossibleValuesParser::new(["fast", "durable"]);
    parser.map(|name| if name == "durable" { Profile::Durable } else { Profile::Fast })
}

/// `postgres`: a cluster for a command, which is told its address, or until somebody ends this process.
pub(crate) fn postgres(profile: Profile, command: &[String]) -> Result<ExitCode> {
    ensure()?;
    let cluster = Cluster::start(profile)?;
    beside(&[(TEST_URL, cluster.url())], command)
}

/// Runs a command that is told of a cluster by variables; without a command, says them and waits for this process's end.
pub(crate) fn beside(variables: &[(&str, String)], command: &[String]) -> Result<ExitCode> {
    let Some((program, arguments)) = command.split_first() else {
        for (name, value) in variables {
            say(format_args!("{name}={value}"));
        }
        loop {
            thread::park();
        }
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    let status = command.status().with_context(|| format!("cannot start `{program}`"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
