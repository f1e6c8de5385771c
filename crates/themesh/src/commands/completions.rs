//! Completions for shells.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::cli::Cli;
use crate::output;

/// Prints the shell's completion script.
pub fn completions(shell: Shell) {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "mesh", &mut script);
    output::print(&String::from_utf8_lossy(&script));
}
