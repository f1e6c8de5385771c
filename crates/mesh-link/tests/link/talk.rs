//! Two sides of a conversation over a channel that loses, repeats and cuts: whatever happens, each side has what stands in the
//! other's log, once and in its order.

use std::collections::VecDeque;

use mesh_link::federation::talk::{Act, Talk};
use mesh_link::federation::wire::{Frame, Mark, VERSION, What};
use mesh_model::events::LinkPause;
use mesh_model::{EventHash, Seq};

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// A mesh: its log, of which every third event is for the peer, and what it took of the peer's.
struct Mesh {
    log: Vec<EventHash>,
    taken: Vec<(Seq, EventHash)>,
    talk: Talk,
    /// What of its log it looks at next, if the peer has greeted.
    next: Option<Seq>,
    inbound: VecDeque<Frame>,
}

fn hash(seed: u8, seq: u64) -> EventHash {
    let mut hash = [seed; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    EventHash(hash)
}

fn for_peer(seq: Seq) -> bool {
    seq.0.is_multiple_of(3)
}

impl Mesh {
    fn new(seed: u8, events: u64) -> Mesh {
        let log: Vec<_> = (0..=events).map(|seq| hash(seed, seq)).collect();
        Mesh {
            talk: Talk::new(mark(&log, events), None),
            log,
            taken: Vec::new(),
            next: None,
            inbound: VecDeque::new(),
        }
    }

    fn head(&self) -> u64 {
        self.log.len() as u64 - 1
    }

    /// Both meet by a fresh way.
    fn meet(&mut self) -> Frame {
        let held = self.taken.last().map(|(seq, hash)| Mark {
            seq: *seq,
            hash: *hash,
        });
        self.talk = Talk::new(mark(&self.log, self.head()), held);
        (self.next, self.inbound) = (None, VecDeque::new());
        self.talk.hello()
    }

    /// Hears one frame, and gives what it says, or that the way is broken.
    fn hear(&mut self, frame: Frame) -> Result<Vec<Frame>, Option<LinkPause>> {
        let own = Talk::asks(&frame).and_then(|seq| self.log.get(seq.0 as usize).copied());
        let mut says = Vec::new();
        for act in self.talk.on(frame, own).map_err(|_| None)? {
            match act {
                Act::Send(frame) => says.push(frame),
                Act::Begin(after) => self.next = Some(Seq(after.0 + 1)),
                Act::Take(item) => {
                    self.taken.push((item.at.seq, item.at.hash));
                    says.push(self.talk.took(item.at.seq));
                }
                Act::Stop(why) => return Err(Some(why)),
                Act::Hands(..) | Act::Knock(_) => {}
            }
        }
        Ok(says)
    }

    fn tells(&mut self) -> Option<Frame> {
        while let Some(seq) = self.next.filter(|seq| seq.0 <= self.head()) {
            if !self.talk.may_tell() {
                return None;
            }
            self.next = Some(Seq(seq.0 + 1));
            if for_peer(seq) {
                return Some(self.talk.tell(mark(&self.log, seq.0), What::Other, 1000));
            }
        }
        None
    }

    /// What the other has to hold of this one.
    fn owed(&self) -> Vec<(Seq, EventHash)> {
        let all = (1..=self.head()).map(Seq).filter(|seq| for_peer(*seq));
        all.map(|seq| (seq, self.log[seq.0 as usize])).collect()
    }
}

fn mark(log: &[EventHash], seq: u64) -> Mark {
    Mark {
        seq: Seq(seq),
        hash: log[seq as usize],
    }
}

/// Runs both until each has everything. Gives how often the way broke.
fn run(seed: u64) -> u32 {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut sides = [Mesh::new(1, 900), Mesh::new(2, 700)];
    let mut broken = 0;
    for _ in 0..10_000 {
        let hellos = [sides[0].meet(), sides[1].meet()];
        let [one, two] = hellos;
        sides[1].inbound.push_back(one);
        sides[0].inbound.push_back(two);
        let mut left = 20 + chance.below(400);
        'way: while left > 0 {
            left -= 1;
            let (me, other) = if chance.below(2) == 0 { (0, 1) } else { (1, 0) };
            let mut says: Vec<Frame> = sides[me].tells().into_iter().collect();
            if let Some(frame) = sides[me].inbound.pop_front() {
                match sides[me].hear(frame) {
                    Ok(more) => says.extend(more),
                    Err(None) => break 'way,
                    Err(Some(why)) => panic!("seed {seed}: {why:?}"),
                }
            }
            for frame in says {
                let greets = matches!(frame, Frame::Hello { .. });
                match chance.below(60) {
                    0 if !greets => {}
                    1 if !greets => {
                        sides[other].inbound.push_back(frame.clone());
                        sides[other].inbound.push_back(frame);
                    }
                    _ => sides[other].inbound.push_back(frame),
                }
            }
        }
        broken += 1;
        if sides[0].taken == sides[1].owed() && sides[1].taken == sides[0].owed() {
            return broken;
        }
    }
    panic!("seed {seed}: it never came through");
}

