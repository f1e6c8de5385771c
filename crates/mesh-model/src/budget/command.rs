//! Commands about budgets.

use crate::events::BudgetScope;

/// What somebody wants of budgets.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum BudgetCommand {
    Set {
        scope: BudgetScope,
        tokens: Option<u64>,
        micros: Option<u64>,
    },
}
