//! Channels of other nodes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mesh_edge::EdgeConfig;
use mesh_interchange::{
    Channel, Ended, LINK_PATH, Links, NotOpened, SealError, Verdict, accept, dial,
};
use mesh_model::PublicKey;
use mesh_model::limits::{LINK_FRAME_BYTES_MAX, LINK_HANDSHAKES_OF_ONE_MAX};
use tokio::sync::mpsc;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::house::House;
use crate::http::Request;

/// Takes the channels of everybody but one.
#[derive(Debug)]
struct Taking {
    unwanted: PublicKey,
    taken: mpsc::UnboundedSender<Channel>,
}

impl Links for Taking {
    fn judge(&self, peer: PublicKey) -> Verdict {
        if peer == self.unwanted {
            Verdict::Unwanted
        } else {
            Verdict::Welcome
        }
    }

    fn take(&self, channel: Channel) {
        self.taken.send(channel).unwrap();
    }
}

async fn linking(unwanted: PublicKey) -> (House, String, mpsc::UnboundedReceiver<Channel>) {
    let (taken, channels) = mpsc::unbounded_channel();
    let links: Arc<dyn Links> = Arc::new(Taking { unwanted, taken });
    let house = House::with(EdgeConfig {
        links: Some(links),
        ..EdgeConfig::default()
    });
    let house = house.await;
    let address = format!("http://{}", house.at);
    (house, address, channels)
}

fn key_of(house: &House) -> PublicKey {
    house.node.access().mesh().unwrap().node_key
}

#[tokio::test]
async fn two_nodes_open_a_channel() {
    let (one, two) = (House::start().await, House::start().await);
    let (house, address, mut channels) = linking(key_of(&two)).await;
    let key = one.node.signing_key();
    let mut near = dial(&address, &key, Some(key_of(&house))).await.unwrap();
    let mut far = channels.recv().await.unwrap();
    assert_eq!((near.peer(), far.peer()), (key_of(&house), key_of(&one)));
    near.send(b"hello".to_vec()).await.unwrap();
    assert_eq!(far.recv().await.unwrap(), b"hello");
    far.send(b"and back".to_vec()).await.unwrap();
    assert_eq!(near.recv().await.unwrap(), b"and back");

    let refused = dial(&address, &two.node.signing_key(), None).await;
    let unwanted = NotOpened::Seal(SealError::Refused(Verdict::Unwanted));
    assert_eq!(refused.unwrap_err(), unwanted);

    far.close().await;
    assert_eq!(near.recv().await, Err(Ended::There));
}

#[tokio::test]
async fn a_node_without_links_says_so() {
    let house = House::start().await;
    let other = House::start().await;
    let address = format!("http://{}", house.at);
    let refused = dial(&address, &other.node.signing_key(), None).await;
    assert_eq!(refused.unwrap_err(), NotOpened::Answered(404));
    let (house, _, _) = linking(key_of(&other)).await;
    let plain = Request::new("GET", LINK_PATH).send(house.at).await;
    assert_eq!(plain.status, 400);
    let foreign = Request::new("GET", LINK_PATH)
        .header("origin", "https://evil.example")
        .send(house.at)
        .await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn one_address_begins_few_channels_at_a_time() {
    let other = House::start().await;
    let (_house, address, mut channels) = linking(PublicKey([0; 32])).await;
    let url = format!("{}{LINK_PATH}", address.replace("http", "ws"));
    let mut begun = Vec::new();
    for _ in 0..LINK_HANDSHAKES_OF_ONE_MAX {
        begun.push(connect_async(&url).await.unwrap().0);
    }
    let Err(Error::Http(answer)) = connect_async(&url).await else {
        panic!("one more was taken");
    };
    assert_eq!(answer.status(), 503);
    // Whoever goes away makes room.
    let mut gone = begun.pop().unwrap();
    gone.close(None).await.unwrap();
    while gone.next().await.is_some_and(|message| message.is_ok()) {}
    let key = other.node.signing_key();
    let channel = loop {
        match dial(&address, &key, None).await {
            Ok(channel) => break channel,
            Err(why) => assert_eq!(why, NotOpened::Answered(503)),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(channels.recv().await.unwrap().peer(), key_of(&other));
    drop(channel);
}

#[tokio::test]
async fn what_is_no_handshake_ends_at_once() {
    let (_house, address, mut channels) = linking(PublicKey([0; 32])).await;
    let url = format!("{}{LINK_PATH}", address.replace("http", "ws"));
    let large = vec![0; LINK_FRAME_BYTES_MAX + 1];
    for bad in [
        Message::text("hello"),
        Message::binary(vec![7; 43]),
        Message::binary(Vec::new()),
        Message::binary(large),
    ] {
        let (mut socket, _) = connect_async(&url).await.unwrap();
        // The other side may be gone before everything is out.
        let _ = socket.send(bad).await;
        let ended = async { while socket.next().await.is_some_and(|next| next.is_ok()) {} };
        let ended = tokio::time::timeout(Duration::from_secs(5), ended).await;
        assert!(ended.is_ok(), "the connection stayed open");
    }
    assert!(channels.try_recv().is_err());
}

/// Whoever was asked to prove another node's key cannot pass for it.
#[tokio::test]
async fn an_address_is_not_a_node() {
    let (one, two) = (House::start().await, House::start().await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let key = two.node.signing_key();
    let stranger = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let taken = accept(socket.into_inner(), Vec::new(), &key, |_| Verdict::Welcome);
        taken.await.unwrap_err()
    });
    let meant = PublicKey([9; 32]);
    let refused = dial(&address, &one.node.signing_key(), Some(meant)).await;
    let met = key_of(&two);
    let expected = NotOpened::Seal(SealError::Stranger { met, meant });
    assert_eq!(refused.unwrap_err(), expected);
    assert_eq!(stranger.await.unwrap(), NotOpened::Cut);
}
