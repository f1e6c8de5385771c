//! What is drawn of the list and of each room, once for all who look at it.
//!
//! A picture serves until something happens that it would show otherwise: what was erased is never shown again, not for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mesh_model::limits::{PUBLIC_DRAWN_MAX, PUBLIC_PAUSE_MS, PUBLIC_PICTURE_MS, PUBLIC_ROOMS_MAX};
use mesh_model::refuse::{internal, no_room};
use mesh_model::{Refusal, Seq, names};
use mesh_ops::{Door, Drawn};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::page;

/// The list, or a room, as it is shown.
#[derive(Debug)]
pub(super) struct Picture {
    /// Names what is shown.
    pub tag: u64,
    /// As programs get it.
    pub json: Bytes,
    /// The name of the page.
    pub title: String,
    /// What stands on the page.
    pub html: String,
}

impl Picture {
    fn new(shown: &impl Serialize, title: String, html: String) -> Result<Picture, Refusal> {
        let json = serde_json::to_vec(shown)
            .map_err(|why| internal(format!("the public page cannot be written: {why}")))?;
        Ok(Picture {
            tag: tag(&json),
            json: json.into(),
            title,
            html,
        })
    }
}

/// FNV-1a: tells one picture from the next, nothing more.
fn tag(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Kept {
    picture: Arc<Picture>,
    at: Instant,
    of: Of,
}

enum Of {
    /// The list, as it was by this place in the log.
    List(Seq),
    Room(Drawn),
}

impl Kept {
    fn serves(&self, door: &Door) -> bool {
        let young = self.at.elapsed() < Duration::from_millis(PUBLIC_PICTURE_MS);
        young
            && match self.of {
                Of::List(seq) => door.node().access().changed() == seq,
                Of::Room(drawn) => door.is_as_drawn(drawn),
            }
    }
}

/// Whoever comes while a picture is drawn waits for that one.
type Place = Arc<tokio::sync::Mutex<Option<Kept>>>;

pub(super) struct Pictures {
    places: Mutex<HashMap<Option<String>, Place>>,
    drawing: Semaphore,
}

impl Default for Pictures {
    fn default() -> Pictures {
        Pictures {
            places: Mutex::default(),
            drawing: Semaphore::new(PUBLIC_DRAWN_MAX),
        }
    }
}

impl Pictures {
    /// The picture of a room that is shown now, or of the list.
    pub async fn of(&self, door: &Door, name: Option<&str>) -> Result<Arc<Picture>, Refusal> {
        if name.is_some_and(|name| names::check(name).is_err() || !door.is_public(name)) {
            return Err(no_room());
        }
        let place = self.place(door, name);
        let mut kept = place.lock().await;
        if let Some(kept) = &*kept {
            if kept.serves(door) {
                return Ok(Arc::clone(&kept.picture));
            }
            // However fast a room changes and however many look at it, it is drawn only so often.
            tokio::time::sleep_until(kept.at + Duration::from_millis(PUBLIC_PAUSE_MS)).await;
        }
        let Ok(_drawing) = self.drawing.acquire().await else {
            return Err(internal("the public page is drawn no more"));
        };
        let drawn = draw(door, name).await;
        if drawn.is_err() {
            *kept = None;
        }
        let (picture, of) = drawn?;
        let picture = Arc::new(picture);
        *kept = Some(Kept {
            picture: Arc::clone(&picture),
            at: Instant::now(),
            of,
        });
        Ok(picture)
    }

    fn place(&self, door: &Door, name: Option<&str>) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        // Rooms that were renamed or taken from the page.
        if places.len() > PUBLIC_ROOMS_MAX {
            places.retain(|name, _| name.as_deref().is_none_or(|name| door.is_public(name)));
        }
        Arc::clone(places.entry(name.map(str::to_owned)).or_default())
    }
}

async fn draw(door: &Door, name: Option<&str>) -> Result<(Picture, Of), Refusal> {
    match name {
        Some(name) => {
            let (room, drawn) = door.public_room(name).await?;
            let title = format!("#{} · {}", room.name, room.mesh);
            let picture = Picture::new(&room, title, page::room(&room))?;
            Ok((picture, Of::Room(drawn)))
        }
        None => {
            let seq = door.node().access().changed();
            let mesh = door.public_mesh().await?;
            let title = mesh.mesh.clone();
            let picture = Picture::new(&mesh, title, page::list(&mesh))?;
            Ok((picture, Of::List(seq)))
        }
    }
}
