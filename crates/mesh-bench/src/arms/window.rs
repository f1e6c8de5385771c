//! The window: so many messages may be under way, and one is over when its slowest member has it.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How much is sent, and how fast.
#[derive(Debug, Clone, Copy)]
pub enum Load {
    /// As fast as the window lets, for so long.
    Full { window: usize, time: Duration },
    /// So many messages as fast as the window lets.
    Count { window: usize, messages: u64 },
    /// So many a second for so long.
    Paced { rate: u32, time: Duration },
}

/// A paced sender that falls further behind than this waits: the figure then shows it.
const PACED_WINDOW: u64 = 4096;

/// Counts messages on one thread.
pub struct Window {
    load: Load,
    size: u64,
    members: u32,
    begun: Instant,
    sent: Cell<u64>,
    over: Cell<u64>,
    /// How many members have message `n`, at `n % size`.
    have: RefCell<Vec<u32>>,
    /// When message `n` was sent, if the load is paced.
    sent_at: RefCell<Vec<Instant>>,
    latencies: RefCell<Vec<Duration>>,
    moved: Notify,
}

/// What an arm has done.
#[derive(Debug, Clone)]
pub struct Done {
    /// Messages that every member has.
    pub messages: u64,
    /// In so long.
    pub took: Duration,
    /// From sending to decoding, for each delivery of a paced load, ascending.
    pub latencies: Vec<Duration>,
}

impl Done {
    /// Messages times members a second.
    pub fn rate(&self, members: usize) -> f64 {
        self.messages as f64 * members as f64 / self.took.as_secs_f64()
    }

    /// The latency that so many percent of the deliveries stay within, milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies
            .get(at)
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

impl Window {
    pub fn new(load: Load, members: usize) -> Window {
        let size = match load {
            Load::Full { window, .. } | Load::Count { window, .. } => window as u64,
            Load::Paced { .. } => PACED_WINDOW,
        };
        Window {
            load,
            size,
            members: members as u32,
            begun: Instant::now(),
            sent: Cell::new(0),
            over: Cell::new(0),
            have: RefCell::new(vec![0; size as usize]),
            sent_at: RefCell::default(),
            latencies: RefCell::default(),
            moved: Notify::new(),
        }
    }

    fn ended(&self) -> bool {
        match self.load {
            Load::Full { time, .. } | Load::Paced { time, .. } => self.begun.elapsed() >= time,
            Load::Count { messages, .. } => self.sent.get() >= messages,
        }
    }

    /// Waits for room and says which messages may be sent; an empty range is the end.
    pub async fn next(&self) -> std::ops::Range<u64> {
        loop {
            let (sent, over) = (self.sent.get(), self.over.get());
            if self.ended() {
                if sent == over {
                    return sent..sent;
                }
            } else if sent < over + self.size {
                return match self.load {
                    Load::Paced { rate, .. } => self.paced(sent, rate).await,
                    Load::Full { .. } => self.take(sent, over + self.size),
                    Load::Count { messages, .. } => self.take(sent, messages.min(over + self.size)),
                };
            }
            self.moved.notified().await;
        }
    }

    fn take(&self, sent: u64, until: u64) -> std::ops::Range<u64> {
        self.sent.set(until);
        sent..until
    }

    async fn paced(&self, sent: u64, rate: u32) -> std::ops::Range<u64> {
        let due = self.begun + Duration::from_secs(1) * sent as u32 / rate;
        tokio::time::sleep_until(due.into()).await;
        self.sent_at.borrow_mut().push(Instant::now());
        self.take(sent, sent + 1)
    }

    /// A member has message `n`.
    pub fn has(&self, n: u64) {
        if let Some(sent) = self.sent_at.borrow().get(n as usize) {
            self.latencies.borrow_mut().push(sent.elapsed());
        }
        let mut have = self.have.borrow_mut();
        let slot = (n % self.size) as usize;
        have[slot] += 1;
        if have[slot] == self.members {
            have[slot] = 0;
            self.over.set(self.over.get() + 1);
            self.moved.notify_one();
        }
    }

    /// What was done until now.
    pub fn done(&self, begun: Instant) -> Done {
        let mut latencies = self.latencies.take();
        latencies.sort_unstable();
        Done {
            messages: self.over.get(),
            took: begun.elapsed(),
            latencies,
        }
    }
}
