//! Channels without anybody between: one node listens at [`LINK_PATH`], the other connects.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use mesh_model::limits::{LINK_FRAME_BYTES_MAX, LINK_HANDSHAKE_WAIT_MS};
use mesh_model::{PublicKey, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::channel::{Channel, Wire};
use crate::net::{self, Target};
use crate::seal::{Ephemeral, Initiator, Prover, Responder, SealError, Verdict};

/// Where a node takes channels of other nodes.
pub const LINK_PATH: &str = "/api/v1/link";

/// Why there is no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// No address that could be connected to.
    #[error("'{0}' is no address of a mesh or an interchange, such as https://mesh.example.org")]
    Address(String),
    /// Nobody is there.
    #[error("the address cannot be reached: {0}")]
    Unreachable(String),
    /// Something else than a node, or one that takes no channels.
    #[error("the address answers {0} instead of taking a channel")]
    Answered(u16),
    /// It broke off or was broken off.
    #[error("the connection ended before the other side was known")]
    Cut,
    /// The other side takes too long.
    #[error("the other side does not answer in time")]
    Silent,
    /// Whoever is there is not who was meant, or does not want it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// An interchange said no.
    #[error("{0}")]
    Refused(Refusal),
    /// The system gives no chance for a key.
    #[error("no key can be drawn: {0}")]
    Chance(String),
}

/// Who takes the channels that other nodes open.
pub trait Links: fmt::Debug + Send + Sync {
    /// Whether a channel with the node that has proved this key is wanted. It is answered before anything else is said.
    fn judge(&self, peer: PublicKey) -> Verdict;
    /// Takes a channel that is.
    fn take(&self, channel: Channel);
}

/// Opens a channel to the node at an address. Without `meant` it is a first meeting: whoever answers is proved, and
/// [`Channel::peer`] says who that is.
pub async fn dial(
    address: &str,
    prover: &dyn Prover,
    meant: Option<PublicKey>,
) -> Result<Channel, NotOpened> {
    let target = Target::of(address, LINK_PATH)?;
    let (socket, _) = target
        .connect(target.request()?, LINK_FRAME_BYTES_MAX)
        .await?;
    begin(net::wire(socket), prover, meant).await
}

/// Takes a channel on a connection that has become a WebSocket, of which `read` was read already.
pub async fn accept(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    read: Vec<u8>,
    prover: &dyn Prover,
    judge: impl FnOnce(PublicKey) -> Verdict,
) -> Result<Channel, NotOpened> {
    let config = Some(net::config(LINK_FRAME_BYTES_MAX));
    let socket = WebSocketStream::from_partially_read(stream, read, Role::Server, config).await;
    answer(net::wire(socket), None, prover, judge).await
}

/// The handshake of who begins.
pub(crate) async fn begin(
    mut wire: Wire,
    prover: &dyn Prover,
    meant: Option<PublicKey>,
) -> Result<Channel, NotOpened> {
    let (initiator, hello) = Initiator::begin(ephemeral()?)?;
    say(&mut wire, hello).await?;
    let answer = hear(&mut wire).await?;
    let (proving, proof) = initiator.prove(prover, meant, &answer)?;
    say(&mut wire, proof).await?;
    let (session, peer) = proving.finish(&hear(&mut wire).await?)?;
    Ok(Channel::start(peer, session, wire))
}

/// The handshake of who listens. `meant` is who the other side is known to be, if something is known.
pub(crate) async fn answer(
    mut wire: Wire,
    meant: Option<PublicKey>,
    prover: &dyn Prover,
    judge: impl FnOnce(PublicKey) -> Verdict,
) -> Result<Channel, NotOpened> {
    let hello = hear(&mut wire).await?;
    let (responder, answer) = Responder::answer(prover, ephemeral()?, &hello)?;
    say(&mut wire, answer).await?;
    let proof = hear(&mut wire).await?;
    let judged = responder.judge(prover, &proof, |met| {
        if meant.is_none_or(|meant| meant == met) {
            judge(met)
        } else {
            Verdict::Unwanted
        }
    })?;
    say(&mut wire, judged.answer).await?;
    match judged.session {
        Ok(session) => Ok(Channel::start(judged.peer, session, wire)),
        Err(verdict) => {
            // Once it has closed its side, it has read the verdict.
            let _ = timeout(wait(), wire.out.close()).await;
            let _ = timeout(wait(), wire.frames.next()).await;
            Err(NotOpened::Seal(SealError::Refused(verdict)))
        }
    }
}

fn wait() -> Duration {
    Duration::from_millis(LINK_HANDSHAKE_WAIT_MS)
}

async fn say(wire: &mut Wire, frame: Vec<u8>) -> Result<(), NotOpened> {
    let sent = timeout(wait(), wire.out.send(Bytes::from(frame))).await;
    sent.map_err(|_| NotOpened::Silent)?
        .map_err(|_| NotOpened::Cut)
}

async fn hear(wire: &mut Wire) -> Result<Bytes, NotOpened> {
    let heard = timeout(wait(), wire.frames.next()).await;
    match heard.map_err(|_| NotOpened::Silent)? {
        Some(Ok(frame)) => Ok(frame),
        Some(Err(_)) | None => Err(NotOpened::Cut),
    }
}

fn ephemeral() -> Result<Ephemeral, NotOpened> {
    let mut bytes = Ephemeral::default();
    getrandom::fill(&mut bytes).map_err(|why| NotOpened::Chance(why.to_string()))?;
    Ok(bytes)
}
