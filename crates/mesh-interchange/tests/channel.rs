//! Channels on real sockets, with somebody between who does what a relay could.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use futures_util::{SinkExt, StreamExt};
use mesh_interchange::{
    Channel, Ended, LINK_PATH, NotOpened, Prover, SealError, Verdict, accept, dial,
};
use mesh_model::limits::{LINK_MESSAGE_BYTES_MAX, LINK_WINDOW_BYTES};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{accept_async, connect_async};

fn node(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// A node that takes channels; each is handed on here.
async fn listen(
    key: SigningKey,
    verdict: Verdict,
) -> (String, mpsc::UnboundedReceiver<Result<Channel, NotOpened>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (taken, channels) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (key, taken) = (key.clone(), taken.clone());
            tokio::spawn(async move {
                let stream = accept_async(stream).await.unwrap().into_inner();
                let channel = accept(stream, Vec::new(), &key, |_| verdict).await;
                let _ = taken.send(channel);
            });
        }
    });
    (address, channels)
}

async fn pair() -> (Channel, Channel) {
    let (address, mut channels) = listen(node(2), Verdict::Welcome).await;
    let one = dial(&address, &node(1), Some(node(2).key())).await.unwrap();
    let other = channels.recv().await.unwrap().unwrap();
    (one, other)
}

#[tokio::test]
async fn messages_go_both_ways_whole_and_in_order() {
    let (mut one, mut other) = pair().await;
    assert_eq!((one.peer(), other.peer()), (node(2).key(), node(1).key()));
    let messages = [0, 1, 65_516, 65_517, LINK_MESSAGE_BYTES_MAX];
    for length in messages {
        one.send(vec![1; length]).await.unwrap();
        other.send(vec![2; length]).await.unwrap();
    }
    for length in messages {
        assert_eq!(other.recv().await, Ok(vec![1; length]));
        assert_eq!(one.recv().await, Ok(vec![2; length]));
    }
    let (bytes, most) = (LINK_MESSAGE_BYTES_MAX + 1, LINK_MESSAGE_BYTES_MAX);
    let refused = one.send(vec![0; bytes]).await;
    assert_eq!(
        refused,
        Err(Ended::Seal(SealError::TooLarge { bytes, most }))
    );
    one.send(b"still here".to_vec()).await.unwrap();
    assert_eq!(other.recv().await.unwrap(), b"still here");
}

#[tokio::test]
async fn what_was_sent_before_the_end_arrives() {
    let (one, mut other) = pair().await;
    for count in 0..100_u32 {
        one.send(count.to_be_bytes().to_vec()).await.unwrap();
    }
    let closed = tokio::spawn(one.close());
    for count in 0..100_u32 {
        assert_eq!(other.recv().await.unwrap(), count.to_be_bytes());
    }
    assert_eq!(other.recv().await, Err(Ended::There));
    assert_eq!(other.send(Vec::new()).await, Err(Ended::There));
    closed.await.unwrap();
}

#[tokio::test]
async fn a_channel_that_is_dropped_ends_for_both() {
    let (one, mut other) = pair().await;
    drop(one);
    assert_eq!(other.recv().await, Err(Ended::There));
    let (mut one, other) = pair().await;
    let (sender, receiver) = other.split();
    drop(sender);
    assert_eq!(one.recv().await, Err(Ended::There));
    drop(receiver);
}

#[tokio::test]
async fn who_does_not_read_stops_the_other_and_loses_nothing() {
    let (one, mut other) = pair().await;
    let message = vec![5; 60_000];
    let (sender, _receiver) = one.split();
    let sends = 3 * LINK_WINDOW_BYTES / message.len();
    let (sent, mut done) = mpsc::unbounded_channel();
    let body = message.clone();
    tokio::spawn(async move {
        for count in 0..sends {
            sender.send(body.clone()).await.unwrap();
            sent.send(count).unwrap();
        }
        // Held until everything was read: dropping it closes the channel.
        sender
    });
    // The other side can answer nevertheless.
    other.send(b"wait".to_vec()).await.unwrap();
    for _ in 0..sends {
        assert_eq!(other.recv().await.unwrap(), message);
    }
    let mut all = 0;
    while done.recv().await.is_some() {
        all += 1;
    }
    assert_eq!(all, sends);
}

#[tokio::test]
async fn only_who_is_meant_and_wanted_gets_a_channel() {
    let (address, mut channels) = listen(node(2), Verdict::Unwanted).await;
    let refused = dial(&address, &node(1), None).await.unwrap_err();
    let unwanted = NotOpened::Seal(SealError::Refused(Verdict::Unwanted));
    assert_eq!(refused, unwanted);
    assert_eq!(channels.recv().await.unwrap().unwrap_err(), unwanted);
    let (met, meant) = (node(2).key(), node(3).key());
    let stranger = dial(&address, &node(1), Some(meant)).await.unwrap_err();
    assert_eq!(
        stranger,
        NotOpened::Seal(SealError::Stranger { met, meant })
    );
    assert_eq!(channels.recv().await.unwrap().unwrap_err(), NotOpened::Cut);
}

