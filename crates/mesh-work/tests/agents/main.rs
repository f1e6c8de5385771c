//! The runners with the real programs, against scripted answers in the shape of model APIs.

mod a2a;
mod apis;
mod harness;
mod programs;
mod protocol;
