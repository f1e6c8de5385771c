//! Why a service did not do what it was asked, and asking until it does.

use std::time::Duration;

use tokio::time::sleep;

use crate::outside::Backoff;
use crate::said::{Said, Trouble};

/// Waits for the service that are not told: it asks for a moment now and then.
const TOLD_FROM: Duration = Duration::from_secs(5);

/// Where what a connector says goes.
pub(crate) type Tell<'a> = &'a dyn Fn(Said<'_>);

/// Why it did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It does not know the token.
    Token,
    /// The chat takes nothing from the program.
    Shut(String),
    /// The chat has another id.
    Moved(i64),
    /// It will not, whenever it is asked.
    Refused(String),
    /// The program there is not set up for it: how that shows, and what to do.
    Unfit(String, String),
    /// It cannot now; for how long it wants to be left alone, if it says so.
    Away(String, Option<Duration>),
}

impl Fault {
    /// Where nothing else can be done about it.
    pub fn ends(self, service: &'static str) -> Trouble {
        match self {
            Fault::Token => Trouble::Token { service },
            Fault::Shut(why) => Trouble::Shut { why },
            Fault::Moved(chat) => Trouble::Service {
                service,
                why: format!("the chat has another id from here on: {chat}"),
            },
            Fault::Unfit(what, todo) => Trouble::Unfit { what, todo },
            Fault::Refused(why) | Fault::Away(why, _) => Trouble::Service { service, why },
        }
    }
}

/// Asks until there is an answer; meanwhile it says that the service is away.
pub(crate) async fn insist<T>(
    tell: Tell<'_>,
    mut ask: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut backoff = Backoff::default();
    let mut told = false;
    loop {
        match ask().await {
            Err(Fault::Away(why, asked)) => {
                let wait = asked.map_or_else(|| backoff.next(), Backoff::asked);
                if asked.is_none() || wait >= TOLD_FROM {
                    told = true;
                    tell(Said::Away { why, wait });
                }
                sleep(wait).await;
            }
            answer => {
                if told {
                    tell(Said::Back);
                }
                return answer;
            }
        }
    }
}
