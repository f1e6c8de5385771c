//! A room's rules: read, set, explained.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use clap::Subcommand;
use mesh_model::api::{Deed, ExplainInput, PolicySetInput, PolicyView, RoomRefInput};
use mesh_model::home;
use mesh_model::ops::{RoomExplain, RoomPolicyGet, RoomPolicySet};

use crate::context::{Context, write_private};
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, print, printed_json};
use crate::source::Source;

#[derive(Debug, Subcommand)]
pub enum PolicyVerb {
    /// Print a room's rules as a file, set them from one, or edit them
    #[command(
        after_help = "Examples: mesh room policy ops > ops.toml\n          mesh room policy ops --file ops.toml\n          mesh room policy ops --edit"
    )]
    Policy {
        /// The room
        room: String,
        /// Set the rules from this file, TOML or JSON; '-' reads standard input
        #[arg(long, value_name = "FILE")]
        file: Option<String>,
        /// Edit the rules with $VISUAL or $EDITOR; what is saved is set
        #[arg(long, conflicts_with = "file")]
        edit: bool,
        /// Set them even if nobody but the room's creator could speak or hear any more
        #[arg(long)]
        force: bool,
    },
    /// Say what somebody may do in a room, and which rule decides
    #[command(
        after_help = "Examples: mesh room explain ops rex\n          mesh room explain ops @rex speak"
    )]
    Explain {
        /// The room
        room: String,
        /// Who
        handle: String,
        /// speak, listen, execute, command, moderate, bridge, data_read, data_write, join or set_policy
        action: Option<String>,
    },
}

/// `mesh room policy` and `mesh room explain`
pub fn policy(context: &Context, verb: PolicyVerb) -> Outcome<()> {
    match verb {
        PolicyVerb::Policy {
            room,
            file: Some(file),
            force,
            ..
        } => set(context, room, &Source::read(&file)?, None, force),
        PolicyVerb::Policy {
            room,
            edit: true,
            force,
            ..
        } => edit(context, room, force),
        PolicyVerb::Policy { room, .. } => show(context, room),
        PolicyVerb::Explain {
            room,
            handle,
            action,
        } => explain(context, room, handle, action.as_deref()),
    }
}

fn show(context: &Context, room: String) -> Outcome<()> {
    let input = RoomRefInput { room: room.clone() };
    let view = context.http()?.call::<RoomPolicyGet>(input)?;
    if !printed_json(context, &view)? {
        print(&as_file(&room, &view)?);
    }
    Ok(())
}

/// The rules as a file that can be changed and set again.
fn as_file(room: &str, view: &PolicyView) -> Outcome<String> {
    let mut text = format!("# The rules of {room}: ");
    // Writing to a string does not fail.
    let _ = match (&view.set_by, view.set_at, view.seq) {
        (Some(who), Some(at), Some(seq)) => writeln!(
            text,
            "version {}, set by @{} at {at} ({seq} in the log).",
            view.version, who.handle
        ),
        _ => writeln!(text, "none were ever set."),
    };
    if view.slow_mode > 0 {
        let _ = writeln!(
            text,
            "# Slow mode: {} s between two messages.",
            view.slow_mode
        );
    }
    if view.hold {
        text.push_str("# A legal hold is on: nothing is erased.\n");
    }
    text.push_str("# Change this file and set it: mesh room policy ");
    let _ = writeln!(text, "{room} --file FILE\n");
    // TOML has no null, which a schema may contain. JSON is taken back as well, but has no comments.
    match toml::to_string(&view.policy) {
        Ok(rules) => text.push_str(&rules),
        Err(_) => {
            let rules = serde_json::to_string_pretty(&view.policy).map_err(|why| {
                Failure::here(why.to_string(), "ask for --json").so(Effect::NothingChanged)
            })?;
            return Ok(format!("{rules}\n"));
        }
    }
    Ok(text)
}

