//! `mesh resurrect`: the context of a session that is over, for whoever goes on from there.

use clap::Args;
use mesh_guard::Envelope;
use mesh_model::api::{EventListInput, ParticipantRef, SessionListInput, StreamItem, TaskRefInput};
use mesh_model::events::{Facts, SessionFacts};
use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_model::ops::{EventList, SessionList, TaskGet};
use mesh_model::{Seq, SessionId};
use mesh_observe::beacon::Beacons;
use mesh_observe::recall::{INPUTS, Recall, Section};
use mesh_sdk::http::Http;
use mesh_sdk::{Error, fresh_key};
use serde_json::json;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{clean, line, printed_json};
use crate::times;

/// Give the context of a session that is over: goal, open work, decisions, questions, files, last words, from the log alone
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh resurrect --of rex\n          mesh --as tom resurrect 01a22545-9b42-75fd-8d45-6ee88fb7d9f9 --tokens 1500 | claude -p\n\nIt has what you may see yourself. All of it is data, in an envelope; the places in the log stand beside it."
)]
pub struct ResurrectArgs {
    /// The session
    #[arg(required_unless_present = "of")]
    pub session: Option<String>,
    /// The last session of this participant that has ended; if none has, the one that began last
    #[arg(long, value_name = "HANDLE", conflicts_with = "session")]
    pub of: Option<String>,
    /// Tokens that it may have
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub tokens: u32,
    /// Read the whole log though an observer has left a beacon
    #[arg(long)]
    pub from_log: bool,
}

