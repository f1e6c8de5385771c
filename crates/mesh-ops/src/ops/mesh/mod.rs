//! The mesh as a whole: its state, its limits, its operations.

mod floor_get;
mod floor_set;
mod guide_get;
mod limits_get;
mod limits_set;
mod operation_list;
mod public_get;
mod public_set;
mod status_get;
