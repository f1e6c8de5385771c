//! How many requests the node answers whom.

use clap::{Args, Subcommand};
use mesh_model::api::NoInput;
use mesh_model::events::{RequestLimits, RequestRate};
use mesh_model::ops::{LimitsGet, LimitsSet};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json, table};

/// How many requests the node answers whom
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example: mesh limits   (change them: mesh limits set untrusted=2/20)"
)]
pub struct LimitsArgs {
    #[command(subcommand)]
    pub verb: Option<LimitsVerb>,
}

#[derive(Debug, Subcommand)]
pub enum LimitsVerb {
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

/// `mesh limits …`
pub fn limits(context: &Context, args: LimitsArgs) -> Outcome<()> {
    let http = context.http()?;
    let mut limits = http.call::<LimitsGet>(NoInput {})?;
    match args.verb.unwrap_or(LimitsVerb::Show) {
        LimitsVerb::Show => {
            if printed_json(context, &limits)? {
                return Ok(());
            }
            table(&["of", "a second", "at once"], &rows(&limits));
            line("The owner is not limited. A refused request says when to come back.");
        }
        LimitsVerb::Set { limits: given } => {
            for one in &given {
                change(&mut limits, one)?;
            }
            let done = http.call::<LimitsSet>(limits)?;
            if !printed_json(context, &done)? {
                line(&format!("the limits hold from {} on", done.seq));
            }
        }
    }
    Ok(())
}

fn rows(limits: &RequestLimits) -> Vec<Vec<String>> {
    let all = [
        ("one local participant", limits.local),
        ("one federated participant", limits.federated),
        ("one untrusted participant", limits.untrusted),
        ("one address without a token", limits.address),
        ("the whole instance", limits.instance),
    ];
    all.into_iter()
        .map(|(whom, rate)| match rate.per_second {
            0 => vec![whom.to_owned(), "no limit".to_owned(), String::new()],
            often => vec![whom.to_owned(), often.to_string(), rate.burst.to_string()],
        })
        .collect()
}

/// Takes in `untrusted=5/50`.
fn change(limits: &mut RequestLimits, given: &str) -> Outcome<()> {
    let wrong = |what: &str| {
        Failure::usage(
            format!("'{given}': {what}"),
            "for example untrusted=5/50: 5 requests a second on average, 50 at once",
        )
        .so(Effect::NothingChanged)
    };
    let (whom, rate) = given
        .split_once('=')
        .ok_or_else(|| wrong("there is no '='"))?;
    let place = match whom {
        "local" => &mut limits.local,
        "federated" => &mut limits.federated,
        "untrusted" => &mut limits.untrusted,
        "address" => &mut limits.address,
        "instance" => &mut limits.instance,
        _ => {
            return Err(wrong(
                "there are limits of local, federated, untrusted, address and instance",
            ));
        }
    };
    let (per_second, burst) = rate
        .split_once('/')
        .and_then(|(often, burst)| Some((often.parse().ok()?, burst.parse().ok()?)))
        .ok_or_else(|| wrong("a limit is two numbers, A/B"))?;
    *place = RequestRate { per_second, burst };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_wrong_ones_are_named() {
        let mut limits = RequestLimits::default();
        change(&mut limits, "untrusted=7/70").unwrap();
        assert_eq!(
            (limits.untrusted.per_second, limits.untrusted.burst),
            (7, 70)
        );
        assert_eq!(limits.local, RequestLimits::default().local);
        for wrong in [
            "untrusted",
            "nobody=1/2",
            "local=1",
            "local=a/b",
            "local=-1/5",
        ] {
            assert!(change(&mut limits, wrong).is_err(), "{wrong}");
        }
    }
}
