//! Tokens and API keys.

mod apply;
mod decide;
mod line;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::Credential;
