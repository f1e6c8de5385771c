//! Who made a result and from what. The signatures are verified here: the node's word for it is not taken.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;

use mesh_model::api::{ParticipantNameInput, ProvenanceView, SignedLink, TaskRefInput};
use mesh_model::ops::{IdentityList, TaskProvenance};
use mesh_model::{OutputHash, TaskId};
use mesh_proof::Digest;
use mesh_proof::provenance::{Made, Signed, verify};
use mesh_sdk::http::Http;
use serde_json::json;

use super::{short, show};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, printed_json};
use crate::times;

/// `mesh task provenance`
pub fn provenance(context: &Context, http: &Http, task: TaskId) -> Outcome<ExitCode> {
    let view = http.call::<TaskProvenance>(TaskRefInput { task })?;
    let keys = keys(http, &view)?;
    let found = check(&view, |agent, key, _| {
        keys.contains(&(agent.to_owned(), *key))
    });
    let answer =
        json!({"provenance": view, "verified": found.broken.is_none(), "broken": found.broken});
    if !printed_json(context, &answer)? {
        print(&view, &found);
    }
    Ok(match found.broken {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}

/// What was found out here.
struct Checked {
    /// How many results hold, from the first on.
    good: usize,
    /// What is wrong with the next one.
    broken: Option<String>,
}

/// The keys of everybody who signed.
fn keys(http: &Http, view: &ProvenanceView) -> Outcome<HashSet<(String, [u8; 32])>> {
    let mut keys = HashSet::new();
    let agents: HashSet<String> = view
        .results
        .iter()
        .map(|link| link.agent.to_string())
        .collect();
    for agent in agents {
        let asked = ParticipantNameInput {
            participant: agent.clone(),
        };
        let found = http.call::<IdentityList>(asked)?.items;
        keys.extend(found.into_iter().map(|key| (agent.clone(), key.key.0)));
    }
    Ok(keys)
}

fn check(view: &ProvenanceView, owns: impl Fn(&str, &[u8; 32], u64) -> bool) -> Checked {
    let signed: Vec<Signed> = view.results.iter().map(|link| signed(view, link)).collect();
    let wrong = match verify(&view.mesh.to_string(), &signed, owns) {
        Err(broken) => Some((broken.place, broken.what.to_string())),
        Ok(links) => {
            let told = view.results.iter().map(|link| link.link.0);
            let place = links
                .iter()
                .zip(told)
                .position(|(link, told)| link.0 != told);
            place.map(|place| (place, "the node names another link for it".to_owned()))
        }
    };
    let of = |place: usize| {
        view.results
            .get(place)
            .map(|link| short(link.task))
            .unwrap_or_default()
    };
    match wrong {
        None => Checked {
            good: signed.len(),
            broken: None,
        },
        Some((place, what)) => Checked {
            good: place,
            broken: Some(format!(
                "result {} of task {}: {what}",
                place + 1,
                of(place)
            )),
        },
    }
}

fn signed(view: &ProvenanceView, link: &SignedLink) -> Signed {
    Signed {
        made: Made {
            mesh: view.mesh.to_string(),
            previous: link.previous.iter().map(|hash| Digest(hash.0)).collect(),
            at_ms: link.at.0,
            agent: link.agent.to_string(),
            task: link.task.to_string(),
            output: Digest(link.output.0),
        },
        key: link.key.0,
        sig: link.sig.0,
    }
}

fn print(view: &ProvenanceView, found: &Checked) {
    let Some(last) = view.results.len().checked_sub(1) else {
        line("No result that this task is built on is signed.");
        return;
    };
    let places: HashMap<OutputHash, usize> = view
        .results
        .iter()
        .enumerate()
        .map(|(place, link)| (link.link, place))
        .collect();
    let mut shown = HashSet::new();
    branch(view, found, &places, &mut shown, last, "", "");
    // Other results that are there without being what the last one is built on.
    for place in (0..last).rev() {
        if !shown.contains(&place) {
            branch(view, found, &places, &mut shown, place, "", "");
        }
    }
    for task in &view.unsigned {
        line(&paint(
            Colour::Warning,
            &format!("? {}  has a result without a signature", short(task)),
        ));
    }
    line("");
    match &found.broken {
        None => line(&paint(
            Colour::Good,
            &format!(
                "{} signatures and their links hold, verified here",
                found.good
            ),
        )),
        Some(broken) => line(&paint(Colour::Bad, &format!("broken: {broken}"))),
    }
    if view.holds != found.broken.is_none() {
        line(&paint(
            Colour::Bad,
            "The node says otherwise. Export the log and verify it: mesh log verify",
        ));
    }
}

fn branch(
    view: &ProvenanceView,
    found: &Checked,
    places: &HashMap<OutputHash, usize>,
    shown: &mut HashSet<usize>,
    place: usize,
    edge: &str,
    below: &str,
) {
    let Some(link) = view.results.get(place) else {
        return;
    };
    let tick = match place.cmp(&found.good) {
        std::cmp::Ordering::Less => paint(Colour::Good, "✓"),
        std::cmp::Ordering::Equal => paint(Colour::Bad, "✗"),
        std::cmp::Ordering::Greater => paint(Colour::Warning, "?"),
    };
    let agent = link.handle.clone().unwrap_or_else(|| short(link.agent));
    let key = link.key.to_string();
    line(&format!(
        "{edge}{tick} {}  @{agent}  {}",
        show::title(link.title.as_deref()),
        paint(
            Colour::Quiet,
            &format!(
                "{}, {}, key {}",
                short(link.task),
                times::relative(link.at),
                key.get(..12).unwrap_or(&key)
            )
        )
    ));
    if !shown.insert(place) {
        return;
    }
    let previous: Vec<usize> = link
        .previous
        .iter()
        .filter_map(|hash| places.get(hash).copied())
        // Only what stands before it can be what it was built on.
        .filter(|earlier| *earlier < place)
        .collect();
    for (index, earlier) in previous.iter().enumerate() {
        let (here, under) = if index + 1 == previous.len() {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        branch(
            view,
            found,
            places,
            shown,
            *earlier,
            &format!("{below}{here}"),
            &format!("{below}{under}"),
        );
    }
}
