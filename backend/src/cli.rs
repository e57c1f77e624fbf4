//! The command line: serve, demo, and the commands that work beside a running server on the same store.

mod audits;
mod backups;
mod commands;
mod members;
mod moves;
mod options;
mod secrets;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::{pages, telemetry};

/// Runs the command line. Exit codes: 0 done, 1 failed, 2 wrong usage; errors are one sentence on standard error.
pub fn run() -> ExitCode {
    let options = match options::Options::try_parse() {
        Ok(options) => options,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    match run_to_end(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "bearing: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_to_end(options: options::Options) -> anyhow::Result<()> {
    pages::small();
    // What is left of the traces leaves when the command has ended.
    let _traces = match &options.command {
        options::Command::Serve(listen) | options::Command::Demo { listen, .. } => {
            let telling = &listen.telling;
            telemetry::start("warn", telling.log_format, telling.otlp_endpoint.as_deref(), telling.otlp_share)?
        }
        // A command says what it has to say in one sentence; what a server's owner should know, the server's log tells.
        _ => telemetry::start("error", telemetry::Format::Text, None, 0.0)?,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(commands::run(options))
}

/// Writes a line to standard output; a reader that hung up ends the command quietly.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
