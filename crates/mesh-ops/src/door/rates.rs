//! Request limits of credentials: a minute and a day, counted in fixed windows. What counts a day
//! is handed to the vault now and then, so that a restart forgives at most a minute's requests.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mesh_core::Credential;
use mesh_model::{Actor, CredentialId, Effect, ErrorCode, Millis, Refusal};

use crate::door::Door;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// Requests of one credential in the running minute and day.
#[derive(Debug, Default)]
struct Used {
    minute: u64,
    in_minute: u64,
    day: u64,
    in_day: u64,
    /// Counted since the vault was told.
    untold: u64,
}

/// The counts of all credentials that have limits.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    used: Mutex<HashMap<CredentialId, Used>>,
    /// The day whose counts were read from the vault.
    read: Mutex<Option<u64>>,
}

/// A credential's limits.
#[derive(Debug, Clone, Copy)]
struct Limits {
    per_minute: Option<u32>,
    per_day: Option<u32>,
}

impl Rates {
    /// Counts one request. Gives what the vault has to be told, once a minute.
    fn count(
        &self,
        id: CredentialId,
        limits: Limits,
        now: Millis,
    ) -> Result<Option<(u64, u64)>, Refusal> {
        let (minute, day) = (now.0 / MINUTE_MS, now.0 / DAY_MS);
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = all.entry(id).or_default();
        let mut tell = None;
        if used.minute != minute {
            tell =
                Some((used.day, std::mem::take(&mut used.untold))).filter(|(_, count)| *count > 0);
            (used.minute, used.in_minute) = (minute, 0);
        }
        if used.day != day {
            (used.day, used.in_day) = (day, 0);
        }
        check(
            used.in_minute,
            limits.per_minute,
            "minute",
            (minute + 1) * MINUTE_MS - now.0,
        )?;
        check(
            used.in_day,
            limits.per_day,
            "day (UTC)",
            (day + 1) * DAY_MS - now.0,
        )?;
        used.in_minute += 1;
        used.in_day += 1;
        used.untold += 1;
        Ok(tell)
    }

    /// Takes in what was counted before the node started.
    fn take_in(&self, day: u64, counts: Vec<(CredentialId, u64)>) {
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, count) in counts {
            let used = all.entry(id).or_default();
            if used.day != day {
                (used.day, used.in_day) = (day, 0);
            }
            used.in_day += count;
        }
    }
}

fn check(used: u64, limit: Option<u32>, window: &str, retry_after_ms: u64) -> Result<(), Refusal> {
    match limit {
        Some(limit) if used >= u64::from(limit) => Err(Refusal::new(
            ErrorCode::RateLimited,
            format!("this credential's limit is {limit} requests a {window} and they are used up"),
            Effect::NothingDone,
            "wait as long as retry_after_ms says, or ask for a higher limit",
        )
        .retry_after_ms(retry_after_ms)),
        _ => Ok(()),
    }
}

impl Door {
    /// Counts a request of credentials that have limits: the caller's own, and those it was made with.
    pub(crate) fn count(&self, actor: &Actor) -> Result<(), Refusal> {
        let access = self.node().access();
        access
            .line(actor)
            .try_for_each(|credential| self.count_one(credential))
    }

    fn count_one(&self, credential: &Credential) -> Result<(), Refusal> {
        let id = credential.id;
        let limits = Limits {
            per_minute: credential.per_minute,
            per_day: credential.per_day,
        };
        if limits.per_minute.is_none() && limits.per_day.is_none() {
            return Ok(());
        }
        let now = self.node().now();
        self.read_day(now)?;
        if let Some((day, count)) = self.rates().count(id, limits, now)? {
            let vault = self.node().vault().clone();
            tokio::task::spawn_blocking(move || {
                if let Err(why) = vault.add_usage(day, &[(id, count)]) {
                    tracing::warn!(%why, "requests of a credential could not be counted");
                }
            });
        }
        Ok(())
    }

    /// Reads the day's counts once, at the first request that has a limit.
    fn read_day(&self, now: Millis) -> Result<(), Refusal> {
        let mut read = self
            .rates()
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if read.is_none() {
            let day = now.0 / DAY_MS;
            match self.node().vault().usage(day) {
                Ok(counts) => self.rates().take_in(day, counts),
                Err(why) => tracing::warn!(%why, "the requests of today could not be read"),
            }
            *read = Some(day);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        per_minute: Some(2),
        per_day: Some(3),
    };

    #[test]
    fn windows_fill_and_open_again() {
        let rates = Rates::default();
        let id = CredentialId(uuid::Uuid::from_u128(1));
        let at = |ms: u64| rates.count(id, LIMITS, Millis(DAY_MS * 9 + ms));
        assert!(at(0).is_ok() && at(1).is_ok());
        let refusal = at(59_000).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.retry_after_ms),
            (ErrorCode::RateLimited, Some(1000))
        );
        // The next minute tells the vault, and the day's limit is the one that holds.
        assert_eq!(at(60_000), Ok(Some((9, 2))));
        assert_eq!(
            at(60_001).unwrap_err().retry_after_ms,
            Some(DAY_MS - 60_001)
        );
        assert!(at(DAY_MS).is_ok());
    }

    #[test]
    fn what_was_counted_before_counts() {
        let rates = Rates::default();
        let id = CredentialId(uuid::Uuid::from_u128(1));
        rates.take_in(9, vec![(id, 3)]);
        assert!(rates.count(id, LIMITS, Millis(DAY_MS * 9)).is_err());
        assert!(rates.count(id, LIMITS, Millis(DAY_MS * 10)).is_ok());
    }
}
