//! Links to other meshes: whom this mesh knows, which rooms are shared, and what peers say of it.
//!
//! A shared room has one home, whose log orders it. Elsewhere a room mirrors it: what its members say waits there until the home
//! has taken it, and is posted in the order in which the home tells it.
//!
//! A task for which nobody is free here may be taken by whoever speaks for a peer, if both owners said so (`lend.rs`): it is a worker
//! like others then, with a lease and a fence, and a task of the peer's mesh is made of it there.

//!
//! Whoever looks for a mesh finds what its owner has it tell of itself, and may follow rooms that are open to strangers (`open.rs`).

mod apply;
mod decide;
mod heard;
mod lend;
mod mirror;
mod open;
mod record;

pub(crate) use apply::{apply, asked, asked_to_erase, took};
pub(crate) use decide::decide;
pub use lend::free_for;
pub(crate) use lend::reaches;
pub(crate) use mirror::{Said, check_edited, check_place, check_said, holders, rules};
pub use open::Card;
pub(crate) use record::linked;
pub use record::{DeadLetter, Lending, Lent, Link, Offer, Share};
