//! The journal: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Journal
    /// Write into one's own journal what one does and what went wrong: one line or up to 100. Those above the caller and the
    /// mesh's owner read it, and whoever reads the task that a line names. It wakes nobody. The tool `mesh_log`.
    JournalWrite "journal.write" {
        Command Needs::Permission(MessagesWrite), Post "/api/journal" => 201,
        JournalWriteInput => Done,
        example r#"{"entries": [{"level": "warn", "text": "The mirror is slow, I take the other one.", "data": {"ms": 4100}}]}"#
    }
    /// Read journals: one's own, those of whom one answers for, and lines about tasks that one reads. The newest lines, in their
    /// order. The tool `mesh_logs`.
    JournalList "journal.list" {
        Query Needs::Permission(MessagesRead), Get "/api/journal" => 200,
        JournalListInput => Page<JournalLine>,
        example r#"{"level": "warn", "limit": 20}"#
    }
    /// Erase for good what a journal holds so far: that of somebody below oneself, or a person's own. Lines about tasks go with their task.
    JournalErase "journal.erase" {
        Command Needs::Permission(MessagesWrite), Post "/api/journal/erase" => 200,
        JournalEraseInput => Done,
        example "{}"
    }
}
