//! Limits of plans.

/// Characters of a wish: what somebody says in a breath or two.
pub const PLAN_WISH_CHARS_MAX: usize = 2000;
/// Steps of a plan: a person reads all of them before anything is done.
pub const PLAN_STEPS_MAX: usize = 20;
