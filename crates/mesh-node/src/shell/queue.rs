//! Queues between the node's threads. Whoever puts something in wakes the one thread that takes, at most once and
//! outside the lock, and not at all if that thread is awake or lets things gather: a wake costs more than most of what
//! is passed on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Instant;

/// A queue that holds things of so much weight together.
pub(super) fn queue<T>(max: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        inner: Mutex::new(Inner {
            items: VecDeque::new(),
            weight: 0,
            senders: 1,
            taken_from: true,
            rung: false,
            sleeper: None,
        }),
        max,
    });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// Why something was not put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// It is full.
    Full,
    /// Nobody takes from it any more.
    Closed,
}

/// What puts something in.
pub(super) struct Sender<T>(Arc<Shared<T>>);

/// What takes it out, on one thread.
pub(super) struct Receiver<T>(Arc<Shared<T>>);

struct Shared<T> {
    inner: Mutex<Inner<T>>,
    max: usize,
}

struct Inner<T> {
    items: VecDeque<(T, usize)>,
    /// Of all of them.
    weight: usize,
    senders: usize,
    /// Whether the receiver is there.
    taken_from: bool,
    /// Whether somebody rang since it gathered last.
    rung: bool,
    sleeper: Option<Sleeper>,
}

/// The thread that takes, while it sleeps.
struct Sleeper {
    thread: Thread,
    /// It sleeps on until so much weight waits.
    until: usize,
}

impl<T> Inner<T> {
    fn pop(&mut self) -> Option<T> {
        let (item, weight) = self.items.pop_front()?;
        self.weight -= weight;
        Some(item)
    }
}

impl<T> Shared<T> {
    fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        // Nothing that can panic is done under the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until so much waits, somebody rings, the time is over or nobody is left to put something in.
    fn sleep(&self, mut inner: MutexGuard<'_, Inner<T>>, until: usize, ends: Option<Instant>) {
        inner.sleeper = Some(Sleeper {
            thread: thread::current(),
            until,
        });
        drop(inner);
        match ends {
            None => thread::park(),
            Some(ends) => thread::park_timeout(ends.saturating_duration_since(Instant::now())),
        }
        self.inner().sleeper = None;
    }
}

impl<T> Sender<T> {
    /// Puts something of that weight in without waiting. What is heavier than all that it holds goes in alone.
    pub fn try_send(&self, item: T, weight: usize) -> Result<(), Unsent> {
        let mut inner = self.0.inner();
        if !inner.taken_from {
            return Err(Unsent::Closed);
        }
        let all = inner.weight + weight;
        if all > self.0.max && !inner.items.is_empty() {
            return Err(Unsent::Full);
        }
        inner.items.push_back((item, weight));
        inner.weight = all;
        let sleeper = inner.sleeper.take_if(|sleeper| all >= sleeper.until);
        drop(inner);
        wake(sleeper);
        Ok(())
    }

    /// Ends the gathering, now or the next one.
    pub fn ring(&self) {
        let mut inner = self.0.inner();
        inner.rung = true;
        let sleeper = inner.sleeper.take_if(|sleeper| sleeper.until > 1);
        drop(inner);
        wake(sleeper);
    }
}

fn wake(sleeper: Option<Sleeper>) {
    if let Some(sleeper) = sleeper {
        sleeper.thread.unpark();
    }
}

impl<T> Receiver<T> {
    /// The next one; waits for it. Nothing once it is empty and nobody can put anything in any more.
    pub fn recv(&self) -> Option<T> {
        loop {
            let mut inner = self.0.inner();
            if let Some(item) = inner.pop() {
                return Some(item);
            }
            if inner.senders == 0 {
                return None;
            }
            self.0.sleep(inner, 1, None);
        }
    }

    /// The next one if it is there.
    pub fn try_recv(&self) -> Option<T> {
        self.0.inner().pop()
    }

