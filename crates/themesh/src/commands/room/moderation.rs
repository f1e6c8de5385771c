//! What moderators do about a room and its members.

use clap::{Subcommand, ValueEnum};
use mesh_model::api::{
    Done, HoldInput, MemberRefInput, ModerateInput, MuteInput, PrimaryInput, RoomRefInput,
    SlowModeInput, TransferInput,
};
use mesh_model::ops::{
    MemberBan, MemberMute, MemberRemove, MemberRestrained, MemberUnban, MemberUnmute, Operation,
    RoomHold, RoomPrimary, RoomPublish, RoomSlowMode, RoomTransfer, RoomUnpublish,
};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json, table};
use crate::times::seconds;

#[derive(Debug, Subcommand)]
pub enum ModerationVerb {
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
    /// Name the agent to whom a line of chat goes that is no command; without one, nobody in particular
    #[command(after_help = "Example: mesh room primary ops rex")]
    Primary {
        /// The room
        room: String,
        /// The member
        handle: Option<String>,
    },
    /// Let everybody in the world read on the public page what is said in a room from here on
    #[command(
        after_help = "Example: mesh room publish square\n\nIts rules have to let words out of the mesh (data.leave.outside), and the owner has the page on (mesh public on)."
    )]
    Publish {
        /// The room
        room: String,
    },
    /// Take a room from the public page at once
    #[command(after_help = "Example: mesh room unpublish square")]
    Unpublish {
        /// The room
        room: String,
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

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}

/// `mesh room mute|kick|…`
pub fn moderate(context: &Context, verb: ModerationVerb) -> Outcome<()> {
    match verb {
        ModerationVerb::Mute {
            room,
            handle,
            span,
            reason,
        } => {
            let said = format!("@{} is muted in {room}", bare(&handle));
            let input = MuteInput {
                room,
                participant: handle,
                seconds: span.as_deref().map(seconds).transpose()?,
                reason,
            };
            done::<MemberMute>(context, input, &said)
        }
        ModerationVerb::Unmute { room, handle } => {
            let said = format!("@{} may speak in {room} again", bare(&handle));
            let input = MemberRefInput {
                room,
                participant: handle,
            };
            done::<MemberUnmute>(context, input, &said)
        }
        ModerationVerb::Kick {
            room,
            handle,
            reason,
        } => {
            let said = format!("@{} is no member of {room} any more", bare(&handle));
            done::<MemberRemove>(context, about(room, handle, reason), &said)
        }
        ModerationVerb::Ban {
            room,
            handle,
            reason,
        } => {
            let said = format!("@{} is out of {room} and stays out", bare(&handle));
            done::<MemberBan>(context, about(room, handle, reason), &said)
        }
        ModerationVerb::Unban { room, handle } => {
            let said = format!("@{} may join {room} or be added again", bare(&handle));
            let input = MemberRefInput {
                room,
                participant: handle,
            };
            done::<MemberUnban>(context, input, &said)
        }
        other => of_room(context, other),
    }
}

/// What is done to the room as a whole.
fn of_room(context: &Context, verb: ModerationVerb) -> Outcome<()> {
    match verb {
        ModerationVerb::Slow { room, seconds } => {
            let said = match seconds {
                0 => format!("{room} has no slow mode any more"),
                _ => format!("everybody waits {seconds} s between two messages in {room}"),
            };
            done::<RoomSlowMode>(context, SlowModeInput { room, seconds }, &said)
        }
        ModerationVerb::Primary { room, handle } => {
            let said = match &handle {
                Some(handle) => format!("lines said to {room} go to @{}", bare(handle)),
                None => format!("lines said to {room} go to nobody in particular"),
            };
            let input = PrimaryInput {
                room,
                participant: handle,
            };
            done::<RoomPrimary>(context, input, &said)
        }
        ModerationVerb::Publish { room } => {
            let said =
                format!("what is said in {room} from here on stands at /public/rooms/{room}");
            done::<RoomPublish>(context, RoomRefInput { room }, &said)
        }
        ModerationVerb::Unpublish { room } => {
            let said = format!("nothing of {room} is public any more");
            done::<RoomUnpublish>(context, RoomRefInput { room }, &said)
        }
        ModerationVerb::Hold { room, state } => {
            let hold = state == OnOff::On;
            let said = if hold {
                format!("nothing said in {room} is erased while the hold is on")
            } else {
                format!("the hold on {room} is over; retention goes on")
            };
            done::<RoomHold>(context, HoldInput { room, hold }, &said)
        }
        ModerationVerb::Transfer { room, handle } => {
            let said = format!("@{} sets the rules of {room} from here on", bare(&handle));
            let input = TransferInput { room, to: handle };
            done::<RoomTransfer>(context, input, &said)
        }
        ModerationVerb::Restrained { room } => restrained(context, room),
        _ => Ok(()),
    }
}

pub(super) fn bare(handle: &str) -> &str {
    handle.trim_start_matches('@')
}

fn about(room: String, participant: String, reason: String) -> ModerateInput {
    ModerateInput {
        room,
        participant,
        reason,
    }
}

pub(super) fn done<O: Operation<Output = Done>>(
    context: &Context,
    input: O::Input,
    said: &str,
) -> Outcome<()> {
    let answer = context.http()?.call::<O>(input)?;
    if !printed_json(context, &answer)? {
        line(said);
    }
    Ok(())
}

fn restrained(context: &Context, room: String) -> Outcome<()> {
    let input = RoomRefInput { room: room.clone() };
    let held = context.http()?.call::<MemberRestrained>(input)?;
    if printed_json(context, &held)? {
        return Ok(());
    }
    let muted = held.muted.iter().map(|one| {
        let until = one.until.map_or_else(
            || "until somebody ends it".to_owned(),
            |until| format!("until {until}"),
        );
        let handle = format!("@{}", one.participant.handle);
        vec![handle, "muted".to_owned(), until, one.seq.to_string()]
    });
    let banned = held.banned.iter().map(|one| {
        let handle = format!("@{}", one.participant.handle);
        let until = "until somebody ends it".to_owned();
        vec![handle, "banned".to_owned(), until, one.seq.to_string()]
    });
    let rows: Vec<_> = muted.chain(banned).collect();
    if rows.is_empty() {
        line(&format!("Nobody is muted or banned in {room}."));
        return Ok(());
    }
    table(&["who", "is", "until", "set at"], &rows);
    Ok(())
}
