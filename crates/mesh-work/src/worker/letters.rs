//! Sending what ends attempts, now and after a restart.

use std::time::Duration;

use mesh_sdk::Error;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use crate::outbox::{Letter, Sent, sent};

/// How often a letter that the node could not take in is sent again.
const LETTER_AGAIN: Duration = Duration::from_secs(2);

/// Why a letter was not taken in.
#[derive(Debug)]
pub(crate) enum Unsent {
    /// Nobody waits for it any more.
    Stale(String),
    /// It can never be taken in as it is.
    Refused(String),
    /// A later run sends it.
    Kept(String),
}

impl Unsent {
    pub(crate) fn why(self) -> String {
        match self {
            Unsent::Stale(why) | Unsent::Refused(why) | Unsent::Kept(why) => why,
        }
    }
}

impl Shared {
    /// Keeps a letter on disk and sends it until it was taken in or nobody waits for it any more.
    pub(crate) async fn post(&self, letter: &Letter) -> Result<String, Unsent> {
        if let Err(why) = self.outbox.put(letter) {
            self.say(&format!(
                "a result could not be kept on disk and is only sent: {why}"
            ));
        }
        loop {
            let input = letter.input.clone();
            let answer = self.client.call_raw(&letter.operation, input).await;
            match sent(&answer) {
                Sent::Later(why) => {
                    if matches!(answer, Err(Error::Closed)) {
                        // This client is closed; a later run sends the letter.
                        let why = format!("it could not be sent and is kept: {why}");
                        return Err(Unsent::Kept(why));
                    }
                    sleep_until(Instant::now() + LETTER_AGAIN).await;
                }
                told => {
                    if let Err(why) = self.outbox.remove(letter) {
                        self.say(&format!(
                            "a letter that was sent stays in the outbox: {why}"
                        ));
                    }
                    let state = |answer: Value| answer["state"].as_str().map(str::to_owned);
                    return match told {
                        Sent::Stale(why) => Err(Unsent::Stale(why)),
                        Sent::Dropped(why) => Err(Unsent::Refused(why)),
                        _ => Ok(answer.ok().and_then(state).unwrap_or_default()),
                    };
                }
            }
        }
    }

    /// Sends what a former run has kept.
    pub(super) async fn send_kept(&self) {
        let (letters, odd) = match self.outbox.letters() {
            Ok(found) => found,
            Err(why) => return self.say(&format!("the outbox cannot be read: {why}")),
        };
        for path in odd {
            self.say(&format!(
                "{} is no letter and is left alone",
                path.display()
            ));
        }
        for letter in letters {
            let task = letter.input["task"].as_str().unwrap_or_default().to_owned();
            match self.post(&letter).await {
                Ok(_) => self.say(&format!("sent what a former run had kept of task {task}")),
                Err(unsent) => self.say(&format!(
                    "dropped what a former run had kept of task {task}: {}",
                    unsent.why()
                )),
            }
        }
    }
}
