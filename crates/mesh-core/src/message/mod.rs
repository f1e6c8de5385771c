//! Messages.

mod apply;
mod decide;
mod exchange;
mod post;
mod redact;

pub(crate) use apply::{apply, paced};
pub(crate) use decide::{check_present, check_visible, decide, mentioned, speaking};
pub(crate) use exchange::Exchanges;
