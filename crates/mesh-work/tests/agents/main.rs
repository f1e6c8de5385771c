//! The runners with the real programs, against scripted answers in the shape of model APIs.

mod apis;
mod harness;
mod programs;
mod protocol;
