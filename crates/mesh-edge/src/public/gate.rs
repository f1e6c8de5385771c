//! How much of the public there is at a time: answers under way, and streams.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::address::whose;
use mesh_model::limits::{PUBLIC_STREAMS_MAX, PUBLIC_STREAMS_OF_ONE_MAX, PUBLIC_UNDER_WAY_MAX};
use mesh_model::{Effect, ErrorCode, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whoever is turned away comes again after so long, milliseconds.
const AGAIN_MS: u64 = 2000;

pub(super) struct Gate {
    under_way: Arc<Semaphore>,
    streams: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            under_way: Arc::new(Semaphore::new(PUBLIC_UNDER_WAY_MAX)),
            streams: Arc::default(),
        }
    }
}

impl Gate {
    /// An answer begins, unless too many are under way: nobody waits in a queue here.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let under_way = Arc::clone(&self.under_way).try_acquire_owned();
        under_way.map_err(|_| crowded())
    }

    /// A stream begins, counted for its network as long as it is there.
    pub fn stream(&self, from: Option<IpAddr>) -> Result<Counted, Refusal> {
        let from = whose(from.unwrap_or(IpAddr::from([0; 4])));
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = streams.values().sum();
        let own = streams.get(&from).copied().unwrap_or_default();
        if all >= PUBLIC_STREAMS_MAX || own >= PUBLIC_STREAMS_OF_ONE_MAX {
            return Err(crowded());
        }
        streams.insert(from, own + 1);
        Ok(Counted {
            all: Arc::clone(&self.streams),
            from,
        })
    }
}

/// A stream, for as long as it is there.
pub(super) struct Counted {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    from: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.from);
            }
        }
    }
}

fn crowded() -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        "as many look at the public page as it serves at a time",
        Effect::NothingDone,
        "come again a little later; the page can be loaded anew at any time",
    )
    .retry_after_ms(AGAIN_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_of_the_streams_and_gives_it_back() {
        let gate = Gate::default();
        let at = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        // One host has as many addresses of its network as it likes.
        let of_one: Vec<_> = (0..PUBLIC_STREAMS_OF_ONE_MAX)
            .map(|n| gate.stream(at(&format!("2001:db8::{n:x}"))).unwrap())
            .collect();
        assert!(gate.stream(at("2001:db8::ffff")).is_err());
        let other = gate.stream(at("2001:db8:0:1::1"));
        assert!(other.is_ok());
        drop(of_one);
        assert!(gate.stream(at("2001:db8::ffff")).is_ok());
    }

    #[test]
    fn all_networks_together_have_so_many_streams_and_no_more() {
        let gate = Gate::default();
        let held: Vec<_> = (0..PUBLIC_STREAMS_MAX)
            .map(|n| {
                let from = format!("10.0.{}.{}", n / 250, n % 250);
                gate.stream(from.parse().ok()).unwrap()
            })
            .collect();
        let refusal = gate.stream("192.0.2.1".parse().ok()).err().unwrap();
        assert_eq!(refusal.code, ErrorCode::Overloaded);
        drop(held);
        assert!(gate.streams.lock().unwrap().is_empty());
    }

    #[test]
    fn nobody_waits_behind_what_is_under_way() {
        let gate = Gate::default();
        let held: Vec<_> = (0..PUBLIC_UNDER_WAY_MAX)
            .map(|_| gate.enter().unwrap())
            .collect();
        assert!(gate.enter().is_err());
        drop(held);
        assert!(gate.enter().is_ok());
    }
}
