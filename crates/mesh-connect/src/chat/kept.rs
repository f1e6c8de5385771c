//! What a connector to a chat remembers between runs: whom it answers, how far it is on both sides, and which message there
//! is which here.

use std::collections::VecDeque;

use mesh_model::{ApprovalId, MeshId, MessageId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use super::Id;
use super::hold::Held;

/// The form of the file that this program writes.
const FORM: u32 = 1;
/// Messages that are known on both sides: an answer to an older one is told that it is too old.
const COPIES_MAX: usize = 1000;
/// Updates that are known when they come a second time; the service sends a hundred at most at once.
const HANDLED_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    form: u32,
    mesh: MeshId,
    /// The chat it speaks in, once one is chosen.
    pub chat: Option<Id>,
    /// The chat that was named when it was started, which may have another id since.
    pub named: Option<Id>,
    /// The person it answers, if it is one's own.
    pub user: Option<Id>,
    /// From where on the service is asked.
    pub offset: Id,
    /// Those handled last.
    handled: VecDeque<Id>,
    /// Everything of the log up to here was told.
    pub position: Option<Seq>,
    /// Where lines go that answer nothing.
    pub room: Option<String>,
    /// How often somebody who is not meant wrote to it.
    pub ignored: u64,
    copies: VecDeque<Pair>,
    /// What proves there that an answer is one, where the service does not vouch for who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// Which conversations messages there stand in, where those that answer them have to say it.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    threads: VecDeque<Thread>,
    /// What is told when it may disturb again.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub held: VecDeque<Held>,
}

/// A message there and what it is here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    /// There, in as many pieces.
    pub there: Vec<Id>,
    /// Here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// A question whose answer is taken there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalId>,
    /// Whether it was written there first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub theirs: bool,
}

/// The conversation that a message there stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Thread {
    /// The message.
    pub message: Id,
    /// What it is about.
    pub subject: String,
    /// Those before it, the first one first.
    pub before: Vec<Id>,
}

impl Kept {
    /// The beginning.
    pub fn new(mesh: MeshId) -> Kept {
        Kept {
            form: FORM,
            mesh,
            chat: None,
            named: None,
            user: None,
            offset: Id::default(),
            handled: VecDeque::new(),
            position: None,
            room: None,
            ignored: 0,
            copies: VecDeque::new(),
            seed: None,
            threads: VecDeque::new(),
            held: VecDeque::new(),
        }
    }

    /// Whether it is about this mesh, in a form that this program knows.
    pub fn is_of(&self, mesh: MeshId) -> bool {
        self.form == FORM && self.mesh == mesh
    }

    /// A key of this mesh alone, for a service that other meshes speak with as the same account.
    pub fn key(&self, what: &str) -> String {
        format!("{}-{what}", self.mesh)
    }

    /// Nobody is answered any more until somebody shows the next code.
    pub fn unpair(&mut self) {
        *self = Kept {
            offset: std::mem::take(&mut self.offset),
            handled: std::mem::take(&mut self.handled),
            ignored: self.ignored,
            ..Kept::new(self.mesh)
        };
    }

    /// Whether the update came before.
    pub fn was_handled(&self, update: &Id) -> bool {
        self.handled.contains(update)
    }

    /// It is handled, and so is what came before it. What was nothing need not be known when it comes again.
    pub fn handled(&mut self, update: Option<Id>, offset: Option<Id>) {
        self.handled.extend(update);
        if self.handled.len() > HANDLED_MAX {
            self.handled.pop_front();
        }
        if let Some(offset) = offset {
            self.offset = offset;
        }
    }

    /// From here on this message there is known.
    pub fn remember(&mut self, pair: Pair) {
        self.copies.push_back(pair);
        if self.copies.len() > COPIES_MAX {
            self.copies.pop_front();
        }
    }

    /// From here on it is known in which conversation this message there stands.
    pub fn note(&mut self, thread: Thread) {
        self.threads.retain(|known| known.message != thread.message);
        self.threads.push_back(thread);
        if self.threads.len() > COPIES_MAX {
            self.threads.pop_front();
        }
    }

    pub fn thread(&self, message: &Id) -> Option<&Thread> {
        self.threads.iter().find(|known| known.message == *message)
    }

    pub fn of_there(&self, id: &Id) -> Option<&Pair> {
        self.copies
            .iter()
            .rev()
            .find(|pair| pair.there.contains(id))
    }

    pub fn of_message(&self, message: MessageId) -> Option<&Pair> {
        self.copies
            .iter()
            .rev()
            .find(|pair| pair.message == Some(message))
    }

    /// A question that is asked there; from here on it is not.
    pub fn take_question(&mut self, approval: ApprovalId) -> Option<Vec<Id>> {
        let mut asked = self.copies.iter_mut().rev();
        let found = asked.find(|pair| pair.approval == Some(approval))?;
        found.approval = None;
        Some(found.there.clone())
    }

    pub fn is_asked(&self, approval: ApprovalId) -> bool {
        self.copies
            .iter()
            .any(|pair| pair.approval == Some(approval))
    }

    /// What was said there of a message, forgotten here.
    pub fn take_message(&mut self, message: MessageId) -> Option<Pair> {
        let at = self
            .copies
            .iter()
            .rposition(|pair| pair.message == Some(message))?;
        self.copies.remove(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_so_much_and_no_more() {
        let mut kept = Kept::new(MeshId(Default::default()));
        for id in 0..2000_i64 {
            kept.handled(Some(id.into()), Some((id + 1).into()));
            kept.remember(Pair {
                there: vec![id.into()],
                ..Pair::default()
            });
        }
        assert_eq!(kept.offset.number(), 2000);
        assert!(kept.was_handled(&1999.into()) && !kept.was_handled(&1000.into()));
        assert!(kept.of_there(&1000.into()).is_some() && kept.of_there(&999.into()).is_none());
        let text = serde_json::to_string(&kept).unwrap();
        assert!(text.len() < 64 * 1024, "{}", text.len());
        assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
    }

    #[test]
    fn a_question_is_answered_once() {
        let mut kept = Kept::new(MeshId(Default::default()));
        let approval = ApprovalId(Default::default());
        kept.remember(Pair {
            there: vec![5.into()],
            approval: Some(approval),
            ..Pair::default()
        });
        assert!(kept.is_asked(approval));
        assert_eq!(kept.take_question(approval), Some(vec![5.into()]));
        assert_eq!(kept.take_question(approval), None);
    }

    #[test]
    fn a_place_of_numbers_is_read() {
        let mut kept = Kept::new(MeshId(Default::default()));
        kept.chat = Some((-5).into());
        kept.offset = 7.into();
        let text = serde_json::to_string(&kept).unwrap();
        let older = text.replace(r#""-5""#, "-5").replace(r#""7""#, "7");
        assert_ne!(older, text);
        assert_eq!(serde_json::from_str::<Kept>(&older).unwrap(), kept);
    }
}
