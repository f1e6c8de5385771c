//! Whether tasks are given out at all.

mod resume;
mod stop;
