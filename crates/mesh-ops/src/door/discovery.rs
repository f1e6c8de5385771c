//! What this mesh tells of itself elsewhere and what others tell, and strangers who want a room that is open to them.

use std::pin::Pin;

use mesh_core::reads_like;
use mesh_model::command::LinkCommand;
use mesh_model::limits::{CARD_CAPABILITIES_MAX, INTERCHANGE_ABOUT_CHARS_MAX};
use mesh_model::{Actor, Command, LinkId, Millis, ParticipantId, PublicKey, Refusal, RoomId};
use uuid::Uuid;

use crate::door::{Door, store_failed};

/// Something that takes a while.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a mesh tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// What it says of itself.
    pub about: String,
    /// Rooms that are open to strangers: id, name, what they are about.
    pub rooms: Vec<(RoomId, String, String)>,
    /// Agents, with what they can do.
    pub agents: Vec<(String, Vec<String>)>,
}

/// What this mesh tells of itself at one interchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCard {
    /// The interchange.
    pub at: String,
    /// What the mesh is called there.
    pub name: String,
    /// The rest.
    pub words: Words,
}

/// A mesh that tells of itself, as it has signed it.
#[derive(Debug, Clone)]
pub struct FoundMesh {
    /// Its key.
    pub key: PublicKey,
    /// What it is called there.
    pub name: String,
    /// Whether the interchange says that it is there.
    pub here: bool,
    /// When it has signed it, by its own clock.
    pub told_at: Millis,
    /// The rest.
    pub words: Words,
}

/// What was found at an interchange.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The meshes whose cards are proved.
    pub meshes: Vec<FoundMesh>,
    /// How many are not.
    pub unproved: u32,
    /// There are more than were fetched.
    pub more: bool,
}

impl Door {
    /// What this mesh tells of itself, by interchange.
    pub async fn own_cards(&self) -> Result<Vec<OwnCard>, Refusal> {
        let access = self.node().access();
        if access.cards().next().is_none() {
            return Ok(Vec::new());
        }
        let ids: Vec<RoomId> = access.open_rooms().map(|room| room.id).collect();
        self.wait_view(self.node().head(), None).await?;
        let view = self.node().view().clone();
        let rows = self.blocking(move || view.rooms(&ids)).await?;
        let rooms = rows.map_err(store_failed)?.into_iter().filter_map(|row| {
            let name = access.room(row.id)?.name.clone()?;
            Some((row.id, name, in_one_line(&row.topic)))
        });
        let rooms: Vec<_> = rooms.collect();
        let work = self.node().work();
        let agent = |id: &ParticipantId| {
            let found = access
                .participant(*id)
                .filter(|_| access.may_be_told_of(*id))?;
            let can = work.worker(*id).map(|worker| {
                let can = worker.capabilities().iter().take(CARD_CAPABILITIES_MAX);
                can.map(ToString::to_string).collect()
            });
            Some((found.handle.clone(), can.unwrap_or_default()))
        };
        let cards = access.cards().map(|(at, card)| OwnCard {
            at: at.to_owned(),
            name: card.name.clone(),
            words: Words {
                about: card.about.clone(),
                rooms: rooms.clone(),
                agents: card.agents.iter().filter_map(agent).collect(),
            },
        });
        Ok(cards.collect())
    }

    /// A mesh wants a room that is open to strangers: it is known from then on, if it was not, and a member by whoever speaks for it.
    pub async fn link_admit(&self, peer: PublicKey, room: RoomId) -> Result<(), Refusal> {
        let key = peer.to_string();
        let handle = |number: u32| match number {
            1 => format!("guest-{}", &key[..12]),
            more => format!("guest-{}-{more}", &key[..12]),
        };
        let access = self.node().access();
        // One that was here before has left its handle behind, and no handle may be read like another one.
        let is_taken = |name: &str| {
            let mut known = access.participants();
            known.any(|known| reads_like(&known.handle, name))
        };
        let name = (1..100).map(handle).find(|name| !is_taken(name));
        self.as_node(LinkCommand::Admit {
            link: LinkId(Uuid::now_v7()),
            peer,
            participant: ParticipantId(Uuid::now_v7()),
            name: name.unwrap_or_else(|| handle(1)),
            room,
        })
        .await
    }

    /// A stranger makes room for another one.
    pub async fn link_forget(&self, link: LinkId) -> Result<(), Refusal> {
        let command = Command::Link(LinkCommand::Forget { link });
        let done = self.node().submit(command, Actor::Node, None, None);
        done.await.map(drop)
    }
}

/// A topic, as short as a card takes it.
fn in_one_line(topic: &str) -> String {
    let plain = topic.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(INTERCHANGE_ABOUT_CHARS_MAX).collect()
}
