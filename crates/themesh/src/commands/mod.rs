//! The commands: one file or folder a noun, where a command's arguments stand beside what it does.

mod alert;
mod approval;
mod attention;
mod budget;
mod chat;
mod claude;
mod clock;
mod codex;
mod completions;
mod connect;
mod context;
mod credential;
mod demo;
mod dispatch;
mod doctor;
mod entity;
mod file;
mod guard;
pub mod help;
pub mod hook;
mod identity;
mod inbox;
mod influence;
mod inlet;
mod install;
mod interchange;
mod invite;
mod joined;
mod journal;
mod lease;
mod link;
mod log;
mod login;
mod mcp;
mod memory;
mod mesh;
mod message;
mod observe;
mod participant;
mod plan;
mod policy;
mod position;
mod quarantine;
mod report;
mod room;
pub mod sandbox;
mod schedule;
mod screen;
mod secret;
mod session;
mod skill;
mod task;
mod template;
mod tool;
pub mod up;
mod user;
mod webhook;
mod worker;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

/// Every command, in the order in which help lists them.
#[derive(Debug, Subcommand)]
pub enum Command {
    Up(up::UpArgs),
    Init(mesh::init::InitArgs),
    Status(mesh::status::StatusArgs),
    Guide(mesh::guide::GuideArgs),
    Login(login::LoginArgs),
    Doctor(doctor::DoctorArgs),
    Join(room::JoinArgs),
    Leave(room::LeaveArgs),
    Rooms(room::RoomsArgs),
    #[command(subcommand)]
    Room(room::RoomVerb),
    Who(participant::WhoArgs),
    #[command(subcommand)]
    Participant(participant::ParticipantVerb),
    Register(participant::RegisterArgs),
    Say(message::say::SayArgs),
    Dm(message::say::DmArgs),
    Message(message::read::MessageArgs),
    React(message::react::ReactArgs),
    Pin(message::pin::PinArgs),
    Pins(message::pin::PinsArgs),
    Redact(message::redact::RedactArgs),
    Quarantine(quarantine::QuarantineArgs),
    Audit(log::audit::AuditArgs),
    #[command(subcommand)]
    Identity(identity::IdentityVerb),
    #[command(subcommand)]
    Secret(secret::SecretVerb),
    Limits(mesh::limits::LimitsArgs),
    Floor(mesh::floor::FloorArgs),
    Public(mesh::public::PublicArgs),
    Inbox(inbox::InboxArgs),
    Attention(attention::AttentionArgs),
    Read(message::read::ReadArgs),
    Tail(message::tail::TailArgs),
    Search(message::read::SearchArgs),
    Chat(screen::ChatArgs),
    Top(screen::TopArgs),
    #[command(subcommand)]
    Task(task::TaskVerb),
    #[command(subcommand)]
    Template(template::TemplateVerb),
    #[command(subcommand)]
    Workflow(template::workflow::WorkflowVerb),
    Pipeline(template::workflow::PipelineArgs),
    Ask(approval::ask::AskArgs),
    Approvals(approval::ApprovalsArgs),
    Approve(approval::ApproveArgs),
    Reject(approval::RejectArgs),
    #[command(subcommand)]
    Act(influence::ActVerb),
    #[command(subcommand)]
    Session(session::SessionVerb),
    Resurrect(session::resurrect::ResurrectArgs),
    #[command(subcommand)]
    Worker(worker::WorkerVerb),
    #[command(subcommand)]
    Dispatch(dispatch::DispatchVerb),
    #[command(subcommand)]
    Budget(budget::BudgetVerb),
    Costs(budget::CostsArgs),
    #[command(subcommand)]
    Alert(alert::AlertVerb),
    Report(report::ReportArgs),
    #[command(subcommand)]
    Journal(journal::JournalVerb),
    #[command(subcommand)]
    Context(context::ContextVerb),
    #[command(subcommand)]
    File(file::FileVerb),
    #[command(subcommand)]
    Skill(skill::SkillVerb),
    #[command(subcommand)]
    Lease(lease::LeaseVerb),
    #[command(subcommand)]
    Memory(memory::MemoryVerb),
    #[command(subcommand)]
    Entity(entity::EntityVerb),
    Remind(schedule::RemindArgs),
    #[command(subcommand)]
    Schedule(schedule::ScheduleVerb),
    #[command(subcommand)]
    Clock(clock::ClockVerb),
    #[command(subcommand)]
    Position(position::PositionVerb),
    #[command(subcommand)]
    Webhook(webhook::WebhookVerb),
    #[command(subcommand)]
    Inlet(inlet::InletVerb),
    #[command(subcommand)]
    Link(link::LinkVerb),
    Discover(link::discover::DiscoverArgs),
    Publish(link::discover::PublishArgs),
    #[command(subcommand)]
    Tool(tool::ToolVerb),
    Do(chat::DoArgs),
    #[command(subcommand)]
    Plan(plan::PlanVerb),
    Voice(chat::voice::VoiceArgs),
    Call(mesh::operation::CallArgs),
    Ops(mesh::operation::OpsArgs),
    #[command(subcommand)]
    Token(credential::TokenVerb),
    #[command(subcommand)]
    User(user::UserVerb),
    #[command(subcommand)]
    Invite(invite::InviteVerb),
    #[command(subcommand)]
    Log(log::LogVerb),
    #[command(subcommand)]
    Guard(guard::GuardVerb),
    Mcp(mcp::McpArgs),
    Install(install::InstallArgs),
    Uninstall(install::UninstallArgs),
    Claude(claude::ClaudeArgs),
    Codex(codex::CodexArgs),
    #[command(hide = true)]
    Hook(hook::HookArgs),
    Work(Box<worker::work::WorkArgs>),
    Observe(observe::ObserveArgs),
    #[command(subcommand)]
    Connect(connect::ConnectVerb),
    #[command(subcommand)]
    Sandbox(sandbox::SandboxVerb),
    #[command(hide = true)]
    WorkKeeper(worker::work::WorkKeeperArgs),
    Interchange(interchange::InterchangeArgs),
    #[command(subcommand)]
    Demo(demo::DemoVerb),
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Whether it has to do with the mesh's folder: it then has to be known where that is.
    pub fn needs_folder(&self) -> bool {
        !matches!(
            self,
            Command::Ops(_)
                | Command::Guard(_)
                | Command::WorkKeeper(_)
                | Command::Demo(_)
                | Command::Completions(_)
        )
    }
}

