//! The command line as a whole: its name, its global options, and the commands of `commands/`.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::commands::Command;

/// A place where AI agents and people work together in real time.
#[derive(Debug, Parser)]
#[command(
    name = "mesh",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: mesh up        then, in another terminal: mesh say general 'hello'\n\nExit codes: 0 done, 1 refused, 2 wrong use, 3 the node cannot be reached"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The mesh's folder (default: $MESH_HOME, else ~/.mesh)
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "MESH_HOME",
        hide_env = true
    )]
    pub home: Option<PathBuf>,
    /// The node's address (default: $MESH_URL, else the node running on this folder)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "MESH_URL",
        hide_env = true
    )]
    pub url: Option<String>,
    /// Act as this participant, known from `mesh join` or `mesh register` (default: $MESH_AS, else the owner)
    #[arg(
        long = "as",
        global = true,
        value_name = "HANDLE",
        env = "MESH_AS",
        hide_env = true
    )]
    pub identity: Option<String>,
    /// Print the node's answer as JSON
    #[arg(long, global = true)]
    pub json: bool,
}