/// Opens the rules in an editor; what is saved is set, unless somebody else was faster.
fn edit(context: &Context, room: String, force: bool) -> Outcome<()> {
    let input = RoomRefInput { room: room.clone() };
    let view = context.http()?.call::<RoomPolicyGet>(input)?;
    let before = as_file(&room, &view)?;
    let path = home::policy(&context.home, view.room);
    write_private(&path, &before)?;
    let editor = std::env::var("VISUAL").or_else(|_| std::env::var("EDITOR"));
    let editor = editor.unwrap_or_else(|_| "vi".to_owned());
    // As git does it: the editor may be given with arguments.
    let ended = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg(&editor)
        .arg(&path)
        .status();
    if !ended.is_ok_and(|ended| ended.success()) {
        return Err(Failure::here(
            format!("the editor '{editor}' did not end well"),
            "set EDITOR, or use mesh room policy ROOM --file FILE",
        )
        .so(Effect::NoRulesSet));
    }
    let shown = path.display().to_string();
    let unread = |why| Failure::here(format!("{shown}: {why}"), "").so(Effect::NoRulesSet);
    let after = fs::read_to_string(&path).map_err(unread)?;
    if after == before {
        line("Nothing was changed.");
    } else {
        // When this is refused, the file stays for another try with --file.
        let source = Source::new(shown.as_str(), after);
        set(context, room, &source, Some(view.version), force)?;
    }
    fs::remove_file(&path)
        .map_err(|why| Failure::here(format!("{shown}: {why}"), "remove it yourself"))
}

fn set(
    context: &Context,
    room: String,
    source: &Source,
    expected_version: Option<u32>,
    force: bool,
) -> Outcome<()> {
    let input = PolicySetInput {
        room: room.clone(),
        policy: source.policy()?,
        expected_version,
        force,
    };
    let set = context
        .http()?
        .call::<RoomPolicySet>(input)
        .map_err(|why| source.explain("", why.into()))?;
    if !printed_json(context, &set)? {
        line(&format!(
            "{room} has version {} of its rules; they hold from {} on",
            set.version, set.seq
        ));
        line(&paint(
            Colour::Quiet,
            &format!("what may somebody do now? mesh room explain {room} HANDLE"),
        ));
    }
    Ok(())
}

fn explain(context: &Context, room: String, who: String, action: Option<&str>) -> Outcome<()> {
    let input = ExplainInput {
        room,
        participant: who,
        action: action.map(deed).transpose()?,
    };
    let told = context.http()?.call::<RoomExplain>(input)?;
    if printed_json(context, &told)? {
        return Ok(());
    }
    for one in &told.items {
        let mark = if one.allowed {
            paint(Colour::Good, "yes")
        } else {
            paint(Colour::Bad, "no ")
        };
        line(&format!("{mark}  {}", clean(&one.text)));
    }
    for context in &told.contexts {
        line(&clean(&context.text));
    }
    Ok(())
}

fn deed(text: &str) -> Outcome<Deed> {
    let wanted = text.replace('-', "_");
    let found = Deed::ALL.into_iter().find(|deed| deed.name() == wanted);
    found.ok_or_else(|| {
        let known: Vec<_> = Deed::ALL.iter().map(|deed| deed.name()).collect();
        Failure::usage(
            format!("'{text}' is nothing one does in a room"),
            format!("actions: {}", known.join(", ").replace('_', "-")),
        )
        .so(Effect::NothingSent)
    })
}

#[cfg(test)]
mod tests {
    use mesh_model::RoomId;
    use serde_json::json;

    use super::*;

    fn view(policy: serde_json::Value) -> PolicyView {
        PolicyView {
            words: None,
            room: serde_json::from_value::<RoomId>(json!("0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"))
                .unwrap(),
            version: 1,
            policy: serde_json::from_value(policy).unwrap(),
            set_by: None,
            set_at: None,
            seq: None,
            slow_mode: 0,
            hold: false,
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same_rules() {
        let full = json!({
            "rules": [{
                "name": "nights", "effect": "deny", "to": {"kinds": ["agent"], "trust": ["local"]},
                "capabilities": ["speak"], "why": "people \"sleep\"",
                "when": {"kinds": ["text"], "hours": [{"days": ["mon"], "from": "22:00", "to": "06:00", "utc_offset": -60}]}
            }],
            "messages": {"kinds": ["payload"], "types": ["report"], "schema": {"type": "object", "required": ["a"]}, "replies": "threads-only"},
            "limits": [{"name": "some", "bytes": 10, "rate": {"count": 1, "seconds": 2}}],
            "data": {"leave": {"rooms": ["ops"], "carriers": {"roles": ["lead"]}}, "enter": {}},
            "execution": {"triggers": {"groups": ["ops"]}, "peers": ["rex"]},
            "guard": {"scan": "all", "mark": 1, "quarantine": 2, "refuse": 3},
            "visibility": "private", "retention_days": 9
        });
        for policy in [
            full,
            json!({}),
            json!({"messages": {"schema": {"const": null}}}),
        ] {
            let view = view(policy);
            let text = as_file("ops", &view).unwrap();
            let again = Source::new("printed", text.as_str()).policy().unwrap();
            assert_eq!(again, view.policy, "{text}");
        }
    }
}
