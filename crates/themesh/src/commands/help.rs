//! The whole help text in one piece, for the reference.

use clap::{Command, CommandFactory};

use crate::cli::Cli;

/// Every verb's help, in order.
pub fn all() -> String {
    let mut text = String::new();
    collect(&mut Cli::command().term_width(100), "mesh", &mut text);
    text
}

fn collect(command: &mut Command, path: &str, text: &mut String) {
    let help = command.render_long_help().to_string();
    // Trailing blanks would make the written reference differ by editor.
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    text.push_str(&format!(
        "## {path}\n\n```text\n{}\n```\n\n",
        help.join("\n").trim_end()
    ));
    for verb in command.get_subcommands_mut() {
        if !verb.is_hide_set() && verb.get_name() != "help" {
            let path = format!("{path} {}", verb.get_name());
            collect(verb, &path, text);
        }
    }
}