#[tokio::test]
async fn addresses_that_are_none_are_told_apart() {
    for bad in [
        "",
        "mesh.example.org",
        "ftp://mesh.example.org",
        "http://",
        "https://a@b",
        "http://a?b",
    ] {
        let refused = dial(bad, &node(1), None).await.unwrap_err();
        assert_eq!(refused, NotOpened::Address(bad.to_owned()));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let refused = dial(&gone, &node(1), None).await.unwrap_err();
    assert!(matches!(refused, NotOpened::Unreachable(_)), "{refused}");
}

/// What is done with the frames from the one who dials, by their number.
type Meddle = Arc<dyn Fn(usize, Vec<u8>) -> Vec<Vec<u8>> + Send + Sync>;

/// Somebody between who passes frames on as it likes.
async fn between(node: String, meddle: Meddle) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        carry(stream, node, meddle).await;
    });
    address
}

async fn carry(stream: TcpStream, node: String, meddle: Meddle) {
    let mut near = accept_async(stream).await.unwrap();
    let url = format!("{}{LINK_PATH}", node.replace("http", "ws"));
    let (mut far, _) = connect_async(url).await.unwrap();
    let mut count = 0;
    loop {
        let (frame, forth) = tokio::select! {
            message = near.next() => (message, true),
            message = far.next() => (message, false),
        };
        let sent = match frame {
            Some(Ok(Message::Binary(frame))) if forth => {
                let mut passed = futures_util::stream::iter(meddle(count, frame.to_vec()))
                    .map(|frame| Ok(Message::binary(frame)));
                count += 1;
                far.send_all(&mut passed).await
            }
            Some(Ok(Message::Binary(frame))) => near.send(Message::Binary(frame)).await,
            Some(Ok(_)) => Ok(()),
            _ => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn ends_by(meddle: impl Fn(usize, Vec<u8>) -> Vec<Vec<u8>> + Send + Sync + 'static) {
    let (address, mut channels) = listen(node(2), Verdict::Welcome).await;
    let address = between(address, Arc::new(meddle)).await;
    let mut one = dial(&address, &node(1), Some(node(2).key())).await.unwrap();
    let mut other = channels.recv().await.unwrap().unwrap();
    one.send(b"first".to_vec()).await.unwrap();
    one.send(b"second".to_vec()).await.unwrap();
    one.send(b"third".to_vec()).await.unwrap();
    let why = loop {
        match other.recv().await {
            Ok(message) => assert_eq!(message, b"first", "what was meddled with was told"),
            Err(why) => break why,
        }
    };
    assert_eq!(why, Ended::Seal(SealError::Altered));
    assert!(one.recv().await.is_err());
}

/// The hello, the proof and the first message have the numbers 0, 1 and 2.
#[tokio::test]
async fn whoever_meddles_ends_the_channel() {
    let kept = std::sync::Mutex::new(Vec::new());
    ends_by(move |count, frame| match count {
        2 => vec![frame.clone(), frame],
        _ => vec![frame],
    })
    .await;
    ends_by(|count, frame| if count == 3 { vec![] } else { vec![frame] }).await;
    ends_by(move |count, frame| match count {
        3 => {
            kept.lock().unwrap().push(frame);
            vec![]
        }
        4 => vec![frame, kept.lock().unwrap().remove(0)],
        _ => vec![frame],
    })
    .await;
    ends_by(|count, mut frame| {
        if count == 3 {
            frame[40] ^= 1;
        }
        vec![frame]
    })
    .await;
    ends_by(|count, frame| {
        if count == 3 {
            vec![frame[..200].to_vec()]
        } else {
            vec![frame]
        }
    })
    .await;
}

#[tokio::test]
async fn a_hello_that_is_heard_twice_opens_nothing() {
    let (address, mut channels) = listen(node(2), Verdict::Welcome).await;
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let through = between(
        address.clone(),
        Arc::new(move |_, frame: Vec<u8>| {
            ears.lock().unwrap().push(frame.clone());
            vec![frame]
        }),
    );
    let through = through.await;
    let _one = dial(&through, &node(1), None).await.unwrap();
    let _other = channels.recv().await.unwrap().unwrap();
    let url = format!("{}{LINK_PATH}", address.replace("http", "ws"));
    let (mut again, _) = connect_async(url).await.unwrap();
    let frames: Vec<Vec<u8>> = heard.lock().unwrap().clone();
    for frame in frames {
        again.send(Message::binary(frame)).await.unwrap();
    }
    let refused = channels.recv().await.unwrap().unwrap_err();
    assert_eq!(refused, NotOpened::Seal(SealError::Altered));
}
