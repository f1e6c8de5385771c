//! Cards: what can be asked where, and how. The node's own is for everybody and says nothing about who is here.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use mesh_model::Refusal;
use mesh_model::api::{NoInput, Participant, ParticipantListInput, Room};
use mesh_model::events::Kind as Sort;
use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_model::ops::{ParticipantList, WorkerList};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::asking::{Asking, Target, Whom};
use super::fault::Fault;
use super::wire::VERSION;
use super::{hex, sign};

/// A card's own part.
struct About {
    name: String,
    description: String,
    skills: Vec<Value>,
}

/// The node's card, for whoever asks.
pub(super) fn public(address: &str) -> Value {
    let about = About {
        name: "The Mesh".to_owned(),
        description: format!(
            "A node of The Mesh: rooms in which agents and people work together. Each agent has a card of its own at \
             {address}/a2a/agents/HANDLE/card for those who show a token; the extended card lists them. Whoever runs the \
             node gives tokens."
        ),
        skills: vec![skill(
            "task",
            "Give a task to whoever fits",
            "A message becomes a task in the room that its contextId names",
            &["tasks".to_owned()],
        )],
    };
    // Whoever may have the node tell addresses can; whether its reader may, the extended card says.
    card(address, &Target::Node, about, true)
}

/// The card of the one that is asked, for somebody who may know of it.
pub(super) async fn extended(asking: &Asking, whom: &Whom) -> Result<Value, Fault> {
    let address = &asking.address;
    let (target, about) = match whom {
        Whom::Node => return Ok(sign::signed(&asking.edge, address, agents(asking).await?)),
        Whom::Agent(agent) => {
            let can = capabilities(asking, agent).await;
            (Target::Agent(agent.handle.clone()), of_agent(agent, &can))
        }
        Whom::Room(room) => {
            let id = room.id.to_string();
            let name = room.name.clone().unwrap_or(id);
            let about = of_room(room, &name);
            (Target::Room(name), about)
        }
    };
    let card = card(address, &target, about, may_push(asking));
    Ok(sign::signed(&asking.edge, address, card))
}

/// The node's card with the agents that its reader may know of as its skills.
async fn agents(asking: &Asking) -> Result<Value, Refusal> {
    let input = ParticipantListInput {
        kind: Some(Sort::Agent),
        ..ParticipantListInput::default()
    };
    let found = asking.call::<ParticipantList>(input).await?.items;
    let mut card = public(&asking.address);
    card["capabilities"]["pushNotifications"] = may_push(asking).into();
    let listed = found.iter().filter(|agent| !agent.disabled);
    let skills: Vec<_> = listed
        .take(PAGE_ITEMS_MAX)
        .map(|agent| {
            let link = format!("{}/a2a/agents/{}/card", asking.address, agent.handle);
            let description = format!("{}\n\nIts card: {link}", description(agent));
            let tags: Vec<_> = agent
                .profile
                .skills
                .iter()
                .map(ToString::to_string)
                .collect();
            skill(&agent.handle, &name(agent), description.trim_start(), &tags)
        })
        .collect();
    if !skills.is_empty() {
        card["skills"] = Value::Array(skills);
    }
    Ok(card)
}

/// Whether the card's reader may have the node tell addresses.
fn may_push(asking: &Asking) -> bool {
    asking.edge.door.may_push(&asking.caller)
}

/// What a worker may be given, as far as the reader may know.
async fn capabilities(asking: &Asking, agent: &Participant) -> Vec<String> {
    let Ok(workers) = asking.call::<WorkerList>(NoInput {}).await else {
        return Vec::new();
    };
    let mut items = workers.items.into_iter();
    let found = items.find(|it| it.worker.id == agent.id);
    found.map_or_else(Vec::new, |worker| worker.capabilities)
}

fn name(agent: &Participant) -> String {
    let shown = agent.profile.display_name.to_string();
    if shown.is_empty() {
        agent.handle.clone()
    } else {
        shown
    }
}

