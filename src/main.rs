//! The `kam` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    kam::cli::run(std::env::args_os())
}
