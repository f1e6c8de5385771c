//! Approvals: a question, somebody who may answer it, and an end in any case.

mod decide;
mod record;

pub use decide::check_may_answer;
pub(crate) use decide::*;
pub use record::*;
