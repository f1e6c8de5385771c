//! `link.discover`: who tells of itself at interchanges. All of it is the word of strangers: programs get it in envelopes.

use std::collections::BTreeSet;

use mesh_model::PublicKey;
use mesh_model::limits::{CARDS_MAX, DISCOVER_WORDS_CHARS_MAX, LINK_ADDRESS_BYTES_MAX};
use mesh_node::machine::{NO_DATA, Reader};

use crate::door::{Found, FoundMesh};
use crate::ops::present;
use crate::prelude::*;

/// How the addresses of links begin that go through an interchange: one that both name, and one where only this mesh knows the other.
const THROUGH: [&str; 2] = ["interchange+", super::join::OPEN];

impl Run for LinkDiscover {
    async fn run(
        door: &Door,
        call: &Call,
        input: LinkDiscoverInput,
    ) -> Result<LinkDiscovered, Refusal> {
        let words = input.words.unwrap_or_default();
        if words.chars().count() > DISCOVER_WORDS_CHARS_MAX {
            return Err(refuse::invalid(
                format!("at most {DISCOVER_WORDS_CHARS_MAX} characters are sought"),
                "use fewer words",
            )
            .within("/words"));
        }
        let ats = match input.at {
            Some(at) => vec![address(&at)?],
            None => known(&call.access),
        };
        let reader = present::reader(door, call);
        reader.note_outside();
        let mut all = Vec::with_capacity(ats.len());
        for at in ats {
            let found = match door.peers() {
                Some(peers) => peers.find(at.clone(), words.clone()).await,
                None => Err("this node goes to no interchange".to_owned()),
            };
            all.push(told(call, reader, &at, found));
        }
        Ok(LinkDiscovered { found: all })
    }
}

/// An interchange's address, as it is known from here on.
pub(super) fn address(at: &str) -> Result<String, Refusal> {
    let at = at.trim_end_matches('/');
    let rest = at
        .strip_prefix("https://")
        .or_else(|| at.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', '?', '#']))
        && at.len() <= LINK_ADDRESS_BYTES_MAX
        && at.bytes().all(|b| b.is_ascii_graphic());
    if good {
        return Ok(at.to_owned());
    }
    Err(refuse::invalid(
        "that is no address of an interchange",
        "such as https://interchange.example.org",
    )
    .within("/at"))
}

/// The interchanges that links and cards of this mesh name.
fn known(access: &Access) -> Vec<String> {
    let links = access.links().filter_map(|link| link.address.as_deref());
    let links =
        links.filter_map(|address| THROUGH.iter().find_map(|way| address.strip_prefix(way)));
    let cards = access.cards().map(|(at, _)| at);
    let all: BTreeSet<&str> = links.chain(cards).collect();
    all.into_iter().take(CARDS_MAX).map(str::to_owned).collect()
}

fn told(call: &Call, reader: Reader<'_>, at: &str, found: Result<Found, String>) -> LinkFoundAt {
    let tell = |text: String| {
        if text.is_empty() {
            return mesh_model::Told::default();
        }
        let reasons = "it is the word of a mesh that nobody here knows";
        reader
            .hear_tool("that finds other meshes", call.head, reasons, text, NO_DATA)
            .text
    };
    let (found, trouble) = match found {
        Ok(found) => (found, None),
        Err(why) => (Found::default(), Some(why)),
    };
    let mut meshes = found.meshes;
    meshes.sort_by(|a, b| (!a.here, &a.name).cmp(&(!b.here, &b.name)));
    LinkFoundAt {
        at: tell(at.to_owned()),
        trouble,
        meshes: meshes
            .into_iter()
            .map(|mesh| one(call, at, mesh, &tell))
            .collect(),
        unproved: found.unproved,
        more: found.more,
    }
}

fn one(
    call: &Call,
    at: &str,
    mesh: FoundMesh,
    tell: &dyn Fn(String) -> mesh_model::Told,
) -> LinkFoundMesh {
    let key: PublicKey = mesh.key;
    let known = call.access.link_to(&key);
    LinkFoundMesh {
        key,
        name: mesh.name,
        here: mesh.here,
        told_at: mesh.told_at,
        link: known.map(|link| link.name.clone()),
        own: call.access.mesh().is_some_and(|own| own.node_key == key),
        about: tell(mesh.words.about),
        rooms: (mesh.words.rooms.into_iter())
            .map(|(room, name, about)| LinkFoundRoom {
                room,
                name,
                about: tell(about),
                address: super::join::Meant::written(key, at, room),
            })
            .collect(),
        agents: (mesh.words.agents.into_iter())
            .map(|(name, can)| LinkFoundAgent { name, can })
            .collect(),
    }
}
