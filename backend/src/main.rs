//! The `bearing` binary: runs the command line and turns its end into an exit code.

use std::process::ExitCode;

// Requests make many small, short-lived blocks on several threads. Not measured against the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bearing::cli::run()
}
