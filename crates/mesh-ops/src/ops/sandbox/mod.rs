//! Sandboxes that participants offer, as tools of theirs.

mod run;
