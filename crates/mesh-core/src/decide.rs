//! From a command to its events: who asks is checked first, then the noun's rules, then what follows
//! by itself.

use mesh_model::{Command, Ctx};

use crate::actor::Asker;
use crate::desk::Desk;
use crate::{
    Decision, State, alert, approval, budget, clock, context, credential, dispatch, entity,
    event_type, file, follow, group, guard, identity, influence, inlet, invite, journal, lease,
    link, memory, mesh, message, participant, policy, quarantine, room, schedule, secret, session,
    skill, task, template, tool, user, webhook, worker,
};

/// What the command leads to: its events in order, none if it is so already, or a refusal.
///
/// The state is not changed; [`apply`](crate::apply) does that once the events have their places.
pub fn decide(state: &State, command: &Command, ctx: &Ctx) -> Decision {
    let asker = &Asker::check(&state.access, command, ctx)?;
    let recent = &state.recent;
    let desk = &Desk {
        asker,
        work: &state.work,
        recent,
    };
    let events = match command {
        Command::Mesh(command) => mesh::decide(asker, command)?,
        Command::User(command) => user::decide(asker, command)?,
        Command::Credential(command) => credential::decide(asker, command)?,
        Command::Invite(command) => invite::decide(asker, command)?,
        Command::Participant(command) => participant::decide(asker, command)?,
        Command::Session(command) => session::decide(asker, command)?,
        Command::Group(command) => group::decide(asker, command)?,
        Command::Room(command) => room::decide(asker, command)?,
        Command::Message(command) => message::decide(desk, command)?,
        Command::EventType(command) => event_type::decide(asker, recent, command)?,
        Command::Policy(command) => policy::decide(asker, command)?,
        Command::Quarantine(command) => quarantine::decide(asker, recent, command)?,
        Command::Influence(command) => influence::decide(asker, ctx, command)?,
        Command::Guard(command) => guard::decide(asker, recent, command)?,
        Command::Identity(command) => identity::decide(asker, command)?,
        Command::Secret(command) => secret::decide(asker, command)?,
        Command::Task(command) => task::decide(desk, command)?,
        Command::Worker(command) => worker::decide(desk, command)?,
        Command::Dispatch(command) => dispatch::decide(desk, command)?,
        Command::Budget(command) => budget::decide(desk, command)?,
        Command::Approval(command) => approval::decide(desk, command)?,
        Command::Template(command) => template::decide(desk, command)?,
        Command::Context(command) => context::decide(desk, command)?,
        Command::Memory(command) => memory::decide(desk, command)?,
        Command::Entity(command) => entity::decide(desk, command)?,
        Command::Journal(command) => journal::decide(desk, command)?,
        Command::Lease(command) => lease::decide(desk, command)?,
        Command::File(command) => file::decide(desk, command)?,
        Command::Skill(command) => skill::decide(desk, command)?,
        Command::Schedule(command) => schedule::decide(desk, command)?,
        Command::Clock(command) => clock::decide(desk, command)?,
        Command::Alert(command) => alert::decide(desk, command)?,
        Command::Webhook(command) => webhook::decide(desk, command)?,
        Command::Inlet(command) => inlet::decide(desk, command)?,
        Command::Link(command) => link::decide(desk, command)?,
        Command::Tool(command) => tool::decide(asker, command)?,
        Command::Tick => {
            asker.node_only()?;
            return Ok(entity::with_sources_gone(
                &state.access,
                desk.work,
                follow::tick(desk),
            ));
        }
        Command::Recall => Vec::new(),
    };
    let carried = schedule::carried(&state.work, command);
    let events = influence::judge(asker, ctx, carried.as_ref(), events)?;
    let events = entity::with_sources_gone(&state.access, desk.work, events);
    Ok(follow::follow(desk, events))
}
