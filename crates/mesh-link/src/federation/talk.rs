//! One conversation of two meshes, without files, network or clock: what follows from what the peer says.
//!
//! Each side owes the other what stands in its log for it, in the order of the log, each item with the place before it. Whoever
//! takes says up to where; when both meet again it goes on after what the taker's log holds. So nothing is lost or taken twice,
//! whatever the channel did, and there is no queue.

use std::collections::{BTreeMap, VecDeque};

use mesh_model::events::LinkPause;
use mesh_model::limits::LINK_WINDOW;
use mesh_model::{EventHash, RoomId, Seq};

use super::wire::{Frame, Item, Mark, VERSION, What};

/// What a side does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Say this.
    Send(Frame),
    /// Tell the peer what stands in the log after this place, from now on.
    Begin(Seq),
    /// Take this, and say so with [`Talk::took`] once it is durable.
    Take(Item),
    /// Say nothing more: somebody has to look.
    Stop(LinkPause),
    /// How it stands with the workers that the peer lends.
    Hands(BTreeMap<String, u16>, Vec<Seq>),
    /// The peer would follow a room that is open to strangers.
    Knock(RoomId),
}

/// Why a conversation ends; both meet again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// One side of a conversation.
#[derive(Debug)]
pub struct Talk {
    head: Mark,
    held: Option<Mark>,
    /// Of the peer's log, by what came in this conversation.
    reached: Seq,
    /// Where the peer's log ended when it began to speak.
    peer: Option<Mark>,
    /// The last place of this log that the peer was told of.
    sent: Seq,
    /// What it was told and has not acknowledged, with the bytes of each.
    flight: VecDeque<(Seq, usize)>,
    bytes: usize,
    /// The last place that the peer has acknowledged.
    acked: Seq,
}

/// Bytes that are under way before the peer has acknowledged any of them: both may send at a time without reading.
const BYTES_MAX: usize = 128 * 1024;

impl Talk {
    /// A conversation of whoever's log ends at `head` and holds `held` of the peer's.
    pub fn new(head: Mark, held: Option<Mark>) -> Talk {
        let seq = held.map_or(Seq::ZERO, |held| held.seq);
        Talk {
            head,
            held,
            reached: seq,
            peer: None,
            sent: Seq::ZERO,
            flight: VecDeque::new(),
            bytes: 0,
            acked: Seq::ZERO,
        }
    }

    /// What is said first.
    pub fn hello(&self) -> Frame {
        Frame::Hello {
            v: VERSION,
            head: self.head,
            held: self.held,
        }
    }

    /// Where the peer's log ended when it began to speak.
    pub fn peer(&self) -> Option<Mark> {
        self.peer
    }

    /// How much the peer was told and has not acknowledged.
    pub fn under_way(&self) -> usize {
        self.flight.len()
    }

    /// The last place of this log that the peer has acknowledged in this conversation.
    pub fn acked(&self) -> Seq {
        self.acked
    }

    /// The place of this log of whose header the hash is needed to answer a greeting.
    pub fn asks(frame: &Frame) -> Option<Seq> {
        match frame {
            Frame::Hello { held, .. } => held.map(|held| held.seq),
            _ => None,
        }
    }

    /// What follows from a frame. `own` is the hash at the place that it [asks](Talk::asks) for.
    pub fn on(&mut self, frame: Frame, own: Option<EventHash>) -> Result<Vec<Act>, Broken> {
        match frame {
            Frame::Hello { v, head, held } => self.met(v, head, held, own),
            Frame::Other => Ok(Vec::new()),
            Frame::Knock { room } => Ok(vec![Act::Knock(room)]),
            Frame::NotOpen { code, .. } if self.peer.is_none() => Err(not_open(&code)),
            Frame::NotOpen { .. } => Ok(Vec::new()),
            _ if self.peer.is_none() => Err(Broken("it did not greet first")),
            Frame::Item(item) => self.told(item),
            Frame::Ack { upto } => self.acknowledged(upto),
            Frame::Halt => Ok(vec![Act::Stop(LinkPause::WeWentBack)]),
            Frame::Lost => Ok(vec![Act::Stop(LinkPause::WentBack)]),
            Frame::Hands { free, at_work } => Ok(vec![Act::Hands(free, at_work)]),
        }
    }

    fn met(
        &mut self,
        v: u16,
        head: Mark,
        held: Option<Mark>,
        own: Option<EventHash>,
    ) -> Result<Vec<Act>, Broken> {
        if self.peer.is_some() {
            return Err(Broken("it greeted twice"));
        }
        if v != VERSION {
            return Err(Broken("it speaks another version of links"));
        }
        self.peer = Some(head);
        if self.held.is_some_and(|held| held.seq > head.seq) {
            return Ok(vec![Act::Send(Frame::Halt), Act::Stop(LinkPause::WentBack)]);
        }
        let after = match held {
            // What the peer holds of this log is not in it: this one is older, or another. The peer cannot see that by itself when
            // this log has meanwhile grown past what it holds.
            Some(held) if own != Some(held.hash) => {
                return Ok(vec![
                    Act::Send(Frame::Lost),
                    Act::Stop(LinkPause::WeWentBack),
                ]);
            }
            Some(held) => held.seq,
            None => Seq::ZERO,
        };
        (self.sent, self.acked) = (after, after);
        Ok(vec![Act::Begin(after)])
    }

    fn told(&mut self, item: Item) -> Result<Vec<Act>, Broken> {
        if item.at.seq <= self.reached {
            return Ok(vec![Act::Send(Frame::Ack { upto: self.reached })]);
        }
        if item.prev != self.reached {
            return Err(Broken("something that it told did not come"));
        }
        Ok(vec![Act::Take(item)])
    }

    /// An item is durable in this log, or nothing for it: what to say.
    pub fn took(&mut self, seq: Seq) -> Frame {
        self.reached = self.reached.max(seq);
        Frame::Ack { upto: self.reached }
    }

    fn acknowledged(&mut self, upto: Seq) -> Result<Vec<Act>, Broken> {
        if upto > self.sent {
            return Err(Broken("it acknowledged what it was not told"));
        }
        self.acked = self.acked.max(upto);
        while let Some((seq, bytes)) = self.flight.front().copied() {
            if seq > upto {
                break;
            }
            self.flight.pop_front();
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        Ok(Vec::new())
    }

    /// Whether the peer may be told one more thing now.
    pub fn may_tell(&self) -> bool {
        self.peer.is_some() && self.flight.len() < LINK_WINDOW && self.bytes < BYTES_MAX
    }

    /// The frame that tells the peer of something in this log, which is so many bytes large at most.
    pub fn tell(&mut self, at: Mark, what: What, bytes: usize) -> Frame {
        let prev = std::mem::replace(&mut self.sent, at.seq);
        self.flight.push_back((at.seq, bytes));
        self.bytes += bytes;
        Frame::Item(Item { at, prev, what })
    }
}

/// Why a mesh that does not know this one does not let it in.
fn not_open(code: &str) -> Broken {
    Broken(match code {
        "not_found" => "the room is not open to strangers there",
        "rate_limited" => "it lets strangers in one by one, and others came first",
        "overloaded" => "as many strangers follow rooms there as may",
        _ => "it does not let this mesh follow that room",
    })
}
