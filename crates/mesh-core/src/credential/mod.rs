//! Tokens and API keys.

mod apply;
mod decide;
mod line;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;
