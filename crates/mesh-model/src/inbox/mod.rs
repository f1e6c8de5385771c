//! The inbox: what waits for a participant, taken in once by whichever session proves it.

pub mod api;
pub mod ops;