/// `mesh resurrect`
pub fn resurrect(context: &Context, args: ResurrectArgs) -> Outcome<()> {
    let http = context.http()?;
    let session = match args.session {
        Some(text) => text.parse().map_err(|_| {
            let what = format!("'{}' is no session's id", clean(&text));
            Failure::usage(what, "mesh session list --ended shows them").so(Effect::NothingSent)
        })?,
        None => last_of(&http, args.of)?,
    };
    let mut beacons = Beacons::of(session);
    if !args.from_log {
        events(
            &http,
            Seq::ZERO,
            vec!["event.published".to_owned()],
            |item| {
                beacons.take(&item);
                true
            },
        )?;
    }
    let lit = from_beacons(&http, session, &beacons)?;
    let by_beacon = lit.is_some();
    let (began, whose, mut recall, after) = match lit {
        Some(found) => found,
        None => {
            let (began, whose) = beginning(&http, session)?;
            let recall = Recall::new(session, whose.id);
            (began, whose, recall, Seq(began.0 - 1))
        }
    };
    let types = INPUTS.iter().map(|kind| (*kind).to_owned()).collect();
    events(&http, after, types, |item| {
        recall.take(&item);
        true
    })?;
    for task in recall.wanted() {
        match http.call::<TaskGet>(TaskRefInput { task }) {
            Ok(detail) => recall.learn(&detail),
            // Out of sight by now, or erased: what the log still tells is there.
            Err(Error::Refused(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let sections = recall.sections(times::now(), args.tokens as usize);
    let told = json!({
        "session": session,
        "participant": whose,
        "began": began,
        "ended": recall.ended(),
        "back": recall.is_back(),
        "beacons": if by_beacon { json!(beacons.lit()) } else { json!([]) },
        "sections": sections,
    });
    if printed_json(context, &told)? {
        return Ok(());
    }
    if by_beacon {
        let lit = beacons.lit().into_iter();
        let lit: Vec<String> = lit
            .map(|(seq, by)| format!("{seq} by @{}", clean(by)))
            .collect();
        eprintln!(
            "mesh: from the beacon at place {}, and what came after it; --from-log reads the whole log",
            lit.join(", ")
        );
    }
    if recall.ended().is_none() {
        eprintln!("mesh: this session has not ended");
    } else if recall.is_back() {
        eprintln!("mesh: @{} has been back since", whose.handle);
    }
    line(&enveloped(session, &whose, &sections));
    Ok(())
}

/// The session of somebody's that ended last. One whose program is gone counts as open until its time is over: if none has
/// ended, it is the one that began last.
fn last_of(http: &Http, participant: Option<String>) -> Outcome<SessionId> {
    let input = SessionListInput {
        participant,
        ended: true,
    };
    let sessions = http.call::<SessionList>(input)?.items;
    let last = sessions
        .iter()
        .max_by_key(|one| (one.closed_at, one.opened_at));
    last.map(|one| one.id).ok_or_else(|| {
        let hint = "mesh session list --ended shows those that you may know of";
        Failure::here("they never had a session that you may know of", hint).so(Effect::NothingDone)
    })
}

/// What beacons know of a session: its events at their places, read as this reader sees them. `None` without a beacon, or if
/// it names another beginning than the log.
fn from_beacons(
    http: &Http,
    session: SessionId,
    beacons: &Beacons,
) -> Outcome<Option<(Seq, ParticipantRef, Recall, Seq)>> {
    let Some(began) = beacons.began() else {
        return Ok(None);
    };
    let mut recall: Option<(ParticipantRef, Recall)> = None;
    for place in beacons.places() {
        let page = http.call::<EventList>(EventListInput {
            after: Seq(place.0.saturating_sub(1)),
            limit: Some(1),
            room: None,
            types: Vec::new(),
        })?;
        // What this reader may not see, or what is no more, is passed over.
        let mut found = page.items.into_iter().filter(|item| item.seq == place);
        let Some(item) = found.next() else { continue };
        if place == began
            && let Some(Facts::Session(SessionFacts::Opened(opened))) = item.event()
            && opened.session == session
            && let Some(whose) = item.from.clone()
        {
            let fresh = Recall::new(session, whose.id);
            recall = Some((whose, fresh));
        }
        if let Some((_, recall)) = &mut recall {
            recall.take(&item);
        }
    }
    Ok(recall.map(|(whose, recall)| (began, whose, recall, beacons.upto())))
}

/// Where a session began, and whose it is.
fn beginning(http: &Http, session: SessionId) -> Outcome<(Seq, ParticipantRef)> {
    let mut found = None;
    events(http, Seq::ZERO, vec!["session.opened".to_owned()], |item| {
        if let Some(Facts::Session(SessionFacts::Opened(opened))) = item.event()
            && opened.session == session
        {
            found = item.from.clone().map(|from| (item.seq, from));
        }
        found.is_none()
    })?;
    found.ok_or_else(|| {
        let hint = "mesh session list --ended shows those that you may know of";
        Failure::here("there is no such session, or you may not know of it", hint)
            .so(Effect::NothingDone)
    })
}

/// Reads the log from behind a place on, as long as more is wanted.
fn events(
    http: &Http,
    mut after: Seq,
    types: Vec<String>,
    mut take: impl FnMut(StreamItem) -> bool,
) -> Outcome<()> {
    loop {
        let page = http.call::<EventList>(EventListInput {
            after,
            limit: Some(PAGE_ITEMS_MAX as u32),
            room: None,
            types: types.clone(),
        })?;
        for item in page.items {
            if !take(item) {
                return Ok(());
            }
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}

/// All of it in one envelope: whatever stands there was written by others.
fn enveloped(session: SessionId, whose: &ParticipantRef, sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        text.push_str(&format!("{}\n", section.title.to_uppercase()));
        section
            .lines
            .iter()
            .for_each(|line| text.push_str(&format!("- {line}\n")));
        if section.left_out > 0 {
            text.push_str(&format!("- ({} more left out)\n", section.left_out));
        }
    }
    if sections.is_empty() {
        text.push_str("Nothing of it can be seen from here.\n");
    }
    let envelope = Envelope {
        sender: &whose.handle,
        origin: &format!("the session {session}, as the log tells it"),
        trust: whose.trust.name(),
        reasons: "",
        text: &text,
    };
    envelope.wrap(&fresh_key())
}
