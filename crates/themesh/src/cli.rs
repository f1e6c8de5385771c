//! The command line: every verb with its arguments and an example. What a verb does is in
//! `commands/`.

mod lore;
mod rules;
mod steer;
mod working;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use rules::*;
pub use steer::*;
pub use working::Work;

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
    pub verb: Verb,
}

/// Options of every verb.
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

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a node
    #[command(after_help = "Example: mesh up --open")]
    Up(Up),
    /// Set up a mesh from a template: rooms, groups, rules and guidance
    #[command(
        after_help = "Examples: mesh init --list\n          mesh init --template dev-team\n          mesh init --show dev-team > my.toml && mesh init --template my.toml"
    )]
    Init(Init),
    /// Say what the node is and how it is doing
    #[command(after_help = "Example: mesh status")]
    Status,
    /// Find and explain the usual troubles
    #[command(after_help = "Example: mesh doctor")]
    Doctor,
    /// Join a room, or come in by an invite
    #[command(
        after_help = "Examples: mesh join general\n          mesh join http://127.0.0.1:7778/i/CODE --as rex"
    )]
    Join {
        /// A room's name, or an invite's address
        target: String,
    },
    /// Leave a room
    #[command(after_help = "Example: mesh leave general")]
    Leave {
        /// The room
        room: String,
    },
    /// List rooms with what is unread
    #[command(after_help = "Example: mesh rooms")]
    Rooms,
    /// Set up, change or close a room
    #[command(
        subcommand,
        after_help = "Example: mesh room create war-room --topic 'the outage'"
    )]
    Room(Room),
    /// List who is here
    #[command(after_help = "Example: mesh who rust")]
    Who {
        /// Only those whose handle, skills, roles or summary have these words
        query: Vec<String>,
    },
    /// Register an agent and keep its token for --as
    #[command(
        after_help = "Examples: mesh register rex && mesh --as rex say general 'hello'\n          mesh register cub --parent rex --parent-key ~/.mesh/keys/rex.key"
    )]
    Register {
        /// Its handle: a-z, 0-9 and '-'
        handle: String,
        /// What kind of participant it is
        #[arg(long, value_enum, default_value = "agent")]
        kind: KindArg,
        /// What it may ask for: worker, mobile, commander, admin or viewer
        #[arg(long, default_value = "worker")]
        preset: String,
        /// Who answers for it (default: the one who acts)
        #[arg(long, value_name = "HANDLE")]
        parent: Option<String>,
        /// The file of the parent's key, by which it agrees (default: the one kept here, if any)
        #[arg(long, value_name = "FILE", requires = "parent")]
        parent_key: Option<PathBuf>,
    },
    /// Post to a room, a person, a group or everyone
    #[command(
        after_help = "Examples: mesh say general 'the build is green'\n          mesh say @rex 'can you look?' --priority now\n          git log -1 | mesh say general"
    )]
    Say {
        /// A room, @handle, group:NAME or everyone
        to: String,
        /// The text; standard input if absent
        text: Vec<String>,
        /// How soon to look at it: now, next or low
        #[arg(long, default_value = "next")]
        priority: String,
        /// The message it answers, such as m12
        #[arg(long, value_name = "MESSAGE")]
        reply_to: Option<String>,
        /// Do not sign it: the node attests who said it
        #[arg(long)]
        unsigned: bool,
    },
    /// Post to one person
    #[command(after_help = "Example: mesh dm rex 'can you look?'")]
    Dm {
        /// The handle
        handle: String,
        /// The text; standard input if absent
        text: Vec<String>,
        /// Do not sign it: the node attests who said it
        #[arg(long)]
        unsigned: bool,
    },
    /// Show one message with everything known about where it comes from
    #[command(after_help = "Example: mesh message m12")]
    Message {
        /// The message, such as m12
        message: String,
    },
    /// Erase a message for good: log, views and search; the chain still verifies
    #[command(after_help = "Example: mesh redact m12 --reason 'holds a password'")]
    Redact {
        /// The message, such as m12
        message: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Decide on messages that the guard holds back
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Example: mesh quarantine   (then: mesh quarantine release m12)"
    )]
    Quarantine {
        #[command(subcommand)]
        verb: Option<Quarantine>,
    },
    /// Read what everybody did: the log's headers by who, what, where and when
    #[command(
        after_help = "Examples: mesh audit --room ops --kind 'room.*' --since 7d\n          mesh audit --actor rex --export rex.jsonl"
    )]
    Audit(Audit),
    /// The keys by which participants sign what they say
    #[command(subcommand, after_help = "Example: mesh identity show")]
    Identity(IdentityVerb),
    /// Secrets for webhooks, connectors, peers and storage
    #[command(subcommand, after_help = "Example: mesh secret set searx < key-file")]
    Secret(Secret),
    /// How many requests the node answers whom
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Example: mesh limits   (change them: mesh limits set untrusted=2/20)"
    )]
    Limits {
        #[command(subcommand)]
        verb: Option<Limits>,
    },
    /// Read what waits for you
    #[command(after_help = "Example: mesh inbox --ack")]
    Inbox {
        /// Mark what is shown as taken in
        #[arg(long)]
        ack: bool,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Read a room's history
    #[command(after_help = "Example: mesh read general --limit 20")]
    Read {
        /// The room
        room: String,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Only earlier than this place
        #[arg(long, value_name = "SEQ")]
        before: Option<u64>,
    },
    /// Follow what happens, live
    #[command(after_help = "Example: mesh tail general --after 0")]
    Tail {
        /// Only these rooms
        rooms: Vec<String>,
        /// Begin behind this place instead of now
        #[arg(long, value_name = "SEQ")]
        after: Option<u64>,
    },
    /// Search messages
    #[command(after_help = "Example: mesh search 'build green' --room general")]
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
        /// Only by this participant
        #[arg(long)]
        from: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    #[command(flatten)]
    Steer(SteerVerb),
    /// Call any operation by its name
    #[command(
        after_help = "Example: mesh call message.post '{\"room\":\"general\",\"text\":\"hello\"}'"
    )]
    Call {
        /// The operation; `mesh ops` lists them
        operation: String,
        /// Its input as JSON; '-' reads standard input
        #[arg(default_value = "{}")]
        input: String,
    },
    /// List the operations; needs no node
    #[command(after_help = "Example: mesh ops --json")]
    Ops {
        /// Print the OpenAPI document
        #[arg(long)]
        openapi: bool,
        /// Print the MCP tools
        #[arg(long, conflicts_with = "openapi")]
        mcp_tools: bool,
        /// Print which permission each operation needs, as Markdown
        #[arg(long, conflicts_with_all = ["openapi", "mcp_tools"])]
        permissions: bool,
    },
    /// Issue, list and revoke tokens
    #[command(
        subcommand,
        after_help = "Example: mesh token create rex --preset mobile"
    )]
    Token(Token),
    /// Create, list and change users who sign in with a password
    #[command(subcommand, after_help = "Example: mesh user create ana --role user")]
    User(User),
    /// Make, list and revoke invites
    #[command(
        subcommand,
        after_help = "Example: mesh invite create --uses 5 --room general"
    )]
    Invite(Invite),
    /// Look at the log: verify, show, tail, export, import
    #[command(subcommand, after_help = "Example: mesh log verify")]
    Log(Log),
    /// Check texts for injected instructions, without a node
    #[command(subcommand, after_help = "Example: mesh guard check README.md")]
    Guard(Guard),
    /// Serve the Model Context Protocol on standard input and output
    #[command(after_help = "Example: claude mcp add mesh -- mesh mcp --as rex")]
    Mcp,
    /// Take tasks as an agent and let a program or a model do them
    #[command(
        after_help = "Examples: mesh work --as rex --yes --join general --can research,code --slots 2 --runner claude\n          mesh work --as tester --yes --can test --repo . --command 'make test'"
    )]
    Work(Work),
    /// Ends with what it runs; started by `mesh work`
    #[command(hide = true)]
    WorkKeeper {
        /// Lifeline, limits, program, arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<std::ffi::OsString>,
    },
    /// Bring three survey programs and three workers into a room; they look at a code base and answer questions
    #[command(after_help = "Example: mesh demo ~/src/project")]
    Demo {
        /// The code base
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// End when standard input does: how a node keeps its demo
        #[arg(long, hide = true)]
        until_input_ends: bool,
    },
    /// One survey program of the demo
    #[command(hide = true)]
    Survey {
        /// surveyor, historian or builder
        #[arg(long)]
        role: String,
        /// The code base
        #[arg(long)]
        dir: PathBuf,
        /// The room to work in
        #[arg(long)]
        room: String,
    },
    /// One step of the demo's pipeline
    #[command(hide = true)]
    SurveyStep {
        /// survey, test or summarise
        step: String,
    },
    /// Print completions for a shell
    #[command(after_help = "Example: mesh completions bash > /etc/bash_completion.d/mesh")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct Up {
    /// Where to listen; port 0 takes a free one (default: 127.0.0.1:7778)
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Listen beyond this machine although the connection is not encrypted
    #[arg(long)]
    pub insecure_listen: bool,
    /// The address people use, when a reverse proxy stands before the node
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// A further name or address by which others reach the node
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// Open the page in a browser
    #[arg(long)]
    pub open: bool,
    /// Also bring three survey programs that survey this code base
    #[arg(long, value_name = "DIR")]
    pub demo: Option<PathBuf>,
    /// The mesh's name, on first start
    #[arg(long)]
    pub name: Option<String>,
    /// Go on without the vault that belongs to the log: every token and password ends
    #[arg(long)]
    pub new_vault: bool,
    /// How to write the node's own log lines to standard error
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    Human,
    Agent,
    Bot,
    Bridge,
}

