//! The command line of work: tasks, templates, workflows, workers, approvals, budgets.

use clap::{Args, Subcommand, ValueEnum};

pub use super::lore::*;

/// The verbs about work.
#[derive(Debug, Subcommand)]
pub enum SteerVerb {
    /// Give work to agents, look at it, steer it
    #[command(
        subcommand,
        after_help = "Example: mesh task add 'Survey the parser' --room workshop --follow"
    )]
    Task(Task),
    /// Recurring tasks with blanks
    #[command(
        subcommand,
        after_help = "Example: mesh template use research topic='log formats' --room workshop"
    )]
    Template(Template),
    /// Tasks that depend on one another, from a file
    #[command(
        subcommand,
        after_help = "Example: mesh workflow run debate.json goal='tabs or spaces' --room workshop"
    )]
    Workflow(Workflow),
    /// Tasks that wait each for the one before, from a file
    #[command(after_help = "Example: mesh pipeline steps.json --room workshop")]
    Pipeline(FileRun),
    /// List what waits for somebody's approval
    #[command(after_help = "Example: mesh approvals --mine   (then: mesh approve last)")]
    Approvals {
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
        /// Only what the one who acts may answer
        #[arg(long)]
        mine: bool,
    },
    /// Give an approval
    #[command(after_help = "Example: mesh approve last --reason 'looks fine'")]
    Approve(Answer),
    /// Refuse an approval
    #[command(after_help = "Example: mesh reject last --reason 'not on a Friday'")]
    Reject(Answer),
    /// Those who take work
    #[command(
        subcommand,
        after_help = "Example: mesh worker list   (then: mesh worker pause rex)"
    )]
    Worker(Worker),
    /// Give out no work at all, or work again
    #[command(
        subcommand,
        after_help = "Example: mesh dispatch stop   (undo: mesh dispatch resume)"
    )]
    Dispatch(Dispatch),
    /// What may be used in a day
    #[command(
        subcommand,
        after_help = "Example: mesh budget set --agent rex --tokens 200000"
    )]
    Budget(Budget),
    /// Add up what work cost
    #[command(after_help = "Example: mesh costs --by model --days 7")]
    Costs {
        /// model, agent, room or day
        #[arg(long, value_enum, default_value = "model")]
        by: By,
        /// Days back; 1 is today
        #[arg(long, default_value_t = 1)]
        days: u32,
    },
    /// A room's shared context
    #[command(
        subcommand,
        after_help = "Example: mesh context set workshop branch main"
    )]
    Context(Shared),
    /// What agents remember
    #[command(
        subcommand,
        after_help = "Example: mesh memory search 'node build' --of rex"
    )]
    Memory(Memory),
    /// Tools that the node offers
    #[command(
        subcommand,
        after_help = "Example: mesh tool call web_search query='log formats'"
    )]
    Tool(Tool),
    /// Say a line in the language of chat commands
    #[command(
        name = "do",
        after_help = "Examples: mesh do workshop status\n          mesh do workshop @rex survey the parser\n          mesh do workshop auto write the release notes\n\nLines: status, tasks, pending, approve, reject, escalations, costs, summary, @context, @context name=value,\n@NAME what to do, do WHAT, auto GOAL, pause|resume|drain NAME, set NAME slots N, move NAME to SKILL only,\nstop dispatch, resume dispatch, which agent fails most?, how many tasks has NAME done this week?\nAnything else is said in the room."
    )]
    Do {
        /// The room
        room: String,
        /// The line
        #[arg(required = true)]
        line: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Task {
    /// Create a task
    #[command(
        after_help = "Examples: mesh task add 'Survey the parser' --room workshop --can research\n          mesh task add --template research topic='log formats' --room workshop\n          mesh task add --room workshop --needs last --deadline 2h < prompt.md"
    )]
    Add(Box<TaskAdd>),
    /// List tasks, the newest last
    #[command(
        after_help = "Example: mesh task list --room workshop --state queued --state running"
    )]
    List {
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
        /// Only in this state; may be given again
        #[arg(long, value_name = "STATE")]
        state: Vec<String>,
        /// Only what this worker has or had
        #[arg(long, value_name = "NAME")]
        worker: Option<String>,
        /// Only with this capability
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// Show a task: its words, its attempts, its result
    #[command(after_help = "Example: mesh task show last")]
    Show(TaskRef),
    /// Watch a task until it ends; exit code 0 if it is done, 1 if not
    #[command(after_help = "Example: mesh task follow last && echo done")]
    Follow(TaskRef),
    /// Print what a task put out
    #[command(after_help = "Example: mesh task output last > result.md")]
    Output {
        #[command(flatten)]
        task: TaskRef,
        /// Every piece, not only the result
        #[arg(long)]
        all: bool,
    },
    /// End a task without a result
    #[command(after_help = "Example: mesh task cancel last --reason 'not needed any more'")]
    Cancel(TaskReason),
    /// Let nobody work on a task until it is resumed
    #[command(after_help = "Example: mesh task pause last")]
    Pause(TaskRef),
    /// Let a paused task go on
    #[command(after_help = "Example: mesh task resume last")]
    Resume(TaskRef),
    /// Begin again with a task that failed or was cancelled
    #[command(after_help = "Example: mesh task retry last")]
    Retry(TaskRef),
    /// Give a task to somebody, or to whoever fits
    #[command(
        after_help = "Example: mesh task assign last rex   (whoever fits: mesh task assign last)"
    )]
    Assign {
        #[command(flatten)]
        task: TaskRef,
        /// Who; whoever fits if absent
        to: Option<String>,
    },
    /// Say whether a result is good; it counts for whoever made it
    #[command(
        after_help = "Example: mesh task confirm last   (it is not: mesh task confirm last --bad)"
    )]
    Confirm {
        #[command(flatten)]
        task: TaskRef,
        /// It is not good
        #[arg(long)]
        bad: bool,
    },
    /// Decide about a task that waits for a person
    #[command(after_help = "Example: mesh task resolve last retry --reason 'the server is back'")]
    Resolve {
        #[command(flatten)]
        task: TaskRef,
        /// accept, retry or fail
        how: Resolve,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Erase a task's words for good; what was done, by whom and when stays
    #[command(after_help = "Example: mesh task redact last --reason 'holds a password'")]
    Redact(TaskReason),
    /// Say why a task is where it is, with the numbers behind the choice
    #[command(after_help = "Example: mesh task why last")]
    Why(TaskRef),
    /// Show who made a result and from what, and verify the signatures here
    #[command(after_help = "Example: mesh task provenance last")]
    Provenance(TaskRef),
}

