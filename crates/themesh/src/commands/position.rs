//! Positions: where members of a room stand.

use clap::{Args, Subcommand};
use mesh_model::api::{List, Position, PositionSetInput, PositionWalkInput, RoomRefInput};
use mesh_model::ops::{PositionList, PositionSet, PositionWalk};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json, table};

/// Positions: where members of a room stand on its plane, as far as its radius lets you see
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh position set shop 3 -2.5")]
pub enum PositionVerb {
    /// List those whom you see
    #[command(after_help = "Example: mesh position list shop")]
    List {
        /// The room
        room: String,
    },
    /// Stand somewhere
    #[command(
        after_help = "Examples: mesh position set shop 3 -2.5\n          mesh position set shop 0 12 --facing 180 --who rex"
    )]
    Set {
        #[command(flatten)]
        place: Place,
        /// Where to look, degrees from north over east
        #[arg(long, value_name = "DEGREES")]
        facing: Option<u16>,
    },
    /// Walk there with the room's speed, by its simulation clock if it has one
    #[command(after_help = "Example: mesh position walk shop 40 0")]
    Walk(Place),
}

#[derive(Debug, Args)]
pub struct Place {
    /// The room
    pub room: String,
    /// Metres to the east of the middle, -1000 to 1000
    #[arg(allow_negative_numbers = true)]
    pub x: f64,
    /// Metres to the north of the middle
    #[arg(allow_negative_numbers = true)]
    pub y: f64,
    /// Somebody below you instead of yourself
    #[arg(long, value_name = "HANDLE")]
    pub who: Option<String>,
}

/// `mesh position …`
pub fn position(context: &Context, verb: PositionVerb) -> Outcome<()> {
    let http = context.http()?;
    let stands = match verb {
        PositionVerb::List { room } => {
            let room = named(&room);
            let list = http.call::<PositionList>(RoomRefInput { room })?;
            return listed(context, &list);
        }
        PositionVerb::Set { place, facing } => http.call::<PositionSet>(PositionSetInput {
            room: named(&place.room),
            x: place.x,
            y: place.y,
            facing,
            participant: place.who,
        })?,
        PositionVerb::Walk(place) => http.call::<PositionWalk>(PositionWalkInput {
            room: named(&place.room),
            x: place.x,
            y: place.y,
            participant: place.who,
        })?,
    };
    if !printed_json(context, &stands)? {
        let how = if stands.walking {
            "walks from"
        } else {
            "stands at"
        };
        let handle = &stands.participant.handle;
        line(&format!("@{handle} {how} {}, {}", stands.x, stands.y));
    }
    Ok(())
}

/// A shell takes `#shop` for a comment, and people write rooms with it all the same.
fn named(room: &str) -> String {
    room.strip_prefix('#').unwrap_or(room).to_owned()
}

fn listed(context: &Context, list: &List<Position>) -> Outcome<()> {
    if printed_json(context, list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("You see nobody there. Take a place: mesh position set ROOM X Y");
        return Ok(());
    }
    let rows = list.items.iter().map(|it| {
        vec![
            format!("@{}", it.participant.handle),
            format!("{:.2}", it.x),
            format!("{:.2}", it.y),
            format!("{}°", it.facing),
            if it.walking { "walks" } else { "stands" }.to_owned(),
        ]
    });
    table(&["who", "x", "y", "looks", ""], &rows.collect::<Vec<_>>());
    Ok(())
}
