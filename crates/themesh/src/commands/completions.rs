//! Completions for shells.

use clap_complete::{Shell, generate};

use clap::Args;

use crate::cli::grammar;
use crate::output;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh completions bash > /etc/bash_completion.d/mesh")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Prints the shell's completion script.
pub fn completions(args: CompletionsArgs) {
    let mut script = Vec::new();
    generate(args.shell, &mut grammar(), "mesh", &mut script);
    output::print(&String::from_utf8_lossy(&script));
}
