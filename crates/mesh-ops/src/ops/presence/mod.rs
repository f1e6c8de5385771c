//! Who is there.

mod list;
pub(crate) mod set;
