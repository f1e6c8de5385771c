//! The view: what the log says, in tables that can be asked. Deletable at any time.
//!
//! One [`Projector`] writes, in the log's order; any number of threads read through a [`View`], each
//! read on a connection of its own and against one snapshot. A read never sees half a batch.

mod dump;
mod flow;
mod history;
mod inbox;
mod memories;
mod message;
mod more;
mod numbers;
mod open;
mod people;
mod pool;
mod project;
mod quarantine;
mod records;
mod retention;
mod rooms;
mod schema;
mod search;
mod sessions;
mod tasks;
pub(crate) mod words;

use std::sync::{Arc, RwLock};

use mesh_model::events::By;
use mesh_model::{Facts, Millis, RoomId, Seq};

pub use flow::{Answer, Answered, ApprovalRow, ContextRow, TemplateRow};
pub use history::Page;
pub use inbox::{Inbox, Unread};
pub use memories::MemoryRow;
pub use message::{MessageRow, QuoteRow};
pub use people::{ProfileRow, WorkerAbout};
pub use project::Projector;
pub use quarantine::WaitingRow;
pub use records::{EventTypeRow, LabelRow, PublishedRow, RefusalRow};
pub use rooms::RoomRow;
pub use search::{FoundRow, Search};
pub use sessions::{SessionFilter, SessionRow, StayFilter};
pub use tasks::{
    AttemptRow, CostKey, CostRow, DayRow, Figures, HeldRow, PieceRow, ResultRow, TaskFilter,
    TaskPage, TaskRow, WorkerRow, days_back,
};

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

/// A room its reader may see, and the first place in the log from which on it may see it.
pub type Visible = (RoomId, Seq);

/// Answers questions about the log. Cheap to clone; every call blocks its thread for the time of a query.
#[derive(Debug, Clone)]
pub struct View {
    pool: Arc<Pool>,
    numbers: Arc<RwLock<Numbers>>,
}
