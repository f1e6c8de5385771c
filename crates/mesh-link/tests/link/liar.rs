//! A mesh that speaks as it likes: no node, only frames by hand, with a key that is linked.

use mesh_link::federation::wire::{Frame, Item, Mark, VERSION, What};
use mesh_model::{EventHash, PublicKey, Seq};
use serde_json::json;
use tokio::sync::mpsc;

use crate::meshes::{Line, Side};

pub struct Liar {
    says: mpsc::UnboundedSender<Vec<u8>>,
    hears: mpsc::UnboundedReceiver<Vec<u8>>,
    last: u64,
    /// What it was told.
    pub told: Vec<(Seq, What)>,
}

impl Liar {
    pub const KEY: PublicKey = PublicKey([7; 32]);

    /// Is known to this node as `liar`, and has met it.
    pub async fn meets(side: &Side, line: &Line) -> Liar {
        let key = Liar::KEY.to_string();
        side.ok("link.add", json!({"name": "liar", "key": key}))
            .await;
        let (way, says, hears) = line.way();
        side.entrance().take(&Liar::KEY, Box::new(way));
        let liar = Liar {
            says,
            hears,
            last: 0,
            told: Vec::new(),
        };
        liar.say(&Frame::Hello {
            v: VERSION,
            head: mark(1_000_000),
            held: None,
        });
        liar
    }

    pub fn say(&self, frame: &Frame) {
        let json = serde_json::to_vec(frame).unwrap();
        self.says.send(json).unwrap();
    }

    /// Says something, and gives its place; nobody has to have taken it.
    pub fn says(&mut self, what: What) -> Seq {
        let prev = Seq(self.last);
        self.last += 10;
        let at = mark(self.last);
        self.say(&Frame::Item(Item { at, prev, what }));
        at.seq
    }

    /// Says something, and waits until it was taken or turned away.
    pub async fn tells(&mut self, what: What) -> Seq {
        let seq = self.says(what);
        while self.hears().await < seq {}
        seq
    }

    /// Waits until it is told something, and gives it.
    pub async fn until<T>(&mut self, wanted: impl Fn(Seq, &What) -> Option<T>) -> T {
        loop {
            let found = self.told.iter().find_map(|(seq, what)| wanted(*seq, what));
            match found {
                Some(found) => return found,
                None => self.hears().await,
            };
        }
    }

    /// Waits until it hears that what it said at `seq` was refused; with which code.
    pub async fn refused(&mut self, seq: Seq) -> String {
        self.until(|_, what| match what {
            What::Refused { of, code, .. } if *of == seq => Some(code.clone()),
            _ => None,
        })
        .await
    }

    /// Hears one frame; up to where what it said was taken, as far as it knows by that.
    async fn hears(&mut self) -> Seq {
        let frame = self.hears.recv().await.expect("the way is cut");
        match serde_json::from_slice(&frame).unwrap() {
            Frame::Ack { upto } => upto,
            Frame::Item(item) => {
                self.say(&Frame::Ack { upto: item.at.seq });
                self.told.push((item.at.seq, item.what));
                Seq::ZERO
            }
            _ => Seq::ZERO,
        }
    }

    /// How many of what it said were taken by now.
    pub fn taken(&mut self) -> u64 {
        let mut upto = Seq::ZERO;
        while let Ok(frame) = self.hears.try_recv() {
            if let Ok(Frame::Ack { upto: seq }) = serde_json::from_slice(&frame) {
                upto = upto.max(seq);
            }
        }
        upto.0 / 10
    }
}

fn mark(seq: u64) -> Mark {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    Mark {
        seq: Seq(seq),
        hash: EventHash(hash),
    }
}
