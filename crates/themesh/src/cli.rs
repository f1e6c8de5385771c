//! The command line as a whole: its name, its global options, and the commands of `commands/`.

use std::path::PathBuf;

use clap::{Args, Command as Grammar, CommandFactory, Parser};

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

/// Words that people type for one and the same thing. Each noun has one of each line; the others of the line mean it.
const SYNONYMS: [&[&str]; 3] = [
    &["add", "create", "new"],
    &["remove", "rm", "delete", "forget"],
    &["list", "ls"],
];

/// The grammar of the command line, with every synonym that means nothing else there.
pub fn grammar() -> Grammar {
    with_synonyms(Cli::command())
}

fn with_synonyms(mut grammar: Grammar) -> Grammar {
    let taken: Vec<String> = grammar
        .get_subcommands()
        .flat_map(|it| std::iter::once(it.get_name()).chain(it.get_all_aliases()))
        .map(str::to_owned)
        .collect();
    grammar = grammar.mut_subcommands(with_synonyms);
    for words in SYNONYMS {
        let mut meant = words
            .iter()
            .filter(|word| taken.iter().any(|it| it == *word));
        // Where two of them are there, each means what it says.
        if let (Some(word), None) = (meant.next(), meant.next()) {
            let others = words.iter().filter(|other| *other != word).copied();
            grammar = grammar.mut_subcommand(word, |it| it.aliases(others));
        }
    }
    grammar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds_with_its_synonyms() {
        grammar().debug_assert();
    }

    #[test]
    fn what_people_type_is_understood() {
        for line in [
            "mesh task create Survey --room workshop",
            "mesh webhook new https://agents.example.org --for rex",
            "mesh file rm workshop plan.md",
            "mesh template remove triage",
            "mesh secret delete searx",
            "mesh user add ana",
            "mesh schedule ls",
        ] {
            let understood = grammar().try_get_matches_from(line.split(' '));
            assert!(understood.is_ok(), "{line}: {understood:?}");
        }
        // Somebody is added to a room; that makes none.
        let added = grammar()
            .try_get_matches_from("mesh room add war-room rex".split(' '))
            .unwrap();
        let (_, room) = added.subcommand().unwrap();
        assert_eq!(room.subcommand_name(), Some("add"));
    }
}
