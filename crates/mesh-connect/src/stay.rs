//! What stays: a connection that is opened again whenever it is lost, after growing pauses, and a connector until it is told to end.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::fault::Fault;
use crate::outside::Backoff;
use crate::said::Trouble;

/// Why a connection ended.
pub(crate) enum Ended {
    /// The service asked for another one.
    Asked,
    Lost(String),
    Fault(Fault),
    /// Nobody listens any more.
    Unheard,
}

/// What whoever listens is told of the connection itself.
#[derive(Debug)]
pub(crate) enum Gone {
    /// It is lost, and for how long it is left alone.
    Away(String, Duration),
    /// It will not open again.
    Ends(Fault),
}

/// One side of a connection.
pub(crate) trait Stays: Send {
    /// What is told of it.
    type Told: From<Gone> + Send;

    /// Where it is told.
    fn tell(&self) -> &mpsc::Sender<Self::Told>;

    /// Opens it, and goes on until it ends. Once it stands, the pauses begin anew.
    fn connect(&mut self, backoff: &mut Backoff) -> impl Future<Output = Ended> + Send;
}

/// Holds it open until nobody listens, or the service wants no more of it.
pub(crate) async fn stay(mut side: impl Stays) {
    let mut backoff = Backoff::default();
    loop {
        let (why, wait) = match side.connect(&mut backoff).await {
            Ended::Asked => continue,
            Ended::Unheard => return,
            Ended::Lost(why) => (why, backoff.next()),
            Ended::Fault(Fault::Away(why, asked)) => {
                (why, asked.map_or_else(|| backoff.next(), Backoff::asked))
            }
            Ended::Fault(fault) => {
                // Whoever listens ends by it.
                let _ = side.tell().send(Gone::Ends(fault).into()).await;
                return;
            }
        };
        if side
            .tell()
            .send(Gone::Away(why, wait).into())
            .await
            .is_err()
        {
            return;
        }
        sleep(wait).await;
    }
}

/// Runs a connector until `stop`. Whatever is under way then is as if it had been killed: it is repeated, and what was done is
/// done once.
pub(crate) async fn until(
    stop: impl Future<Output = ()>,
    runs: impl Future<Output = Result<(), Trouble>>,
) -> Result<(), Trouble> {
    tokio::select! {
        biased;
        () = stop => Ok(()),
        ended = runs => ended,
    }
}
