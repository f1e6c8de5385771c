//! What the verbs for chats have in common: a person's own chat, or a room in a chat.

use clap::Args;
use mesh_connect::{Mode, Purpose};

use super::{Service, bridge, folder, page};
use crate::context::Context;
use crate::failure::Outcome;

/// For whom a connector to a chat runs.
#[derive(Debug, Args)]
pub struct PurposeArgs {
    /// What waits for you comes to a chat of yours, and what you write there is carried out as you
    #[arg(long, required_unless_present = "room")]
    pub mine: bool,
    /// Bridge this room with a chat, as the bridge that --as names
    #[arg(long, value_name = "ROOM", conflicts_with = "mine")]
    pub room: Option<String>,
    /// With --mine: where lines go that answer nothing
    #[arg(
        long = "in",
        value_name = "ROOM",
        default_value = "general",
        requires = "mine"
    )]
    pub within: String,
    /// With --mine: words of direct conversations with others go to the service too
    #[arg(long, requires = "mine")]
    pub direct: bool,
    /// With --mine: the page's address as your phone reaches it, for links
    #[arg(long, value_name = "URL", requires = "mine")]
    pub page: Option<String>,
    /// With --room: the chat, if its id is known; otherwise a code is shown to send there
    #[arg(long, value_name = "ID", requires = "room", allow_hyphen_values = true)]
    pub chat: Option<String>,
    /// With --room: let words from there call participants by @name
    #[arg(long, requires = "room")]
    pub mentions: bool,
    /// With --room, by the owner's token: register the bridge if it is not known here, and let it into the room
    #[arg(long, requires = "room")]
    pub yes: bool,
    /// Forget the chat that was chosen before, and show a new code
    #[arg(long)]
    pub pair: bool,
}

impl PurposeArgs {
    /// For whom that is. With --yes the bridge is let into its room.
    pub(super) fn purpose(&self, context: &Context, service: &Service) -> Outcome<Purpose> {
        let mode = match &self.room {
            None => Mode::Mine {
                room: self.within.trim_start_matches('#').to_owned(),
                page: self.page.as_deref().map(page).transpose()?,
                direct: self.direct,
            },
            Some(room) => {
                let room = room.trim_start_matches('#').to_owned();
                bridge(context, service, &room, self.yes)?;
                Mode::Room {
                    room,
                    chat: self.chat.clone(),
                    mentions: self.mentions,
                }
            }
        };
        Ok(Purpose {
            options: context.options()?,
            mode,
            pair: self.pair,
            folder: folder(context)?,
        })
    }
}
