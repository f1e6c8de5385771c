//! Who comes into a room by its own side's word, and whose machine runs what is asked there.

use clap::Subcommand;
use mesh_model::api::{Done, ExecutionInput, InvitationInput, InvitationListInput, MemberRefInput};
use mesh_model::ops::{
    MemberAccept, MemberDecline, MemberExecution, MemberInvitations, MemberInvite, Operation,
};

use super::moderation::{OnOff, bare, done};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json, table};

#[derive(Debug, Subcommand)]
pub enum ConsentVerb {
    /// Invite a participant; it, or somebody above it, accepts or declines
    #[command(
        after_help = "Example: mesh room invite ops rex   (take it back: mesh room decline ops --for rex)"
    )]
    Invite {
        /// The room
        room: String,
        /// The participant
        handle: String,
    },
    /// List the invitations that wait for you and for those below you, or all into a room that you moderate
    #[command(after_help = "Examples: mesh room invitations\n          mesh room invitations ops")]
    Invitations {
        /// Only those into this room
        room: Option<String>,
    },
    /// Accept an invitation, for yourself or for somebody below you
    #[command(after_help = "Example: mesh room accept ops --for rex")]
    Accept {
        /// The room
        room: String,
        /// Who was invited (default: the one who acts)
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
    },
    /// Decline an invitation, or take one back as a moderator
    #[command(after_help = "Example: mesh room decline ops --for rex")]
    Decline {
        /// The room
        room: String,
        /// Who was invited (default: the one who acts)
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
    },
    /// Say whether you, or somebody below you, run what is asked for in a room
    #[command(
        after_help = "Examples: mesh room execution ops on --for rex --answered-by ana\n          mesh room execution ops off --for rex\n\nThe room has to allow it too. `mesh participant show rex` says where it runs what."
    )]
    Execution {
        /// The room
        room: String,
        /// on or off
        state: OnOff,
        /// Whose machine (default: that of the one who acts)
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
        /// Who answers there what its programs ask, beside those above it; replaces who did before
        #[arg(long, value_name = "HANDLE", value_delimiter = ',')]
        answered_by: Vec<String>,
    },
}

/// `mesh room invite|accept|execution|…`
pub fn consent(context: &Context, verb: ConsentVerb) -> Outcome<()> {
    match verb {
        ConsentVerb::Invite { room, handle } => {
            let said = format!(
                "@{} is invited into {room}; it, or somebody above it, answers",
                bare(&handle)
            );
            let input = MemberRefInput {
                room,
                participant: handle,
            };
            done::<MemberInvite>(context, input, &said)
        }
        ConsentVerb::Invitations { room } => invitations(context, room),
        ConsentVerb::Accept { room, whom } => {
            let who = named(whom.as_deref());
            answer::<MemberAccept>(context, &format!("{who} in {room} now"), room, whom)
        }
        ConsentVerb::Decline { room, whom } => {
            let said = format!("nobody came into {room}; the invitation is over");
            answer::<MemberDecline>(context, &said, room, whom)
        }
        ConsentVerb::Execution {
            room,
            state,
            whom,
            answered_by,
        } => {
            let who = named(whom.as_deref());
            let agreed = state == OnOff::On;
            let said = if agreed {
                format!(
                    "{who} willing to run what is asked in {room}, as far as the room allows it"
                )
            } else {
                format!("{who} not running what is asked in {room}")
            };
            let input = ExecutionInput {
                room,
                participant: whom,
                agreed,
                answered_by,
            };
            done::<MemberExecution>(context, input, &said)
        }
    }
}

fn named(whom: Option<&str>) -> String {
    whom.map_or_else(
        || "you are".to_owned(),
        |whom| format!("@{} is", bare(whom)),
    )
}

fn answer<O: Operation<Input = InvitationInput, Output = Done>>(
    context: &Context,
    said: &str,
    room: String,
    participant: Option<String>,
) -> Outcome<()> {
    done::<O>(context, InvitationInput { room, participant }, said)
}

fn invitations(context: &Context, room: Option<String>) -> Outcome<()> {
    let waiting = context
        .http()?
        .call::<MemberInvitations>(InvitationListInput { room })?;
    if printed_json(context, &waiting)? {
        return Ok(());
    }
    if waiting.items.is_empty() {
        line("No invitation waits for an answer.");
        return Ok(());
    }
    let rows: Vec<_> = waiting
        .items
        .iter()
        .map(|one| {
            let by = one.by.as_ref().map(|by| format!("@{}", by.handle));
            vec![
                one.name.clone().unwrap_or_else(|| one.room.to_string()),
                format!("@{}", one.participant.handle),
                by.unwrap_or_else(|| "the node".to_owned()),
            ]
        })
        .collect();
    table(&["room", "who", "invited by"], &rows);
    Ok(())
}
