//! The verbs about rules, moderation, keys, secrets and limits, with their arguments and an example.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Init {
    /// A template's name, or a file of one
    #[arg(long, value_name = "NAME|FILE", required_unless_present_any = ["list", "show"])]
    pub template: Option<String>,
    /// List the templates that come along
    #[arg(long, conflicts_with_all = ["template", "show"])]
    pub list: bool,
    /// Print a template, to be edited and used as a file
    #[arg(long, value_name = "NAME", conflicts_with = "template")]
    pub show: Option<String>,
    /// Also put the template's topics and rules in the place of others that were set meanwhile
    #[arg(long, requires = "template")]
    pub overwrite: bool,
}

#[derive(Debug, Subcommand)]
pub enum RoomRules {
    /// Print a room's rules as a file, set them from one, or edit them
    #[command(
        after_help = "Examples: mesh room policy ops > ops.toml\n          mesh room policy ops --file ops.toml\n          mesh room policy ops --edit"
    )]
    Policy {
        /// The room
        room: String,
        /// Set the rules from this file, TOML or JSON; '-' reads standard input
        #[arg(long, value_name = "FILE")]
        file: Option<String>,
        /// Edit the rules with $VISUAL or $EDITOR; what is saved is set
        #[arg(long, conflicts_with = "file")]
        edit: bool,
        /// Set them even if nobody but the room's creator could speak or hear any more
        #[arg(long)]
        force: bool,
    },
    /// Say what somebody may do in a room, and which rule decides
    #[command(
        after_help = "Examples: mesh room explain ops rex\n          mesh room explain ops @rex speak"
    )]
    Explain {
        /// The room
        room: String,
        /// Who
        handle: String,
        /// speak, listen, execute, command, moderate, bridge, data_read, data_write, join or set_policy
        action: Option<String>,
    },
    /// Keep a member from speaking
    #[command(after_help = "Example: mesh room mute ops rex --for 10m --reason 'too loud'")]
    Mute {
        /// The room
        room: String,
        /// The member
        handle: String,
        /// For how long, such as 90s, 10m, 2h or 1d; without it until `mesh room unmute`
        #[arg(long = "for", value_name = "TIME")]
        span: Option<String>,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a member speak again
    #[command(after_help = "Example: mesh room unmute ops rex")]
    Unmute {
        /// The room
        room: String,
        /// The member
        handle: String,
    },
    /// Remove a member; it may come back
    #[command(after_help = "Example: mesh room kick ops rex --reason 'off topic'")]
    Kick {
        /// The room
        room: String,
        /// The member
        handle: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Remove a participant and keep it out
    #[command(after_help = "Example: mesh room ban ops rex --reason spam")]
    Ban {
        /// The room
        room: String,
        /// The participant
        handle: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a participant in again; it has to join or be added
    #[command(after_help = "Example: mesh room unban ops rex")]
    Unban {
        /// The room
        room: String,
        /// The participant
        handle: String,
    },
    /// List who is muted and who is banned
    #[command(after_help = "Example: mesh room restrained ops")]
    Restrained {
        /// The room
        room: String,
    },
    /// Let everybody wait between two messages; 0 ends it
    #[command(after_help = "Example: mesh room slow ops 30")]
    Slow {
        /// The room
        room: String,
        /// Seconds, at most 3600
        seconds: u32,
    },
    /// Keep everything said in a room from being erased
    #[command(after_help = "Example: mesh room hold ops on   (end it: mesh room hold ops off)")]
    Hold {
        /// The room
        room: String,
        /// on or off
        state: OnOff,
    },
    /// Let another member set the room's rules
    #[command(after_help = "Example: mesh room transfer ops ana")]
    Transfer {
        /// The room
        room: String,
        /// The member
        handle: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum IdentityVerb {
    /// Show the key that is kept here and what the node knows of it
    #[command(after_help = "Example: mesh identity show --as rex")]
    Show,
    /// Make a key for this machine and add it
    #[command(after_help = "Example: mesh identity new --as rex")]
    New,
    /// Put a new key in the place of the one kept here, which is revoked at once
    #[command(after_help = "Example: mesh identity rotate --as rex")]
    Rotate,
    /// Revoke a key; what it signed before says so
    #[command(
        after_help = "Example: mesh identity revoke 03a1… --of rex   (`mesh identity list rex` shows the keys)"
    )]
    Revoke {
        /// The key, or its first digits
        key: String,
        /// Whose it is (default: the one who acts)
        #[arg(long, value_name = "HANDLE")]
        of: Option<String>,
    },
    /// List the keys somebody signs or signed with
    #[command(after_help = "Example: mesh identity list rex")]
    List {
        /// Who (default: the one who acts)
        handle: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// List what waits
    #[command(after_help = "Example: mesh quarantine list --room plaza")]
    List {
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
    },
    /// Let a message out: it is posted now
    #[command(after_help = "Example: mesh quarantine release m12 --reason 'quotes an attack'")]
    Release {
        /// The message, such as m12
        message: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Reject a message for good
    #[command(after_help = "Example: mesh quarantine reject m12 --reason 'an attack'")]
    Reject {
        /// The message, such as m12
        message: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct Audit {
    /// Only what this participant did
    #[arg(long, value_name = "HANDLE")]
    pub actor: Option<String>,
    /// Only events of this kind, such as room.policy_set; 'member.*' is all of that beginning
    #[arg(long, value_name = "TYPE")]
    pub kind: Vec<String>,
    /// Only what happened in this room
    #[arg(long)]
    pub room: Option<String>,
    /// Only from here on: a day such as 2026-11-01, RFC 3339, or so long ago: 90m, 12h, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only up to here, written alike
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// At most so many, the newest
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Write everything that fits into this file as JSON lines, the oldest first
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    pub export: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Store a secret, or a new value of it
    #[command(
        after_help = "Examples: mesh secret set searx < key-file\n          mesh secret set searx 's3cret'   (your shell may keep the value in its history)"
    )]
    Set {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// The value; standard input if absent or '-'
        value: Option<String>,
    },
    /// List the names; values are never shown
    #[command(after_help = "Example: mesh secret list")]
    List,
    /// Remove a secret for good
    #[command(visible_alias = "remove", after_help = "Example: mesh secret rm searx")]
    Rm {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Limits {
    /// Show how many requests the node answers whom
    #[command(after_help = "Example: mesh limits show")]
    Show,
    /// Change that; whom you do not name keeps what it has
    #[command(
        after_help = "Example: mesh limits set untrusted=2/20 address=20/200\n\nA/B is A requests a second on average and B at once; with A = 0 there is no limit."
    )]
    Set {
        /// local, federated, untrusted, address or instance, with its limit
        #[arg(required = true, value_name = "WHOM=A/B")]
        limits: Vec<String>,
    },
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}
