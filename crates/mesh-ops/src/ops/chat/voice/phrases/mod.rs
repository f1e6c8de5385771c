//! The phrases that are understood, in three languages. Pure data.
//!
//! Words are written as they are compared: small, without accents. `[a]` may be left out, `a|b` is one of both, `{agent}` is a
//! name, `{text}` is all that follows.

mod de;
mod en;
mod es;
mod words;

pub(crate) use words::*;

use mesh_model::api::VoiceLocale::{self, De, En, Es};

/// What somebody wants, without the names and words in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Status,
    Running,
    Waiting,
    Pending,
    Costs,
    Finished,
    MostFailing,
    DoneToday,
    DoneWeek,
    DoneMonth,
    Pause,
    Drain,
    Resume,
    StopAll,
    ResumeAll,
    Approve,
    Reject,
    Cancel,
    Task,
    AnyTask,
    /// A goal that an agent takes apart; only as a line of chat.
    Auto,
}

impl Want {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Want::Status => "status",
            Want::Running => "running",
            Want::Waiting => "waiting",
            Want::Pending => "pending",
            Want::Costs => "costs",
            Want::Finished => "finished",
            Want::MostFailing => "most_failing",
            Want::DoneToday | Want::DoneWeek | Want::DoneMonth => "done_by",
            Want::Pause => "pause",
            Want::Drain => "drain",
            Want::Resume => "resume",
            Want::StopAll => "stop_dispatch",
            Want::ResumeAll => "resume_dispatch",
            Want::Approve => "approve",
            Want::Reject => "reject",
            Want::Cancel => "cancel",
            Want::Task => "task",
            Want::AnyTask => "do",
            Want::Auto => "auto",
        }
    }
}

/// All phrases: what is wanted, the language, and what is said for it.
pub(crate) fn all() -> impl Iterator<Item = (Want, VoiceLocale, &'static [&'static str])> {
    let of = |locale| {
        let phrases = match locale {
            En => en::PHRASES,
            De => de::PHRASES,
            Es => es::PHRASES,
        };
        let phrases = phrases.iter();
        phrases.map(move |(want, phrases)| (*want, locale, *phrases))
    };
    [En, De, Es].into_iter().flat_map(of)
}
