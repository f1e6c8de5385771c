//! The reference's rules of journals.

use mesh_model::command::JournalCommand;
use mesh_model::limits::JOURNAL_LINES_KEPT;
use mesh_model::{Actor, ErrorCode};

use super::{Model, No, Verdict, event, with};

impl Model {
    pub(super) fn judge_journal(&mut self, actor: Actor, command: &JournalCommand) -> Verdict {
        let me = actor.participant().ok_or(No::Any)?;
        match command {
            JournalCommand::Write { lines } => {
                for line in lines {
                    if let Some(room) = line.room {
                        let found = self.known(actor, room)?;
                        if !self.is_in(found, me) {
                            return Err(No::Code(ErrorCode::NotFound));
                        }
                    }
                    if line.body.is_none() {
                        return Err(No::Any);
                    }
                }
                let first = self.next();
                let places = first..first + lines.len() as u64;
                self.lines.extend(places.map(|place| (me, place)));
                let own = self.lines.iter().filter(|(author, _)| *author == me);
                assert!(
                    own.count() <= JOURNAL_LINES_KEPT as usize,
                    "a schedule so long has to know which lines go"
                );
                let written = lines.iter().map(|line| with("journal.written", &line.body));
                Ok(written.collect())
            }
            JournalCommand::Erase { author } => {
                self.person(*author).ok_or(No::Any)?;
                let person = Some(*author) == self.owner && me == *author;
                let above = me != *author && self.line_of(*author).contains(&me);
                if !person && !above && Some(me) != self.owner {
                    return Err(No::Code(ErrorCode::PermissionDenied));
                }
                let (gone, left) = self.lines.iter().partition(|(of, _)| of == author);
                self.lines = left;
                let gone: Vec<(_, u64)> = gone;
                if gone.is_empty() {
                    return Ok(Vec::new());
                }
                self.erased.extend(gone.iter().map(|(_, place)| *place));
                Ok(vec![event("journal.erased")])
            }
        }
    }
}
