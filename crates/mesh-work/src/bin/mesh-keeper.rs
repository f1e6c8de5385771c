//! The keeper by itself, for the tests of this crate. `mesh work-keeper` is the one that ships.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mesh_work::keeper::run(std::env::args_os().skip(1)))
}
