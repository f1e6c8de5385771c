//! The command line of what is known: shared context, memories, tools.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Shared {
    /// List what is shared in a room
    #[command(after_help = "Example: mesh context list workshop")]
    List {
        /// The room
        room: String,
    },
    /// Print one value
    #[command(after_help = "Example: mesh context get workshop branch")]
    Get {
        /// The room
        room: String,
        /// Its name
        key: String,
    },
    /// Set a value: JSON, or words
    #[command(after_help = "Example: mesh context set workshop branch main --expected 812")]
    Set {
        /// The room
        room: String,
        /// Its name
        key: String,
        /// The value; what is no JSON is a text
        value: String,
        /// Only if its version is still this one; 0: only if there is none
        #[arg(long, value_name = "VERSION")]
        expected: Option<u64>,
    },
    /// Remove a value
    #[command(
        visible_alias = "rm",
        after_help = "Example: mesh context remove workshop branch"
    )]
    Remove {
        /// The room
        room: String,
        /// Its name
        key: String,
        /// Only if its version is still this one
        #[arg(long, value_name = "VERSION")]
        expected: Option<u64>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Memory {
    /// List what somebody remembers
    #[command(after_help = "Example: mesh memory list rex")]
    List {
        /// Who (default: the one who acts)
        of: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Let somebody remember something under a name
    #[command(after_help = "Example: mesh memory set build 'The build needs Node 20.' --of rex")]
    Set {
        /// Its name
        key: String,
        /// What is remembered; standard input if absent
        text: Vec<String>,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
    },
    /// Search what somebody remembers, the closest first
    #[command(after_help = "Example: mesh memory search 'node build' --of rex")]
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 10)]
        limit: u32,
    },
    /// Forget a memory: its words are erased
    #[command(after_help = "Example: mesh memory forget build --of rex")]
    Forget {
        /// Its name
        key: String,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
    },
    /// Let an agent tidy memories; nothing changes before you apply what it proposes
    #[command(
        after_help = "Example: mesh memory consolidate --of rex --room workshop   (then: mesh memory diff last)"
    )]
    Consolidate {
        /// Whose (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// The room in which the task is done
        #[arg(long)]
        room: String,
        /// What a worker must be able to do (default: the agent itself does it)
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
    },
    /// Show what a consolidation proposes
    #[command(after_help = "Example: mesh memory diff last   (then: mesh memory apply last)")]
    Diff {
        /// Its task: the id, the end of it, or 'last'
        task: String,
    },
    /// Apply what a consolidation proposes
    #[command(after_help = "Example: mesh memory apply last")]
    Apply {
        /// Its task: the id, the end of it, or 'last'
        task: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// List the tools and what they need
    #[command(after_help = "Example: mesh tool list")]
    List,
    /// Use a tool
    #[command(
        after_help = "Examples: mesh tool call web_search query='log formats'\n          mesh tool call notify '{\"text\": \"The build is green\"}'"
    )]
    Call {
        /// The tool
        name: String,
        /// Its input: one JSON object, or name=value
        input: Vec<String>,
        /// The task it is used for: the id, the end of it, or 'last'
        #[arg(long, value_name = "TASK")]
        task: Option<String>,
    },
}