    /// Lets things gather until then, or until half of what it holds is there or somebody rings. Whether more may come.
    pub fn gather(&self, ends: Instant) -> bool {
        let half = self.0.max.div_ceil(2);
        let mut inner = self.0.inner();
        if std::mem::take(&mut inner.rung) || inner.weight >= half {
            return true;
        }
        let more = inner.senders > 0;
        if more && Instant::now() < ends {
            self.0.sleep(inner, half, Some(ends));
        }
        more
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.0.inner().senders += 1;
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        inner.senders -= 1;
        let sleeper = match inner.senders {
            0 => inner.sleeper.take(),
            _ => None,
        };
        drop(inner);
        wake(sleeper);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        inner.taken_from = false;
        // What waits is let go of: whoever hopes for an answer hears that none comes.
        let left = std::mem::take(&mut inner.items);
        inner.weight = 0;
        drop(inner);
        drop(left);
    }
}

impl<T> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MANY: usize = 10_000;

    #[test]
    fn everything_comes_in_order_and_then_the_end() {
        let (send, receive) = queue(MANY);
        let taking = thread::spawn(move || {
            let mut taken = Vec::new();
            while let Some(item) = receive.recv() {
                taken.push(item);
            }
            taken
        });
        let other = send.clone();
        for item in 0..MANY {
            let send = if item % 2 == 0 { &send } else { &other };
            send.try_send(item, 1).unwrap();
        }
        drop((send, other));
        assert_eq!(taking.join().unwrap(), (0..MANY).collect::<Vec<_>>());
    }

    #[test]
    fn more_than_it_holds_is_refused() {
        let (send, receive) = queue(2);
        assert_eq!((send.try_send(1, 1), send.try_send(2, 1)), (Ok(()), Ok(())));
        assert_eq!(send.try_send(3, 1), Err(Unsent::Full));
        assert_eq!(receive.try_recv(), Some(1));
        assert_eq!(send.try_send(4, 1), Ok(()));
        drop(receive);
        assert_eq!(send.try_send(5, 1), Err(Unsent::Closed));
    }

    #[test]
    fn what_is_heavy_takes_more_room_and_always_goes_in_alone() {
        let (send, receive) = queue(4);
        assert_eq!(send.try_send('a', 3), Ok(()));
        assert_eq!(send.try_send('b', 2), Err(Unsent::Full));
        assert_eq!(receive.try_recv(), Some('a'));
        assert_eq!(send.try_send('c', 9), Ok(()));
        assert_eq!(send.try_send('d', 1), Err(Unsent::Full));
        assert_eq!((receive.try_recv(), receive.try_recv()), (Some('c'), None));
    }

    #[test]
    fn what_was_not_taken_is_dropped_with_who_takes() {
        let (send, receive) = queue(2);
        let kept = Arc::new(());
        send.try_send(Arc::clone(&kept), 1).unwrap();
        drop(receive);
        assert_eq!(Arc::strong_count(&kept), 1);
    }

    /// The time is so far away that only what is tested can end the wait.
    fn far() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    #[test]
    fn gathering_ends_by_a_half_by_a_ring_and_by_the_end() {
        let (send, receive) = queue(4);
        send.try_send('a', 1).unwrap();
        send.ring();
        assert!(receive.gather(far()), "it was rung for before");
        send.try_send('b', 1).unwrap();
        assert!(receive.gather(far()), "half of what it holds is there");
        drop(send);
        assert_eq!((receive.recv(), receive.recv()), (Some('a'), Some('b')));
        assert!(!receive.gather(far()), "nothing more will come");
        assert_eq!(receive.recv(), None);
    }

    #[test]
    fn who_gathers_is_woken() {
        let (send, receive) = queue(4);
        let taking = thread::spawn(move || {
            let mut taken = Vec::new();
            while receive.gather(far()) {
                taken.extend(std::iter::from_fn(|| receive.try_recv()));
            }
            taken.extend(receive.recv());
            taken
        });
        for item in [1, 2] {
            send.try_send(item, 1).unwrap();
        }
        send.ring();
        send.try_send(3, 1).unwrap();
        drop(send);
        assert_eq!(taking.join().unwrap(), [1, 2, 3]);
    }
}