fn description(agent: &Participant) -> String {
    let about = agent.profile.about.to_string();
    if about.is_empty() {
        format!("@{} of a mesh.", agent.handle)
    } else {
        about
    }
}

fn of_agent(agent: &Participant, can: &[String]) -> About {
    let said = agent.profile.skills.iter().map(ToString::to_string);
    let mut names: Vec<String> = said.chain(can.iter().cloned()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        names.push("task".to_owned());
    }
    let skills = names.iter().map(|name| {
        let description = format!("@{} takes tasks of this kind", agent.handle);
        skill(name, name, &description, std::slice::from_ref(name))
    });
    About {
        name: name(agent),
        description: description(agent),
        skills: skills.collect(),
    }
}

fn of_room(room: &Room, name: &str) -> About {
    let topic = room.topic.to_string();
    About {
        name: format!("#{name}"),
        description: if topic.is_empty() {
            "A room of a mesh. Tasks go to whoever fits there.".to_owned()
        } else {
            topic
        },
        skills: vec![skill(
            "task",
            "Give a task to whoever fits",
            "A message becomes a task of this room",
            &["tasks".to_owned()],
        )],
    }
}

fn skill(id: &str, name: &str, description: &str, tags: &[String]) -> Value {
    let some = ["agent".to_owned()];
    let tags = if tags.is_empty() { &some } else { tags };
    json!({"id": id, "name": name, "description": description, "tags": tags})
}

fn card(address: &str, target: &Target, about: About, push: bool) -> Value {
    let url = format!("{address}{}", target.path());
    let http = format!("{url}/v1");
    let interface = |url: &str, binding: &str| json!({"url": url, "protocolBinding": binding, "protocolVersion": VERSION});
    json!({
        "name": about.name,
        "description": about.description,
        "version": env!("CARGO_PKG_VERSION"),
        "documentationUrl": format!("{address}/llms.txt"),
        "supportedInterfaces": [interface(&url, "JSONRPC"), interface(&http, "HTTP+JSON")],
        "capabilities": {"streaming": true, "pushNotifications": push, "extendedAgentCard": true},
        "securitySchemes": {"bearer": {"httpAuthSecurityScheme": {
            "scheme": "Bearer",
            "description": "A token of the mesh, made by `mesh register` or `mesh token create`",
        }}},
        "securityRequirements": [{"schemes": {"bearer": {"list": []}}}],
        "defaultInputModes": ["text/plain", "application/json", "application/octet-stream"],
        "defaultOutputModes": ["text/plain", "application/json"],
        "skills": about.skills,
    })
}

/// A card as it is fetched: kept for a minute, the node's own by anybody.
pub(super) fn answer(card: &Value, asked: &HeaderMap, public: bool) -> Response {
    let text = card.to_string();
    let tag = format!("\"{}\"", hex(&Sha1::digest(text.as_bytes())));
    let same = asked
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = Response::new(if same {
        Body::empty()
    } else {
        Body::from(text)
    });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let keep = if public {
        "public, max-age=60"
    } else {
        "private, max-age=60"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_s_card_says_how_to_come_in_and_nothing_of_who_is_here() {
        let card = public("https://mesh.example.org");
        let interfaces = card["supportedInterfaces"].as_array().unwrap();
        assert_eq!(interfaces[0]["url"], "https://mesh.example.org/a2a");
        assert_eq!(interfaces[1]["url"], "https://mesh.example.org/a2a/v1");
        assert_eq!(card["capabilities"]["pushNotifications"], true);
        for field in [
            "name",
            "description",
            "version",
            "securitySchemes",
            "skills",
        ] {
            assert!(!card[field].is_null(), "{field}");
        }
    }

    #[test]
    fn a_card_that_is_known_is_not_sent_again() {
        let card = public("http://localhost");
        let first = answer(&card, &HeaderMap::new(), true);
        let tag = first.headers()[ETAG].clone();
        let again = answer(&card, &HeaderMap::from_iter([(IF_NONE_MATCH, tag)]), true);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
}
