//! Spoken sentences: what is said to a phone, in English, German or Spanish, without a model. `hear.rs` takes a sentence apart,
//! `phrases.rs` has what is understood, `grammar.rs` and `blanks.rs` compare, `read.rs` says what is meant or that it is not plain,
//! `dispatch.rs` carries it out as the caller, `report.rs` and `say.rs` answer, `yes.rs` keeps what waits for a yes.

mod blanks;
mod clause;
mod deed;
mod dispatch;
mod grammar;
mod hear;
mod phrases;
mod read;
mod report;
mod say;
mod yes;

pub(crate) use yes::Yeses;

use mesh_model::api::{VoiceKind, VoiceUnderstood};

/// What was understood, without more.
fn understood(kind: VoiceKind, what: &str) -> VoiceUnderstood {
    VoiceUnderstood {
        kind,
        what: what.to_owned(),
        agent: None,
        template: None,
        values: Vec::new(),
        text: None,
        candidates: Vec::new(),
    }
}
