//! Reports: sums over what the caller reads.

mod get;
mod sums;
