//! The `mesh` program: reads the command line, does one thing, says how it went.

mod cli;
mod commands;
mod config;
mod context;
mod edit;
mod failure;
mod input;
mod link;
mod output;
mod source;
mod times;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::Cli;
use crate::context::Context;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|arg| arg == "help") && args.next().is_some_and(|arg| arg == "--all")
    {
        output::print(&commands::help::all());
        return ExitCode::SUCCESS;
    }
    let matches = match cli::grammar().try_get_matches() {
        Ok(matches) => matches,
        Err(why) => {
            // Nobody left to tell when even the terminal is gone.
            let _ = why.print();
            return ExitCode::from(if why.use_stderr() { 2 } else { 0 });
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(why) => why.exit(),
    };
    let json = cli.global.json;
    let done = Context::new(cli.global, cli.command.needs_folder())
        .and_then(|context| commands::run(&context, cli.command));
    match done {
        Ok(code) => code,
        Err(failure) => {
            failure.print(json);
            ExitCode::from(failure.exit_code())
        }
    }
}
