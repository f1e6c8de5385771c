//! Asking the guard.

mod check;
mod rescan;
