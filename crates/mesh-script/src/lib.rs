//! Scripted answers in the shape of model APIs, for tests. No model: what is answered stands in a scenario.

mod answer;
mod anthropic;
mod chat;
mod gemini;
mod responses;
mod scenario;
mod server;
mod talk;

pub use scenario::{Call, Scenario, Step, Unreadable, Usage};
pub use server::{Asked, Script};