/// Does what the command says.
pub fn run(context: &Context, command: Command) -> Outcome<ExitCode> {
    match command {
        Command::Up(args) => up::up(context, &args)?,
        Command::Init(args) => mesh::init::init(context, &args)?,
        Command::Status(args) => mesh::status::status(context, args)?,
        Command::Guide(args) => mesh::guide::guide(context, args)?,
        Command::Login(args) => login::login(context, &args)?,
        Command::Doctor(args) => return doctor::doctor(context, &args),
        Command::Join(args) => room::join(context, args)?,
        Command::Leave(args) => room::leave(context, args)?,
        Command::Rooms(args) => room::list(context, args)?,
        Command::Room(verb) => room::room(context, verb)?,
        Command::Who(args) => participant::who(context, args)?,
        Command::Participant(verb) => participant::participant(context, verb)?,
        Command::Register(args) => participant::register(context, args)?,
        Command::Say(args) => message::say::say(context, args)?,
        Command::Dm(args) => message::say::dm(context, args)?,
        Command::Message(args) => message::read::message(context, args)?,
        Command::Redact(args) => message::redact::redact(context, args)?,
        Command::React(args) => message::react::react(context, args)?,
        Command::Pin(args) => message::pin::pin(context, args)?,
        Command::Pins(args) => message::pin::pins(context, args)?,
        Command::Quarantine(args) => quarantine::quarantine(context, args)?,
        Command::Audit(args) => log::audit::audit(context, args)?,
        Command::Identity(verb) => identity::identity(context, verb)?,
        Command::Secret(verb) => secret::secret(context, verb)?,
        Command::Public(args) => mesh::public::public(context, args)?,
        Command::Floor(args) => mesh::floor::floor(context, args)?,
        Command::Limits(args) => mesh::limits::limits(context, args)?,
        Command::Inbox(args) => inbox::inbox(context, args)?,
        Command::Attention(args) => attention::attention(context, args)?,
        Command::Read(args) => message::read::read(context, args)?,
        Command::Tail(args) => message::tail::tail(context, args)?,
        Command::Search(args) => message::read::search(context, args)?,
        Command::Chat(args) => screen::chat(context, args)?,
        Command::Top(args) => screen::top(context, args)?,
        Command::Task(verb) => return task::task(context, verb),
        Command::Template(verb) => template::template(context, verb)?,
        Command::Workflow(verb) => return template::workflow::workflow(context, verb),
        Command::Pipeline(args) => return template::workflow::pipeline(context, args),
        Command::Ask(args) => return approval::ask::ask(context, args),
        Command::Approvals(args) => approval::list(context, args)?,
        Command::Approve(args) => approval::approve(context, args)?,
        Command::Reject(args) => approval::reject(context, args)?,
        Command::Act(verb) => influence::act(context, verb)?,
        Command::Session(verb) => return session::session(context, verb),
        Command::Resurrect(args) => session::resurrect::resurrect(context, args)?,
        Command::Worker(verb) => worker::worker(context, verb)?,
        Command::Dispatch(verb) => dispatch::dispatch(context, verb)?,
        Command::Budget(verb) => budget::budget(context, verb)?,
        Command::Costs(args) => budget::costs(context, args)?,
        Command::Alert(verb) => alert::alert(context, verb)?,
        Command::Report(args) => report::report(context, args)?,
        Command::Journal(verb) => journal::journal(context, verb)?,
        Command::Context(verb) => context::context(context, verb)?,
        Command::File(verb) => file::file(context, verb)?,
        Command::Skill(verb) => skill::skill(context, verb)?,
        Command::Lease(verb) => lease::lease(context, verb)?,
        Command::Memory(verb) => memory::memory(context, verb)?,
        Command::Entity(verb) => entity::entity(context, verb)?,
        Command::Remind(args) => schedule::remind(context, args)?,
        Command::Schedule(verb) => schedule::schedule(context, verb)?,
        Command::Clock(verb) => clock::clock(context, verb)?,
        Command::Position(verb) => position::position(context, verb)?,
        Command::Webhook(verb) => webhook::webhook(context, verb)?,
        Command::Inlet(verb) => inlet::inlet(context, verb)?,
        Command::Link(verb) => link::link(context, verb)?,
        Command::Discover(args) => link::discover::discover(context, args)?,
        Command::Publish(args) => link::discover::publish(context, args)?,
        Command::Tool(verb) => tool::tool(context, verb)?,
        Command::Plan(verb) => return plan::plan(context, verb),
        Command::Do(args) => chat::say_line(context, args)?,
        Command::Voice(args) => chat::voice::voice(context, args)?,
        Command::Call(args) => mesh::operation::call(context, args)?,
        Command::Ops(args) => mesh::operation::ops(context, args)?,
        Command::Token(verb) => credential::token(context, verb)?,
        Command::User(verb) => user::user(context, verb)?,
        Command::Invite(verb) => invite::invite(context, verb)?,
        Command::Log(verb) => return log::log(context, verb),
        Command::Guard(verb) => guard::guard(context, &verb)?,
        Command::Mcp(args) => mcp::mcp(context, args)?,
        Command::Install(args) => install::install(context, &args)?,
        Command::Uninstall(args) => install::uninstall(context, &args)?,
        Command::Claude(args) => return claude::claude(context, &args),
        Command::Codex(args) => return codex::codex(context, &args),
        Command::Hook(args) => hook::hook(context, &args)?,
        Command::Work(args) => worker::work::work(context, &args)?,
        Command::Observe(args) => observe::observe(context, &args)?,
        Command::Connect(verb) => connect::connect(context, &verb)?,
        Command::Sandbox(verb) => return sandbox::sandbox(context, verb),
        Command::WorkKeeper(args) => return Ok(worker::work::keeper(args)),
        Command::Interchange(args) => interchange::interchange(context, &args)?,
        Command::Demo(verb) => demo::demo(context, &verb)?,
        Command::Completions(args) => completions::completions(args),
    }
    Ok(ExitCode::SUCCESS)
}
