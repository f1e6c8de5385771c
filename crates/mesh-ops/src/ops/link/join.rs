//! `link.join`: a room of another mesh that is open to strangers, in one step

use mesh_model::command::LinkCommand;
use mesh_model::events::{History, LinkFacts};
use mesh_model::{LinkId, PublicKey};

use crate::prelude::*;

/// How the address of a link begins whose peer does not know this mesh until it calls; the interchange's own address follows.
pub(super) const OPEN: &str = "open+";

impl Run for LinkJoin {
    async fn run(door: &Door, call: &Call, input: LinkJoinInput) -> Result<LinkFollowed, Refusal> {
        let meant = Meant::read(&input.address).ok_or_else(|| {
            refuse::invalid(
                "that is no address of a room of another mesh",
                "mesh://KEY@INTERCHANGE/ROOM, as link.discover shows it",
            )
            .within("/address")
        })?;
        let name = input.name.unwrap_or_else(|| {
            let key = meant.key.to_string();
            format!("mesh-{}", &key[..8])
        });
        let command = Command::Link(LinkCommand::Join {
            link: LinkId(Uuid::now_v7()),
            peer: meant.key,
            participant: ParticipantId(Uuid::now_v7()),
            name,
            address: format!("{OPEN}{}", super::discover::address(&meant.at)?),
            there: meant.room,
            room: RoomId(Uuid::now_v7()),
            called: input.room,
            access: input.access,
            history: History::All,
        });
        let outcome = call.submit(door, command).await?;
        told::<LinkJoin>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<LinkFollowed> {
        facts.into_iter().find_map(|facts| match facts {
            Facts::Link(LinkFacts::Following(following)) => Some(LinkFollowed {
                room: following.room,
                seq: outcome.last(),
            }),
            _ => None,
        })
    }
}

/// What an address of a room of another mesh says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meant {
    key: PublicKey,
    at: String,
    room: RoomId,
}

impl Meant {
    /// `mesh://KEY@HOST/ROOM`, where HOST may have a port and a path; by TLS, but on this machine. `mesh+http://…` is without.
    pub fn read(text: &str) -> Option<Meant> {
        let (plain, rest) = match text.strip_prefix("mesh://") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix("mesh+http://")?),
        };
        let (key, rest) = rest.split_once('@')?;
        let (at, room) = rest.trim_end_matches('/').rsplit_once('/')?;
        let scheme = if plain || is_here(at) {
            "http"
        } else {
            "https"
        };
        Some(Meant {
            key: key.parse().ok()?,
            at: format!("{scheme}://{at}"),
            room: room.parse().ok()?,
        })
    }

    /// The address of a room of the mesh with this key, which is met at this interchange.
    pub fn written(key: PublicKey, at: &str, room: RoomId) -> String {
        let (plain, host) = match at.split_once("://") {
            Some((scheme, host)) => (scheme == "http", host),
            None => (false, at),
        };
        let scheme = if plain && !is_here(host) {
            "mesh+http"
        } else {
            "mesh"
        };
        format!("{scheme}://{key}@{host}/{room}")
    }
}

/// Whether a host is this very machine.
fn is_here(host: &str) -> bool {
    let host = host.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    let name = name.trim_matches(['[', ']']);
    name == "localhost"
        || name
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let key = PublicKey([7; 32]);
        let room: RoomId = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap();
        for (at, begins) in [
            ("https://interchange.example.org", "mesh://"),
            ("https://example.org:8443/below/it", "mesh://"),
            ("http://127.0.0.1:7790", "mesh://"),
            ("http://[::1]:7790", "mesh://"),
            ("http://localhost", "mesh://"),
            ("http://10.0.0.7:7790", "mesh+http://"),
        ] {
            let written = Meant::written(key, at, room);
            assert!(written.starts_with(begins), "{written}");
            let meant = Meant {
                key,
                at: at.to_owned(),
                room,
            };
            assert_eq!(Meant::read(&written), Some(meant));
        }
        for bad in [
            "https://example.org",
            "mesh://example.org/room",
            "mesh://07@example.org/0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
            "",
        ] {
            assert_eq!(Meant::read(bad), None, "{bad}");
        }
        let named = format!("mesh://{key}@example.org/workshop");
        assert_eq!(Meant::read(&named), None);
    }
}
