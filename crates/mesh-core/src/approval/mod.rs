//! Approvals: a question, somebody who may answer it, and an end in any case.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub use decide::check_may_answer;
pub(crate) use decide::{approval_until, decide};
pub use record::Approval;
