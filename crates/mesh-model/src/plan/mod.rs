//! Plans: what somebody wishes in plain language, as the operations that an agent proposes for it.

pub mod api;
pub mod ops;