#[derive(Debug, Args)]
pub struct TaskAdd {
    /// What is to be done; standard input if absent. With --template: name=value for each blank
    pub text: Vec<String>,
    /// The room it belongs to
    #[arg(long)]
    pub room: String,
    /// A line for lists (default: how the text begins)
    #[arg(long)]
    pub title: Option<String>,
    /// What a worker must be able to do
    #[arg(long, value_name = "SKILL")]
    pub can: Option<String>,
    /// Who is to do it (default: whoever fits)
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// 0 to 9; higher goes first (default: 5)
    #[arg(long)]
    pub priority: Option<u8>,
    /// When it should be done: in 90m, 2h or 1d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,
    /// A task that has to end first; may be given again
    #[arg(long, value_name = "TASK")]
    pub needs: Vec<String>,
    /// Percent of confidence below which a second agent looks at the result; 0 is never (default: 70)
    #[arg(long, value_name = "PERCENT")]
    pub verify_below: Option<u8>,
    /// Somebody has to approve it first: whoever moderates the room, or NAME
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub gate: Option<String>,
    /// The model to ask (default: the worker's choice)
    #[arg(long)]
    pub model: Option<String>,
    /// A template in the place of a text
    #[arg(long, value_name = "NAME", conflicts_with_all = ["title", "model"])]
    pub template: Option<String>,
    /// Watch it until it ends
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Clone, Args)]
pub struct TaskRef {
    /// The task: its id, the end of it, or 'last'
    pub task: String,
}

