//! One file per group of verbs. Each calls operations by their types, or the node's own crates.

mod approvals;
mod audit;
mod call;
mod completions;
mod demo;
mod doctor;
mod guard;
pub mod help;
mod identity;
mod inbox;
mod init;
mod invites;
mod limits;
mod log;
mod mcp;
mod memory;
mod messages;
mod quarantine;
mod redact;
mod room_rules;
mod rooms;
mod secret;
mod shared;
mod status;
mod survey;
mod tail;
mod task;
mod templates;
mod tokens;
mod tools;
mod up;
mod users;
mod when;
mod who;
mod work;
mod workers;

use std::io::Read;
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{SteerVerb, Verb, Workflow};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output;

/// Does what the verb says.
pub fn run(context: &Context, verb: Verb) -> Outcome<ExitCode> {
    match verb {
        Verb::Up(args) => up::up(context, &args)?,
        Verb::Init(args) => init::init(context, &args)?,
        Verb::Status => status::status(context)?,
        Verb::Join { target } => rooms::join(context, &target)?,
        Verb::Leave { room } => rooms::leave(context, room)?,
        Verb::Rooms => rooms::list(context)?,
        Verb::Room(verb) => rooms::room(context, verb)?,
        Verb::Who { query } => who::who(context, &query)?,
        Verb::Register {
            handle,
            kind,
            preset,
            parent,
            parent_key,
        } => {
            let parent = parent.map(|parent| (parent, parent_key));
            who::register(context, handle, kind, &preset, parent)?;
        }
        Verb::Say {
            to,
            text,
            priority,
            reply_to,
            unsigned,
        } => messages::say(context, to, &text, &priority, reply_to, unsigned)?,
        Verb::Dm {
            handle,
            text,
            unsigned,
        } => messages::dm(context, &handle, &text, unsigned)?,
        Verb::Message { message } => messages::message(context, &message)?,
        Verb::Redact { message, reason } => redact::redact(context, &message, reason)?,
        Verb::Quarantine { verb } => quarantine::quarantine(context, verb)?,
        Verb::Audit(args) => audit::audit(context, args)?,
        Verb::Identity(verb) => identity::identity(context, verb)?,
        Verb::Secret(verb) => secret::secret(context, verb)?,
        Verb::Limits { verb } => limits::limits(context, verb)?,
        Verb::Inbox { ack, limit } => inbox::inbox(context, ack, limit)?,
        Verb::Read {
            room,
            limit,
            before,
        } => messages::read(context, room, limit, before)?,
        Verb::Tail { rooms, after } => tail::tail(context, rooms, after)?,
        Verb::Search {
            words,
            room,
            from,
            limit,
        } => messages::search(context, &words, room, from, limit)?,
        Verb::Steer(verb) => return steer(context, verb),
        Verb::Call { operation, input } => call::call(context, &operation, &input)?,
        Verb::Ops {
            permissions: true, ..
        } => crate::output::line(mesh_ops::permission_table().trim_end()),
        Verb::Ops {
            openapi, mcp_tools, ..
        } => call::ops(context, openapi, mcp_tools)?,
        Verb::Token(verb) => tokens::token(context, verb)?,
        Verb::User(verb) => users::user(context, verb)?,
        Verb::Invite(verb) => invites::invite(context, verb)?,
        Verb::Doctor => return doctor::doctor(context),
        Verb::Log(verb) => return log::log(context, verb),
        Verb::Guard(verb) => guard::guard(context, &verb)?,
        Verb::Mcp => mcp::mcp(context)?,
        Verb::Work(args) => work::work(context, &args)?,
        Verb::WorkKeeper { args } => return Ok(work::keeper(args)),
        Verb::Completions { shell } => completions::completions(shell),
        Verb::Demo {
            dir,
            until_input_ends,
        } => demo::demo(context, &dir, until_input_ends)?,
        Verb::Survey { role, dir, room } => survey::run(context, &role, dir, room)?,
        Verb::SurveyStep { step } => survey::step(&step)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The verbs about work.
fn steer(context: &Context, verb: SteerVerb) -> Outcome<ExitCode> {
    match verb {
        SteerVerb::Task(verb) => return task::task(context, verb),
        SteerVerb::Template(verb) => return templates::template(context, verb),
        SteerVerb::Workflow(Workflow::Run(args)) => return task::file(context, &args, false),
        SteerVerb::Pipeline(args) => return task::file(context, &args, true),
        SteerVerb::Approvals { room, mine } => approvals::list(context, room, mine)?,
        SteerVerb::Approve(answer) => approvals::answer(context, answer, true)?,
        SteerVerb::Reject(answer) => approvals::answer(context, answer, false)?,
        SteerVerb::Worker(verb) => workers::worker(context, verb)?,
        SteerVerb::Dispatch(verb) => workers::dispatch(context, verb)?,
        SteerVerb::Budget(verb) => workers::budget(context, verb)?,
        SteerVerb::Costs { by, days } => workers::costs(context, by, days)?,
        SteerVerb::Context(verb) => shared::context(context, verb)?,
        SteerVerb::Memory(verb) => memory::memory(context, verb)?,
        SteerVerb::Tool(verb) => tools::tool(context, verb)?,
        SteerVerb::Do { room, line } => shared::say_command(context, room, line.join(" "))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an answer as JSON if that was asked for; says whether it did.
fn printed_json(context: &Context, answer: &impl Serialize) -> Outcome<bool> {
    if context.json {
        let text =
            serde_json::to_string(answer).map_err(|why| Failure::here(why.to_string(), ""))?;
        output::line(&text);
    }
    Ok(context.json)
}

/// Words from the command line, or standard input if there are none.
fn text_or_stdin(words: &[String]) -> Outcome<String> {
    if !words.is_empty() {
        return Ok(words.join(" "));
    }
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|why| {
        Failure::usage(
            format!("standard input cannot be read: {why}"),
            "give the text as an argument",
        )
    })?;
    let text = text.trim_end().to_owned();
    if text.is_empty() {
        return Err(Failure::usage(
            "there is no text",
            "give it as an argument or on standard input",
        ));
    }
    Ok(text)
}

/// Reads a message's id.
fn message_id(text: &str) -> Outcome<mesh_model::MessageId> {
    parse(text, "message ids look like m12")
}

/// Reads an argument of a type that names itself, such as a preset or a message id.
fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str, known: &str) -> Outcome<T> {
    text.parse()
        .map_err(|why: T::Err| Failure::usage(why.to_string(), known))
}