#[test]
fn nothing_is_lost_or_taken_twice_whatever_the_way_does() {
    let broken: u32 = (1..200).map(run).sum();
    assert!(
        broken > 400,
        "the way broke too rarely to say anything: {broken}"
    );
}

#[test]
fn a_log_that_is_not_the_one_that_it_was_stops_both() {
    let (mut one, mut two) = (Mesh::new(1, 90), Mesh::new(2, 90));
    two.taken = one.owed();
    // Shorter than what the other holds of it.
    one.log.truncate(50);
    let (hello, back) = (one.meet(), two.meet());
    assert_eq!(two.hear(hello), Err(Some(LinkPause::WentBack)));
    assert_eq!(one.hear(back), Err(Some(LinkPause::WeWentBack)));
    // As long, and another one.
    one.log = (0..=95).map(|seq| hash(3, seq)).collect();
    let (hello, back) = (one.meet(), two.meet());
    assert!(two.hear(hello).is_ok());
    assert_eq!(one.hear(back), Err(Some(LinkPause::WeWentBack)));
    // The other cannot see that, and is told.
    assert_eq!(two.hear(Frame::Lost), Err(Some(LinkPause::WentBack)));
}

#[test]
fn each_is_told_what_the_other_found() {
    let (log, mark) = (hash(1, 9), |seq, hash| Mark {
        seq: Seq(seq),
        hash,
    });
    let greets = |head, held| Frame::Hello {
        v: VERSION,
        head,
        held,
    };
    let mut short = Talk::new(mark(9, log), Some(mark(40, hash(2, 40))));
    let stopped = short.on(greets(mark(30, hash(2, 30)), None), None).unwrap();
    assert_eq!(
        stopped,
        [Act::Send(Frame::Halt), Act::Stop(LinkPause::WentBack)]
    );
    let mut grown = Talk::new(mark(9, log), None);
    let held = Some(mark(7, hash(3, 7)));
    let greets = greets(mark(30, hash(2, 30)), held);
    let stopped = grown.on(greets, Some(hash(1, 7))).unwrap();
    assert_eq!(
        stopped,
        [Act::Send(Frame::Lost), Act::Stop(LinkPause::WeWentBack)]
    );
}

#[test]
fn whoever_breaks_the_rules_is_left() {
    let mut one = Mesh::new(1, 9);
    one.meet();
    assert_eq!(
        one.hear(Frame::Ack { upto: Seq(1) }),
        Err(None),
        "before it greeted"
    );
    let mut other = Mesh::new(2, 9);
    one.meet();
    assert!(one.hear(other.meet()).is_ok());
    assert_eq!(
        one.hear(Frame::Ack { upto: Seq(7) }),
        Err(None),
        "what it was not told"
    );
    one.meet();
    assert!(one.hear(other.meet()).is_ok());
    assert_eq!(one.hear(other.meet()), Err(None), "greeted twice");
}
