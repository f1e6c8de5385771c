//! What a subscription asks for and what it gives.

use mesh_model::Seq;
use mesh_model::api::StreamItem;
use serde::Serialize;
use tokio::sync::mpsc;

/// What to hear. By default everything one may see, from now on.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Filter {
    /// Begin behind this place; `None` begins now.
    #[serde(skip)]
    pub after: Option<Seq>,
    /// Only these rooms: ids or names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<String>,
    /// Only these types, such as `message.posted`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
}

/// Something a subscription gives.
#[derive(Debug)]
pub(crate) enum Given {
    Item(StreamItem),
    Tail(Seq),
}

/// A subscription. It outlives broken connections; dropping it ends it.
#[derive(Debug)]
pub struct Items {
    pub(crate) receiver: mpsc::Receiver<Given>,
    pub(crate) position: Seq,
}

impl Items {
    /// The next item; `None` once the client is closed.
    pub async fn next(&mut self) -> Option<StreamItem> {
        loop {
            match self.receiver.recv().await? {
                Given::Item(item) => {
                    self.position = item.seq;
                    return Some(item);
                }
                Given::Tail(seq) => self.position = self.position.max(seq),
            }
        }
    }

    /// The next item, or `None` once everything up to `seq` was given.
    pub async fn next_upto(&mut self, seq: Seq) -> Option<StreamItem> {
        while self.position < seq {
            match self.receiver.recv().await? {
                Given::Item(item) => {
                    self.position = item.seq;
                    return Some(item);
                }
                Given::Tail(tail) => self.position = self.position.max(tail),
            }
        }
        None
    }

    /// Waits until the log has moved on, whether or not there is something to see; false once the
    /// client is closed.
    pub async fn moved(&mut self) -> bool {
        match self.receiver.recv().await {
            Some(Given::Item(item)) => self.position = item.seq,
            Some(Given::Tail(seq)) => self.position = self.position.max(seq),
            None => return false,
        }
        true
    }

    /// Everything up to here was given. Keep it to resume in a later run.
    pub fn position(&self) -> Seq {
        self.position
    }
}