#[derive(Debug, Args)]
pub struct TaskReason {
    #[command(flatten)]
    pub task: TaskRef,
    /// Why; kept in the log until it is erased
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resolve {
    Accept,
    Retry,
    Fail,
}

#[derive(Debug, Subcommand)]
pub enum Template {
    /// List templates with their blanks
    #[command(after_help = "Example: mesh template list")]
    List,
    /// Make a template; blanks stand between braces
    #[command(
        after_help = "Example: mesh template add triage 'Read {report} and say how bad it is.' --title 'Triage {report}'"
    )]
    Add {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// The prompt; standard input if absent
        prompt: Vec<String>,
        /// The title of its tasks
        #[arg(long, default_value = "")]
        title: String,
        /// What it is for
        #[arg(long, default_value = "")]
        about: String,
    },
    /// Delete a template; tasks made from it stay
    #[command(
        visible_alias = "rm",
        after_help = "Example: mesh template delete triage"
    )]
    Delete {
        /// The template
        name: String,
    },
    /// Create a task from a template
    #[command(
        after_help = "Example: mesh template use research topic='log formats' --room workshop"
    )]
    Use {
        /// The template
        name: String,
        /// name=value for each blank
        values: Vec<String>,
        /// The room
        #[arg(long)]
        room: String,
        /// What a worker must be able to do
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
        /// Who is to do it (default: whoever fits)
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// 0 to 9; higher goes first (default: 5)
        #[arg(long)]
        priority: Option<u8>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Workflow {
    /// Fill the blanks of a workflow and create its tasks
    #[command(
        after_help = "Example: mesh workflow run debate.json goal='tabs or spaces' --room workshop --follow"
    )]
    Run(FileRun),
}

#[derive(Debug, Args)]
pub struct FileRun {
    /// A JSON list of tasks; standard input for -
    pub file: String,
    /// name=value for each blank between braces
    pub values: Vec<String>,
    /// The room
    #[arg(long)]
    pub room: String,
    /// Watch the last task until it ends
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct Answer {
    /// The approval: its id, the end of it, or 'last'
    #[arg(default_value = "last")]
    pub approval: String,
    /// Why; kept in the log until it is erased
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub enum Worker {
    /// List those who take work: slots, what they run, how good their work was found
    #[command(after_help = "Example: mesh worker list")]
    List,
    /// Give somebody no more work; what it has it finishes
    #[command(after_help = "Example: mesh worker pause rex")]
    Pause {
        /// The worker
        name: String,
    },
    /// Let somebody hand on what it has and give it no more
    #[command(after_help = "Example: mesh worker drain rex")]
    Drain {
        /// The worker
        name: String,
    },
    /// Give somebody work again
    #[command(after_help = "Example: mesh worker resume rex")]
    Resume {
        /// The worker
        name: String,
    },
    /// Set slots and capabilities, whatever the worker says of itself
    #[command(
        after_help = "Example: mesh worker set rex --slots 3 --can code,review   (as it says itself: mesh worker set rex)"
    )]
    Set {
        /// The worker
        name: String,
        /// Tasks at the same time (absent: as it says itself)
        #[arg(long)]
        slots: Option<u16>,
        /// What it may be given, with commas between (absent: as it says itself)
        #[arg(long, value_name = "SKILLS", value_delimiter = ',')]
        can: Option<Vec<String>>,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Dispatch {
    /// Give out no work at all; what is under way goes on
    #[command(after_help = "Example: mesh dispatch stop")]
    Stop,
    /// Give out work again
    #[command(after_help = "Example: mesh dispatch resume")]
    Resume,
}

#[derive(Debug, Subcommand)]
pub enum Budget {
    /// List budgets and what is used of them today
    #[command(after_help = "Example: mesh budget list")]
    List,
    /// Set what may be used in a day; without limits there is none any more
    #[command(
        after_help = "Examples: mesh budget set --agent rex --tokens 200000 --cost 1.50\n          mesh budget set --each-agent --cost 5\n          mesh budget set --cost 20      (the whole mesh)"
    )]
    Set {
        /// Of one agent
        #[arg(long, value_name = "NAME")]
        agent: Option<String>,
        /// Of every agent for which nothing else is set
        #[arg(long, conflicts_with = "agent")]
        each_agent: bool,
        /// Of one room
        #[arg(long, conflicts_with_all = ["agent", "each_agent"])]
        room: Option<String>,
        /// Tokens a day
        #[arg(long)]
        tokens: Option<u64>,
        /// A sum a day, such as 1.50
        #[arg(long, value_name = "SUM")]
        cost: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Model,
    Agent,
    Room,
    Day,
}
