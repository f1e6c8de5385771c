//! The view: what the log says, in tables that can be asked. Deletable at any time.
//!
//! One [`Projector`] writes, in the log's order; any number of threads read through a [`View`], each
//! read on a connection of its own and against one snapshot. A read never sees half a batch.

mod approval;
mod budget;
mod context;
mod credential;
mod dump;
mod entity;
mod event_type;
mod file;
mod inbox;
mod index;
mod journal;
mod link;
mod log;
mod memory;
mod mesh;
mod message;
mod numbers;
mod open;
mod participant;
mod pool;
mod project;
mod quarantine;
mod report;
mod room;
mod schedule;
mod schema;
mod search;
mod session;
mod skill;
mod task;
mod template;
mod worker;

use std::sync::{Arc, RwLock};

use mesh_core::Stored;
use mesh_model::events::By;
use mesh_model::{Facts, Millis, RoomId, Seq};

pub use approval::{Answered, ApprovalAnswer, ApprovalRow};
pub use budget::{CostKey, CostRow};
pub use context::ContextRow;
pub use credential::LabelRow;
pub use entity::ClaimRow;
pub use event_type::{EventTypeRow, PublishedRow};
pub use file::{FileRow, FileSearch};
pub use inbox::{Inbox, Unread};
pub use journal::{ErrorRow, JournalAsk, JournalPage, JournalRow, JournalSums};
pub use link::HomeWaits;
pub use log::{MomentFilter, MomentRows, Near, Stretches, TaskThenRow};
pub use memory::MemoryRow;
pub use mesh::RefusalRow;
pub use message::{AttachedRow, MessageRow, MessageThen, Page, QuoteRow, ReactionRow};
pub use participant::ProfileRow;
pub use project::Projector;
pub use report::{AnsweredSum, AttemptSum, FailureRow, ReportRows, ReportSpan, StandsOut};
pub use room::{RoomRow, StayFilter};
pub use schedule::{RunRow, ScheduleRow};
pub use search::{FoundRow, Search};
pub use session::{SessionFilter, SessionRow};
pub use skill::{SkillHit, SkillRow};
pub use task::{
    AttemptRow, DayRow, Figures, PieceRow, ResultRow, TaskFilter, TaskPage, TaskRow, WorkerRow,
    days_back,
};
pub use template::TemplateRow;

use numbers::Numbers;
use pool::Pool;

/// An event as it stands in the log.
#[derive(Debug, Clone, Copy)]
pub struct StoredEvent<'a> {
    /// Its place.
    pub seq: Seq,
    /// When it was stored; never earlier than the event before it.
    pub at: Millis,
    /// Who did it.
    pub by: &'a By,
    /// What is for good.
    pub facts: &'a Facts,
    /// The content's exact JSON; absent if there is none or it was erased.
    pub content: Option<&'a str>,
}

impl<'a> StoredEvent<'a> {
    /// As the core takes it: without content.
    fn fact(&self) -> Stored<'a> {
        Stored {
            seq: self.seq,
            at: self.at,
            by: self.by,
            facts: self.facts,
        }
    }
}

/// A room its reader may see, and the first place in the log from which on it may see it.
pub type Visible = (RoomId, Seq);

/// Answers questions about the log. Cheap to clone; every call blocks its thread for the time of a query.
#[derive(Debug, Clone)]
pub struct View {
    pool: Arc<Pool>,
    numbers: Arc<RwLock<Numbers>>,
}
