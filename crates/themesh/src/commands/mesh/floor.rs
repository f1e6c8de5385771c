//! How loose those may make their rooms who are trusted less than `local`.

use clap::{Args, Subcommand};
use mesh_model::api::NoInput;
use mesh_model::events::Floor;
use mesh_model::ops::{FloorGet, FloorSet};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json, table};

/// How loose guests may make their rooms
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example: mesh floor   (change it: mesh floor set quarantine=70)"
)]
pub struct FloorArgs {
    #[command(subcommand)]
    pub verb: Option<FloorVerb>,
}

#[derive(Debug, Subcommand)]
pub enum FloorVerb {
    /// Show how loose guests may make their rooms
    #[command(after_help = "Example: mesh floor show")]
    Show,
    /// Change that; what you do not name stays
    #[command(
        after_help = "Example: mesh floor set quarantine=70 peers=off\n\nA score is 0 to 101; 101 allows any. Rooms of people and agents of this mesh are not bound."
    )]
    Set {
        /// mark, quarantine or refuse with the highest score a room may set; peers with on or off
        #[arg(required = true, value_name = "WHAT=VALUE")]
        changes: Vec<String>,
    },
}

/// `mesh floor …`
pub fn floor(context: &Context, args: FloorArgs) -> Outcome<()> {
    let http = context.http()?;
    let mut floor = http.call::<FloorGet>(NoInput {})?;
    match args.verb.unwrap_or(FloorVerb::Show) {
        FloorVerb::Show => {
            if printed_json(context, &floor)? {
                return Ok(());
            }
            table(&["a guest's room", "at most"], &rows(&floor));
            line("Whoever is trusted as local or owner is not bound by it.");
        }
        FloorVerb::Set { changes } => {
            for one in &changes {
                change(&mut floor, one)?;
            }
            let done = http.call::<FloorSet>(floor)?;
            if !printed_json(context, &done)? {
                line(&format!("the floor holds from {} on", done.seq));
            }
        }
    }
    Ok(())
}

fn rows(floor: &Floor) -> Vec<Vec<String>> {
    let score = |score: u8| match score {
        101.. => "any".to_owned(),
        score => score.to_string(),
    };
    let peers = if floor.peers { "anybody" } else { "nobody" };
    [
        ("marks words from this score on", score(floor.mark)),
        ("holds words from this score on", score(floor.quarantine)),
        ("refuses words from this score on", score(floor.refuse)),
        ("names as execution.peers", peers.to_owned()),
    ]
    .into_iter()
    .map(|(what, bound)| vec![what.to_owned(), bound])
    .collect()
}

/// Takes in `quarantine=70` or `peers=off`.
fn change(floor: &mut Floor, given: &str) -> Outcome<()> {
    let wrong = |what: &str| {
        Failure::usage(
            format!("'{given}': {what}"),
            "for example quarantine=70 or peers=off",
        )
        .so(Effect::NothingChanged)
    };
    let (what, value) = given
        .split_once('=')
        .ok_or_else(|| wrong("there is no '='"))?;
    if what == "peers" {
        floor.peers = match value {
            "on" => true,
            "off" => false,
            _ => return Err(wrong("peers is on or off")),
        };
        return Ok(());
    }
    let score = value
        .parse::<u8>()
        .ok()
        .filter(|score| *score <= 101)
        .ok_or_else(|| wrong("a score is 0 to 101"))?;
    let place = match what {
        "mark" => &mut floor.mark,
        "quarantine" => &mut floor.quarantine,
        "refuse" => &mut floor.refuse,
        _ => return Err(wrong("the floor has mark, quarantine, refuse and peers")),
    };
    *place = score;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_read_and_what_is_no_floor_is_named() {
        let mut floor = Floor::default();
        change(&mut floor, "quarantine=101").unwrap();
        change(&mut floor, "peers=on").unwrap();
        assert_eq!((floor.quarantine, floor.peers), (101, true));
        assert_eq!(floor.mark, Floor::default().mark);
        for wrong in [
            "quarantine",
            "quarantine=102",
            "quarantine=-1",
            "peers=yes",
            "trust=9",
        ] {
            assert!(change(&mut floor, wrong).is_err(), "{wrong}");
        }
    }
}
