//! What one wants to hear: which rooms, at which hours, and which browsers are told.

use clap::{Args, Subcommand, ValueEnum};
use mesh_model::api::{
    Attention, AttentionInput, BrowserRefInput, Hears, NoInput, PushBrowser, QuietHours, RoomHeard,
    RoomRefInput,
};
use mesh_model::ops::{AttentionGet, AttentionSet, PushList, PushTest, RoomGet, RoomList};
use mesh_model::policy::Day;
use mesh_model::{Millis, RoomId};
use mesh_sdk::http::Http;

use super::schedule::zone;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint, printed_json, table};
use crate::times;

/// What you want to hear, and when nothing is to disturb you; for an agent, when no session of it is woken
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples: mesh attention\n          mesh attention room ops all\n          mesh attention quiet 22:00-07:00 --zone local\n          mesh attention silence 2h"
)]
pub struct AttentionArgs {
    #[command(subcommand)]
    verb: Option<AttentionVerb>,
}

#[derive(Debug, Subcommand)]
enum AttentionVerb {
    /// Show what holds
    #[command(after_help = "Example: mesh attention show")]
    Show,
    /// Hear every message of a room, what names you, or nothing
    #[command(after_help = "Example: mesh attention room ops all")]
    Room {
        /// The room
        room: String,
        /// How much of it
        hears: HearsArg,
    },
    /// Hours in which nothing disturbs, or off
    #[command(
        after_help = "Examples: mesh attention quiet 22:00-07:00 --zone local\n          mesh attention quiet 18:00-09:00 --days fri,sat,sun --zone Europe/Berlin\n          mesh attention quiet off"
    )]
    Quiet {
        /// HH:MM-HH:MM, over midnight too; or off
        hours: String,
        /// The days on which they begin (default: every day)
        #[arg(long, value_delimiter = ',', value_parser = day)]
        days: Vec<Day>,
        /// The time zone, such as Europe/Berlin; 'local' for this machine's
        #[arg(long, value_name = "ZONE", default_value = "UTC")]
        zone: String,
    },
    /// Let nothing disturb for a while, or off
    #[command(
        after_help = "Examples: mesh attention silence 2h\n          mesh attention silence off"
    )]
    Silence {
        /// For how long: 45m, 2h, 1d; or off
        span: String,
    },
    /// Whether questions that wait for you, and messages sent as `now`, come nevertheless
    #[command(after_help = "Example: mesh attention urgent yes")]
    Urgent {
        /// yes or no
        #[arg(value_parser = ["yes", "no"])]
        urgent: String,
    },
    /// List the browsers that are told of what waits for you
    #[command(after_help = "Example: mesh attention browsers")]
    Browsers,
    /// Tell a browser something now, and say what came of it
    #[command(after_help = "Example: mesh attention test 4811")]
    Test {
        /// The browser's number: mesh attention browsers
        browser: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HearsArg {
    /// Every message
    All,
    /// What names you, and what is direct
    Mentions,
    /// Nothing that is said there
    Nothing,
}

fn day(text: &str) -> Result<Day, String> {
    serde_json::from_value(text.to_lowercase().into())
        .map_err(|_| "days are mon, tue, wed, thu, fri, sat and sun".to_owned())
}

/// `mesh attention …`
pub fn attention(context: &Context, args: AttentionArgs) -> Outcome<()> {
    let http = context.http()?;
    let found = || http.call::<AttentionGet>(NoInput {});
    match args.verb.unwrap_or(AttentionVerb::Show) {
        AttentionVerb::Show => show(context, &http, &found()?),
        AttentionVerb::Browsers => browsers(context, &http),
        AttentionVerb::Test { browser } => {
            let sent = http.call::<PushTest>(BrowserRefInput { browser })?;
            if !printed_json(context, &sent)? {
                let told = sent
                    .trouble
                    .unwrap_or_else(|| "its push service took it".to_owned());
                line(&told);
            }
            Ok(())
        }
        change => {
            let changed = changed(&http, input(found()?), change)?;
            show(context, &http, &http.call::<AttentionSet>(changed)?)
        }
    }
}

/// What holds, as it is set again.
fn input(found: Attention) -> AttentionInput {
    AttentionInput {
        rooms: found.rooms,
        quiet: found.quiet,
        silent_until: found.silent_until,
        urgent: found.urgent,
    }
}

fn changed(http: &Http, mut now: AttentionInput, change: AttentionVerb) -> Outcome<AttentionInput> {
    match change {
        AttentionVerb::Room { room, hears } => {
            let room = room.trim_start_matches('#').to_owned();
            let room = http.call::<RoomGet>(RoomRefInput { room })?.id;
            now.rooms.retain(|heard| heard.room != room);
            match hears {
                HearsArg::All => now.rooms.push(RoomHeard {
                    room,
                    hears: Hears::All,
                }),
                HearsArg::Nothing => now.rooms.push(RoomHeard {
                    room,
                    hears: Hears::Nothing,
                }),
                // It is so unless something else is said.
                HearsArg::Mentions => {}
            }
        }
        AttentionVerb::Quiet { hours, .. } if hours == "off" => now.quiet = None,
        AttentionVerb::Quiet {
            hours,
            days,
            zone: named,
        } => {
            let (from, to) = hours.split_once('-').ok_or_else(|| {
                Failure::usage(
                    format!("'{hours}' names no hours"),
                    "such as 22:00-07:00, or off",
                )
                .so(Effect::NothingChanged)
            })?;
            now.quiet = Some(QuietHours {
                days,
                from: from.trim().to_owned(),
                to: to.trim().to_owned(),
                zone: zone(named)?,
            });
        }
        AttentionVerb::Silence { span } if span == "off" => now.silent_until = None,
        AttentionVerb::Silence { span } => now.silent_until = Some(times::later(&span)?),
        AttentionVerb::Urgent { urgent } => now.urgent = urgent == "yes",
        AttentionVerb::Show | AttentionVerb::Browsers | AttentionVerb::Test { .. } => {}
    }
    Ok(now)
}

fn show(context: &Context, http: &Http, found: &Attention) -> Outcome<()> {
    if printed_json(context, found)? {
        return Ok(());
    }
    match found.held_until {
        Some(until) => line(&paint(
            Colour::Warning,
            &format!(
                "nothing disturbs until {until} ({})",
                times::relative(until)
            ),
        )),
        None => line("you are told now"),
    }
    if let Some(until) = found.silent_until.filter(|until| *until > times::now()) {
        line(&format!("  silent until {until}"));
    }
    if let Some(quiet) = &found.quiet {
        line(&format!(
            "  quiet {}-{} {}, {}",
            quiet.from,
            quiet.to,
            quiet.zone,
            days(&quiet.days)
        ));
    }
    line(if found.urgent {
        "  questions that wait for you, and messages sent as now, come nevertheless"
    } else {
        "  what is urgent waits too"
    });
    let named = names(http, found)?;
    for (name, hears) in named {
        line(&format!("  #{name}: {hears}"));
    }
    line(&paint(
        Colour::Quiet,
        "of all other rooms you hear what names you and what is direct",
    ));
    Ok(())
}

fn days(days: &[Day]) -> String {
    if days.is_empty() {
        return "every day".to_owned();
    }
    let name = |day: &Day| serde_json::to_value(day).ok()?.as_str().map(str::to_owned);
    days.iter().filter_map(name).collect::<Vec<_>>().join(" ")
}

/// The rooms by their names; one that is not seen any more by its id.
fn names(http: &Http, found: &Attention) -> Outcome<Vec<(String, &'static str)>> {
    if found.rooms.is_empty() {
        return Ok(Vec::new());
    }
    let rooms = http.call::<RoomList>(NoInput {})?.items;
    let name = |id: RoomId| {
        let room = rooms.iter().find(|room| room.id == id);
        room.and_then(|room| room.name.clone())
            .unwrap_or_else(|| id.to_string())
    };
    let hears = |hears| match hears {
        Hears::All => "every message",
        Hears::Mentions => "what names you",
        Hears::Nothing => "nothing",
    };
    Ok(found
        .rooms
        .iter()
        .map(|heard| (name(heard.room), hears(heard.hears)))
        .collect())
}

fn browsers(context: &Context, http: &Http) -> Outcome<()> {
    let found = http.call::<PushList>(NoInput {})?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("No browser is told. Switch it on in the page: Settings, Notifications.");
        return Ok(());
    }
    let row = |browser: &PushBrowser| {
        let last = browser.last.as_ref();
        let last = last.map_or("-".to_owned(), |sent| {
            sent.trouble.clone().unwrap_or_else(|| "taken".to_owned())
        });
        let until = |at: Millis| times::relative(at);
        vec![
            browser.browser.to_string(),
            browser.service.clone(),
            until(browser.since),
            until(browser.expires),
            last,
        ]
    };
    let rows: Vec<Vec<String>> = found.items.iter().map(row).collect();
    table(&["browser", "service", "since", "ends", "last"], &rows);
    Ok(())
}
