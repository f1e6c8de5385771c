//! The mesh as a whole: setting it up, how it is doing, whom it answers how often, its operations.

pub mod floor;
pub mod guide;
pub mod init;
pub mod limits;
pub mod operation;
pub mod public;
pub mod status;