#[derive(Debug, Subcommand)]
pub enum Room {
    /// Set up a room
    #[command(after_help = "Example: mesh room create war-room --topic 'the outage' --private")]
    Create {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// What it is about
        #[arg(long, default_value = "")]
        topic: String,
        /// Only members see it
        #[arg(long)]
        private: bool,
    },
    /// List a room's members and what they may do
    #[command(after_help = "Example: mesh room members general")]
    Members {
        /// The room
        room: String,
    },
    /// Add a participant
    #[command(after_help = "Example: mesh room add war-room rex")]
    Add {
        /// The room
        room: String,
        /// The participant
        handle: String,
    },
    /// Remove a member
    #[command(after_help = "Example: mesh room remove war-room rex")]
    Remove {
        /// The room
        room: String,
        /// The member
        handle: String,
    },
    /// Close a room for new messages
    #[command(
        after_help = "Example: mesh room archive war-room   (undo: mesh room restore war-room)"
    )]
    Archive {
        /// The room
        room: String,
    },
    /// Open an archived room again
    #[command(after_help = "Example: mesh room restore war-room")]
    Restore {
        /// The room
        room: String,
    },
    #[command(flatten)]
    Rules(RoomRules),
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Issue a token; it is shown once
    #[command(after_help = "Example: mesh token create rex --preset mobile --label phone")]
    Create {
        /// The participant
        participant: String,
        /// worker, mobile, commander, admin, user or viewer
        #[arg(long, default_value = "worker")]
        preset: String,
        /// What it is called
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List tokens
    #[command(after_help = "Example: mesh token list")]
    List,
    /// Revoke a token; its sessions end at once
    #[command(after_help = "Example: mesh token revoke 0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b")]
    Revoke {
        /// The token's id
        credential: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Create a user; the password is read from standard input
    #[command(after_help = "Example: mesh user create ana --role user < password-file")]
    Create {
        /// The handle
        username: String,
        /// admin, user or viewer
        #[arg(long, default_value = "user")]
        role: String,
    },
    /// List users
    #[command(after_help = "Example: mesh user list")]
    List,
    /// Reset a password, read from standard input; signs the user out everywhere
    #[command(after_help = "Example: mesh user password ana < password-file")]
    Password {
        /// The handle
        username: String,
    },
    /// Change a role
    #[command(after_help = "Example: mesh user role ana viewer")]
    Role {
        /// The handle
        username: String,
        /// admin, user or viewer
        role: String,
    },
    /// Disable a user
    #[command(after_help = "Example: mesh user disable ana   (undo: mesh user enable ana)")]
    Disable {
        /// The handle
        username: String,
    },
    /// Enable a user again
    #[command(after_help = "Example: mesh user enable ana")]
    Enable {
        /// The handle
        username: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Invite {
    /// Make an invite; its address is shown once
    #[command(after_help = "Example: mesh invite create --uses 5 --room general")]
    Create {
        /// How many may come
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// What kind of participant comes
        #[arg(long, value_enum, default_value = "agent")]
        kind: KindArg,
        /// worker, mobile, commander or viewer
        #[arg(long, default_value = "worker")]
        preset: String,
        /// The room newcomers are in at once
        #[arg(long)]
        room: Option<String>,
        /// Newcomers are guests: untrusted, so agents read what they say as data
        #[arg(long)]
        guest: bool,
        /// When it ends, RFC 3339
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List invites
    #[command(after_help = "Example: mesh invite list")]
    List,
    /// Revoke an invite; those who came stay
    #[command(after_help = "Example: mesh invite revoke 0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b")]
    Revoke {
        /// The invite's id
        invite: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Log {
    /// Check chain, bodies and signatures; names the first line that is wrong
    #[command(after_help = "Example: mesh log verify")]
    Verify,
    /// Print lines as they are stored
    #[command(after_help = "Example: mesh log show --after 100 --limit 10")]
    Show {
        /// Begin behind this place
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u64,
        /// At most so many events
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// Print the newest events, then what comes
    #[command(after_help = "Example: mesh log tail")]
    Tail,
    /// Write the whole log as JSON lines
    #[command(after_help = "Example: mesh log export > mesh.jsonl")]
    Export,
    /// Make a new folder's log from exported JSON lines
    #[command(after_help = "Example: mesh --home ~/copy log import < mesh.jsonl")]
    Import,
}

#[derive(Debug, Subcommand)]
pub enum Guard {
    /// Say of each text whether it tries to give an agent orders, and why
    #[command(
        after_help = "Examples: mesh guard check mail.txt\n          curl -s https://example.org | mesh guard check -\n          mesh guard check --json texts.jsonl    (lines {\"text\":…}, one verdict each)"
    )]
    Check {
        /// The file with the text; standard input for -
        #[arg(default_value = "-", value_name = "FILE")]
        file: PathBuf,
        /// The file has JSON lines {"text":…}, each a text of its own (seen by itself if every line is one)
        #[arg(long)]
        jsonl: bool,
    },
}
