//! Links to other meshes: whom this mesh knows, which rooms are shared, and what peers say of it.
//!
//! A shared room has one home, whose log orders it. Elsewhere a room mirrors it: what its members say waits there until the home
//! has taken it, and is posted in the order in which the home tells it.

mod apply;
mod decide;
mod heard;
mod mirror;
mod record;

pub(crate) use apply::{apply, asked_to_erase, took};
pub(crate) use decide::decide;
pub(crate) use mirror::{Said, check_edited, check_place, check_said, holders, rules};
pub(crate) use record::linked;
pub use record::{DeadLetter, Link, Offer, Share};
