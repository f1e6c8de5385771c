//! The window: so many messages may be under way, and one is over when its slowest member has it.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Counts messages on one thread.
pub struct Window {
    size: u64,
    members: u32,
    sent: Cell<u64>,
    over: Cell<u64>,
    /// How many members have message `n`, at `n % size`.
    have: RefCell<Vec<u32>>,
    moved: Notify,
    ends: Instant,
}

/// What an arm has done.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// Messages that every member has.
    pub messages: u64,
    /// In so long.
    pub took: Duration,
}

impl Done {
    /// Messages times members a second.
    pub fn rate(&self, members: usize) -> f64 {
        self.messages as f64 * members as f64 / self.took.as_secs_f64()
    }
}

impl Window {
    pub fn new(size: usize, members: usize, time: Duration) -> Window {
        Window {
            size: size as u64,
            members: members as u32,
            sent: Cell::new(0),
            over: Cell::new(0),
            have: RefCell::new(vec![0; size]),
            moved: Notify::new(),
            ends: Instant::now() + time,
        }
    }

    /// Waits for room and says which messages may be sent; an empty range is the end.
    pub async fn next(&self) -> std::ops::Range<u64> {
        loop {
            let (sent, over) = (self.sent.get(), self.over.get());
            if Instant::now() >= self.ends {
                if sent == over {
                    return sent..sent;
                }
            } else if sent < over + self.size {
                self.sent.set(over + self.size);
                return sent..over + self.size;
            }
            self.moved.notified().await;
        }
    }

    /// A member has message `n`.
    pub fn has(&self, n: u64) {
        let mut have = self.have.borrow_mut();
        let slot = (n % self.size) as usize;
        have[slot] += 1;
        if have[slot] == self.members {
            have[slot] = 0;
            self.over.set(self.over.get() + 1);
            self.moved.notify_one();
        }
    }

    /// Messages that are over.
    pub fn over(&self) -> u64 {
        self.over.get()
    }
}
