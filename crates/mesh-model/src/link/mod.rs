//! Links: two meshes that know each other by their keys share rooms. A mesh is its node's key; its name is a label that its
//! peer gives it.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;
