//! What every noun shows alike: participants by name, objects as they were stored; and for whom.

use mesh_core::Access;
use mesh_model::ParticipantId;
use mesh_model::api::{
    ClientInfo, ClientTold, ParticipantRef, Presence, PresenceTold, Profile, ProfileTold,
};
use mesh_model::events::{Cost, Kind, Relayed, Trust};
use mesh_node::machine::{Reader, Whose};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::door::{Call, Door};

/// A participant as it is named in messages and lists.
pub(crate) fn participant(access: &Access, id: ParticipantId) -> ParticipantRef {
    match access.participant(id) {
        Some(found) => ParticipantRef {
            id,
            handle: found.handle.clone(),
            kind: found.kind,
            trust: found.trust,
        },
        // Participants are never removed; the view may be an instant ahead of this picture.
        None => ParticipantRef {
            id,
            handle: id.to_string(),
            kind: Kind::Bot,
            trust: Trust::Untrusted,
        },
    }
}

/// A JSON object as it was stored.
pub(crate) fn object(json: &RawValue) -> Map<String, Value> {
    serde_json::from_str(json.get()).unwrap_or_default()
}

/// Who reads the call's answer.
pub(crate) fn reader<'a>(door: &'a Door, call: &'a Call) -> Reader<'a> {
    let envelopes = door.node().envelopes();
    match call.actor.participant() {
        Some(viewer) => Reader::noting(&call.access, viewer, envelopes, &call.seen),
        None => Reader::Program(envelopes, None),
    }
}

/// What a participant says of itself.
pub(crate) fn profile(
    access: &Access,
    reader: Reader<'_>,
    who: ParticipantId,
    profile: Profile,
) -> ProfileTold {
    let whose = Whose::of_itself(access, who);
    if reader.seals(&whose) {
        let skills = profile.skills.join(", ");
        let lines = [
            ("Name", profile.display_name),
            ("About", profile.about),
            ("Skills", skills),
        ];
        return ProfileTold {
            about: reader.tell(access, &whose, listed(lines)),
            ..ProfileTold::default()
        };
    }
    let tell = |text| reader.tell(access, &whose, text);
    ProfileTold {
        display_name: tell(profile.display_name),
        about: tell(profile.about),
        skills: profile.skills.into_iter().map(tell).collect(),
    }
}

/// How present somebody is, with what it says of that.
pub(crate) fn presence(
    access: &Access,
    reader: Reader<'_>,
    who: ParticipantId,
    presence: Presence,
) -> PresenceTold {
    let whose = Whose::of_itself(access, who);
    let summary = presence.summary;
    PresenceTold {
        state: presence.state,
        summary: summary.map(|summary| reader.tell(access, &whose, summary)),
        reach: presence.reach,
        last_seen: presence.last_seen,
    }
}

/// What a participant's client states about itself.
pub(crate) fn client(
    access: &Access,
    reader: Reader<'_>,
    who: ParticipantId,
    client: ClientInfo,
    near: bool,
) -> ClientTold {
    let client = if near { client } else { placeless(client) };
    let whose = Whose::of_itself(access, who);
    let tell = |text: Option<String>| text.map(|text| reader.tell(access, &whose, text));
    if reader.seals(&whose) {
        let line = Option::unwrap_or_default;
        let stated = listed([
            ("Name", line(client.name)),
            ("Version", line(client.version)),
            ("Channel", line(client.channel)),
            ("Model", line(client.model)),
            ("Machine", line(client.machine)),
            ("Hostname", line(client.hostname)),
            ("Folder", line(client.cwd)),
            ("Branch", line(client.branch)),
        ]);
        return ClientTold {
            name: tell(Some(stated).filter(|stated| !stated.is_empty())),
            ..ClientTold::default()
        };
    }
    ClientTold {
        name: tell(client.name),
        version: tell(client.version),
        channel: tell(client.channel),
        model: tell(client.model),
        machine: tell(client.machine),
        hostname: tell(client.hostname),
        cwd: tell(client.cwd),
        branch: tell(client.branch),
    }
}

/// The same without where it runs: names of machines, folders and branches tell of people and of what they work on.
fn placeless(client: ClientInfo) -> ClientInfo {
    ClientInfo {
        hostname: None,
        cwd: None,
        branch: None,
        ..client
    }
}

/// From where words were brought. In an envelope it stands with them.
pub(crate) fn relayed(
    reader: Reader<'_>,
    whose: &Whose<'_>,
    relayed: Option<Relayed>,
) -> Option<Relayed> {
    relayed.filter(|_| !reader.seals(whose))
}

/// What something cost. What its worker calls the model is not told of one that programs must not obey.
pub(crate) fn cost(reader: Reader<'_>, whose: &Whose<'_>, cost: Cost) -> Cost {
    let model = cost.model.filter(|_| !reader.seals(whose));
    Cost { model, ..cost }
}

/// What was said in several fields, as one text.
fn listed<const N: usize>(fields: [(&str, String); N]) -> String {
    let said = fields.iter().filter(|(_, text)| !text.is_empty());
    let lines: Vec<String> = said.map(|(name, text)| format!("{name}: {text}")).collect();
    lines.join("\n")
}
