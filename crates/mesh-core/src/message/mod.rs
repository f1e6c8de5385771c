//! Messages.

mod apply;
mod decide;
mod post;
mod redact;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub(crate) use redact::redact;
