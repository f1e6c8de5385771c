//! Users: participants that sign in with a password.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
