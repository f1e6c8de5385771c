//! An interchange on a real socket: nodes that use it, and somebody who attacks it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use futures_util::{SinkExt, StreamExt};
use mesh_interchange::relay::{Config, Mode, Relay, serve};
use mesh_interchange::{
    Card, Channel, Ended, Entrance, INTERCHANGE_PATH, Interchange, Links, News, NotOpened, Prover,
    SealError, Signed, Verdict,
};
use mesh_model::limits::{INTERCHANGE_HELLOS_OF_ONE_MAX, LINK_WINDOW_BYTES};
use mesh_model::{ErrorCode, PublicKey};
use mesh_proof::statement;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

fn node(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// An interchange that runs.
struct House {
    relay: Arc<Relay>,
    address: String,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<()>,
    state: TempDir,
}

fn config(state: &Path, mode: Mode) -> Config {
    Config {
        mode,
        state: state.to_owned(),
        allow: HashSet::new(),
        secret: None,
        proxies: Vec::new(),
    }
}

impl House {
    async fn start() -> House {
        let state = tempfile::tempdir().unwrap();
        let config = config(state.path(), Mode::Public);
        House::with(state, config).await
    }

    async fn with(state: TempDir, config: Config) -> House {
        let relay = Relay::open(config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, Arc::clone(&relay), async {
            let _ = stopped.await;
        }));
        House {
            relay,
            address,
            stop: Some(stop),
            serving,
            state,
        }
    }

    async fn stop(mut self) -> TempDir {
        drop(self.stop.take());
        self.serving.await.unwrap();
        self.state
    }

    fn entrance(&self, name: Option<&str>) -> Entrance {
        Entrance {
            address: self.address.clone(),
            meant: Some(self.relay.key()),
            name: name.map(str::to_owned),
            secret: None,
        }
    }

    async fn enter(&self, seed: u8) -> Guest {
        Guest::enter(&self.entrance(None), seed).await.unwrap()
    }

    /// A connection by hand, and the challenge on it.
    async fn knock(&self) -> (Raw, Value) {
        let url = format!("{}{INTERCHANGE_PATH}", self.address.replace("http", "ws"));
        let (mut socket, _) = connect_async(url).await.unwrap();
        let challenge = word(&mut socket).await.unwrap();
        (socket, challenge)
    }
}

type Raw = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The next word of an interchange; nothing once the connection is over.
async fn word(socket: &mut Raw) -> Option<Value> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn hello(challenge: &Value, key: &SigningKey, name: Option<&str>) -> Value {
    let challenge = &challenge["challenge"];
    let said = statement::interchange(
        challenge["key"].as_str().unwrap(),
        challenge["nonce"].as_str().unwrap(),
        &[1],
        1,
        &key.key().to_string(),
        name.unwrap_or_default(),
    );
    let proof: String = key
        .sign(&said)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut hello = json!({"version": 1, "key": key.key(), "proof": proof});
    if let Some(name) = name {
        hello["name"] = json!(name);
    }
    json!({ "hello": hello })
}

async fn say(socket: &mut Raw, word: &Value) {
    socket.send(Message::text(word.to_string())).await.unwrap();
}

/// Takes every channel.
#[derive(Debug)]
struct Taking(mpsc::UnboundedSender<Channel>);

impl Links for Taking {
    fn judge(&self, _: PublicKey) -> Verdict {
        Verdict::Welcome
    }

    fn take(&self, channel: Channel) {
        let _ = self.0.send(channel);
    }
}

/// A node at an interchange.
struct Guest {
    at: Interchange,
    news: mpsc::Receiver<News>,
    channels: mpsc::UnboundedReceiver<Channel>,
}

impl Guest {
    async fn enter(entrance: &Entrance, seed: u8) -> Result<Guest, NotOpened> {
        let (taken, channels) = mpsc::unbounded_channel();
        let links: Arc<dyn Links> = Arc::new(Taking(taken));
        let (at, news) = Interchange::enter(entrance, Arc::new(node(seed)), links).await?;
        Ok(Guest { at, news, channels })
    }
}

fn refusal(result: Result<Guest, NotOpened>) -> ErrorCode {
    match result.map(|guest| guest.at) {
        Err(NotOpened::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn two_nodes_that_only_connect_outward_talk() {
    let house = House::start().await;
    let (one, mut two) = (house.enter(1).await, house.enter(2).await);
    let mut near = one.at.dial(node(2).key()).await.unwrap();
    let mut far = two.channels.recv().await.unwrap();
    assert_eq!((near.peer(), far.peer()), (node(2).key(), node(1).key()));
    for length in [0, 10, 70_000, 256 * 1024] {
        near.send(vec![1; length]).await.unwrap();
        assert_eq!(far.recv().await.unwrap(), vec![1; length]);
        far.send(vec![2; length]).await.unwrap();
        assert_eq!(near.recv().await.unwrap(), vec![2; length]);
    }
    // Several at once, each with its own messages.
    let second = one.at.dial(node(2).key()).await.unwrap();
    let mut far_second = two.channels.recv().await.unwrap();
    second.send(b"second".to_vec()).await.unwrap();
    near.send(b"first".to_vec()).await.unwrap();
    assert_eq!(far_second.recv().await.unwrap(), b"second");
    assert_eq!(far.recv().await.unwrap(), b"first");
    near.close().await;
    assert_eq!(far.recv().await, Err(Ended::There));
    second.send(b"still".to_vec()).await.unwrap();
    assert_eq!(far_second.recv().await.unwrap(), b"still");
}

#[tokio::test]
async fn a_node_hears_that_another_comes_and_goes() {
    let house = House::start().await;
    let mut one = house.enter(1).await;
    one.at.watch(vec![node(2).key()]).await;
    assert_eq!(one.news.recv().await, Some(News::Gone(node(2).key())));
    let absent = one.at.dial(node(2).key()).await.unwrap_err();
    assert!(matches!(absent, NotOpened::Unreachable(_)), "{absent}");
    let mut two = house.enter(2).await;
    assert_eq!(one.news.recv().await, Some(News::Here(node(2).key())));
    let mut near = one.at.dial(node(2).key()).await.unwrap();
    let far = two.channels.recv().await.unwrap();
    drop((two, far));
    assert_eq!(one.news.recv().await, Some(News::Gone(node(2).key())));
    assert!(near.recv().await.is_err());
}

/// A node that comes back before its old connection is known to be dead takes its place.
#[tokio::test]
async fn the_newer_connection_of_a_node_counts() {
    let house = House::start().await;
    let mut watcher = house.enter(3).await;
    watcher.at.watch(vec![node(1).key()]).await;
    watcher.news.recv().await.unwrap();
    let old = house.enter(1).await;
    assert_eq!(watcher.news.recv().await, Some(News::Here(node(1).key())));
    let mut new = house.enter(1).await;
    old.at.ended().await;
    assert_eq!(watcher.news.recv().await, Some(News::Gone(node(1).key())));
    assert_eq!(watcher.news.recv().await, Some(News::Here(node(1).key())));
    let near = watcher.at.dial(node(1).key()).await.unwrap();
    assert_eq!(new.channels.recv().await.unwrap().peer(), node(3).key());
    drop(near);
}

#[tokio::test]
async fn a_name_belongs_to_the_first_key_that_claimed_it() {
    let house = House::start().await;
    let named = house.entrance(Some("alice"));
    let alice = Guest::enter(&named, 1).await.unwrap();
    assert_eq!(alice.at.name(), Some("alice"));
    let card = Card {
        about: "What comes next.".to_owned(),
        ..Card::default()
    };
    let signed = card.sign(&node(1), house.relay.key(), "alice");
    alice.at.publish(Some(signed.clone())).await.unwrap();
    assert_eq!(refusal(Guest::enter(&named, 2).await), ErrorCode::NameTaken);

    // Also after a restart, and whether she is there or not.
    drop(alice);
    let state = house.stop().await;
    let again = config(state.path(), Mode::Public);
    let house = House::with(state, again).await;
    let named = house.entrance(Some("alice"));
    assert_eq!(refusal(Guest::enter(&named, 2).await), ErrorCode::NameTaken);
    let mallory = house.enter(2).await;
    let listed = mallory.at.list(None, None).await.unwrap();
    let known = &listed.instances[0];
    assert_eq!((known.name.as_str(), known.key), ("alice", node(1).key()));
    assert!(!known.here && known.signed == Some(signed));
    let back = Guest::enter(&house.entrance(None), 1).await.unwrap();
    assert_eq!(back.at.name(), Some("alice"));
    assert!(mallory.at.list(None, None).await.unwrap().instances[0].here);
}

#[tokio::test]
async fn a_card_is_published_by_its_own_key_alone_found_by_its_words_and_withdrawn() {
    let house = House::start().await;
    let at = house.relay.key();
    let alice = Guest::enter(&house.entrance(Some("alice")), 1)
        .await
        .unwrap();
    let mallory = Guest::enter(&house.entrance(Some("mallory")), 2)
        .await
        .unwrap();
    let card = Card {
        about: "We make things.".to_owned(),
        ..Card::default()
    };
    let refused = |signed: Signed| async {
        match mallory.at.publish(Some(signed)).await.unwrap_err() {
            NotOpened::Refused(refusal) => refusal.code,
            other => panic!("{other}"),
        }
    };
    // Not another's, not for another interchange, not under another name, and not altered on the way.
    let own = card.sign(&node(2), at, "mallory");
    let altered = Signed {
        card: own.card.replace("make", "break"),
        ..own.clone()
    };
    for forged in [
        card.sign(&node(1), at, "alice"),
        card.sign(&node(1), at, "mallory"),
        card.sign(&node(2), at, "alice"),
        card.sign(&node(2), node(7).key(), "mallory"),
        altered,
    ] {
        assert_eq!(refused(forged).await, ErrorCode::BadSignature);
    }
    alice
        .at
        .publish(Some(card.sign(&node(1), at, "alice")))
        .await
        .unwrap();
    let found = |words: &str| {
        let words = Some(words.to_owned());
        async { mallory.at.list(None, words).await.unwrap().instances }
    };
    let listed = found("THINGS").await;
    assert_eq!(listed.len(), 1);
    let told = listed[0].signed.as_ref().unwrap();
    assert_eq!(told.proven(at, node(1).key(), "alice"), Some(card));
    assert!(found("nothing").await.is_empty());
    alice.at.publish(None).await.unwrap();
    assert!(found("").await.is_empty());
}

#[tokio::test]
async fn a_hello_counts_once_and_for_one_interchange() {
    let (house, other) = (House::start().await, House::start().await);
    let (mut first, challenge) = house.knock().await;
    let said = hello(&challenge, &node(1), None);
    say(&mut first, &said).await;
    assert!(word(&mut first).await.unwrap().get("welcome").is_some());
    // Again, on another connection; and to an interchange that passes on what it hears.
    for at in [&house, &other] {
        let (mut again, _) = at.knock().await;
        say(&mut again, &said).await;
        let refused = word(&mut again).await.unwrap();
        assert_eq!(refused["refused"]["code"], "bad_signature", "{refused}");
        assert_eq!(word(&mut again).await, None);
    }
    // Somebody else's key, another name than was signed, another version than was offered.
    let changes: [(&str, Value, &str); 3] = [
        ("key", json!(node(2).key()), "bad_signature"),
        ("name", json!("alice"), "bad_signature"),
        ("version", json!(0), "invalid_input"),
    ];
    for (field, value, code) in changes {
        let (mut socket, challenge) = house.knock().await;
        let mut said = hello(&challenge, &node(1), None);
        said["hello"][field] = value;
        say(&mut socket, &said).await;
        assert_eq!(word(&mut socket).await.unwrap()["refused"]["code"], code);
    }
}

#[tokio::test]
async fn a_secret_is_shown_to_the_proved_interchange_alone() {
    let state = tempfile::tempdir().unwrap();
    let mut asks = config(state.path(), Mode::SelfHosted);
    assert!(Relay::open(config(state.path(), Mode::SelfHosted)).is_err());
    asks.secret = Some("correct horse".to_owned());
    let house = House::with(state, asks).await;
    let with = |secret: &str| Entrance {
        secret: Some(secret.to_owned()),
        ..house.entrance(None)
    };
    assert!(Guest::enter(&with("correct horse"), 1).await.is_ok());
    let wrong = refusal(Guest::enter(&with("wrong"), 1).await);
    assert_eq!(wrong, ErrorCode::PermissionDenied);
    let stranger = Entrance {
        meant: Some(PublicKey([9; 32])),
        ..with("correct horse")
    };
    let refused = Guest::enter(&stranger, 1)
        .await
        .map(|guest| guest.at)
        .unwrap_err();
    assert!(
        matches!(refused, NotOpened::Seal(SealError::Stranger { .. })),
        "{refused}"
    );
    // Guessing ends soon, also for who would guess right.
    while refusal(Guest::enter(&with("wrong"), 1).await) != ErrorCode::RateLimited {}
    let late = refusal(Guest::enter(&with("correct horse"), 1).await);
    assert_eq!(late, ErrorCode::RateLimited);
    for file in std::fs::read_dir(house.state.path()).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("horse"), "the secret itself is on the disk");
    }
}

#[tokio::test]
async fn only_the_list_comes_in_and_the_banned_go() {
    let state = tempfile::tempdir().unwrap();
    let mut listed = config(state.path(), Mode::SelfHosted);
    listed.allow = HashSet::from([node(1).key()]);
    let house = House::with(state, listed).await;
    let one = house.enter(1).await;
    let other = refusal(Guest::enter(&house.entrance(None), 2).await);
    assert_eq!(other, ErrorCode::PermissionDenied);
    let banned = format!("# who was asked to leave\n{} flooded\n", node(1).key());
    std::fs::write(house.state.path().join("banned"), banned).unwrap();
    house.relay.reload().unwrap();
    one.at.ended().await;
    let again = refusal(Guest::enter(&house.entrance(None), 1).await);
    assert_eq!(again, ErrorCode::PermissionDenied);
}

#[tokio::test]
async fn what_is_no_envelope_of_one_s_own_ends_the_connection() {
    let house = House::start().await;
    let envelope =
        |from: &SigningKey| [&[1][..], &node(2).key().0, &from.key().0, &[0], b"sealed"].concat();
    let mut bad = vec![vec![], vec![7; 40], envelope(&node(2))];
    let mut long = envelope(&node(1));
    long.resize(80_000, 0);
    bad.push(long);
    let mut hops = envelope(&node(1));
    hops[65] = 4;
    bad.push(hops);
    for bytes in bad {
        let (mut socket, challenge) = house.knock().await;
        say(&mut socket, &hello(&challenge, &node(1), None)).await;
        word(&mut socket).await.unwrap();
        // The other side may be gone before everything is out.
        let _ = socket.send(Message::binary(bytes)).await;
        while word(&mut socket).await.is_some() {}
    }
    // An envelope that went by here already goes no further.
    let (mut socket, challenge) = house.knock().await;
    say(&mut socket, &hello(&challenge, &node(1), None)).await;
    word(&mut socket).await.unwrap();
    let mut circle = envelope(&node(1));
    circle[65] = 1;
    circle.splice(66..66, house.relay.key().0);
    socket.send(Message::binary(circle)).await.unwrap();
    let told = word(&mut socket).await.unwrap();
    assert_eq!(told["undelivered"]["why"], "loop", "{told}");
}

#[tokio::test]
async fn words_that_are_none_are_refused_and_others_go_on() {
    let house = House::start().await;
    let (mut socket, challenge) = house.knock().await;
    say(&mut socket, &hello(&challenge, &node(1), Some("alice"))).await;
    word(&mut socket).await.unwrap();
    for bad in [
        json!({"message": {"text": "keep this"}}),
        json!({"publish": {"rooms": [{"name": "a", "about": "keep this"}]}}),
        json!({"publish": {"signed": {"card": "{}", "sig": "", "more": "keep this"}}}),
        json!({"publish": {"signed": {"card": "{\"messages\":[\"keep this\"]}", "sig": "00"}}}),
        hello(&challenge, &node(1), None),
    ] {
        say(&mut socket, &bad).await;
        let told = word(&mut socket).await.unwrap();
        assert!(told.get("refused").is_some(), "{told}");
    }
    say(&mut socket, &json!({"list": {}})).await;
    assert_eq!(
        word(&mut socket).await.unwrap()["listed"]["instances"][0]["name"],
        "alice"
    );
    let kept = std::fs::read_to_string(house.state.path().join("registry.jsonl")).unwrap();
    assert!(!kept.contains("keep this"), "{kept}");
}

#[tokio::test]
async fn nobody_holds_many_connections_open_without_a_hello() {
    let house = House::start().await;
    let mut held = Vec::new();
    for _ in 0..INTERCHANGE_HELLOS_OF_ONE_MAX {
        held.push(house.knock().await);
    }
    let crowded = Guest::enter(&house.entrance(None), 1).await;
    let crowded = crowded.map(|guest| guest.at).unwrap_err();
    assert_eq!(crowded, NotOpened::Answered(503));
    let url = format!("{}{INTERCHANGE_PATH}", house.address.replace("http", "ws"));
    let mut page =
        tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(url)
            .unwrap();
    page.headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    assert!(connect_async(page).await.is_err());
}

/// A node that reads nothing costs the one who writes to it, and nobody else.
#[tokio::test]
async fn who_reads_nothing_stops_whoever_writes_to_it() {
    let house = House::start().await;
    let (one, mut two) = (house.enter(1).await, house.enter(2).await);
    let near = one.at.dial(node(2).key()).await.unwrap();
    let mut far = two.channels.recv().await.unwrap();
    let third = one.at.dial(node(2).key()).await.unwrap();
    let mut far_third = two.channels.recv().await.unwrap();
    let message = vec![7; 60_000];
    let sends = 2 * LINK_WINDOW_BYTES / message.len();
    let body = message.clone();
    let (sender, _receiver) = near.split();
    let sending = tokio::spawn(async move {
        for _ in 0..sends {
            sender.send(body.clone()).await.unwrap();
        }
        sender
    });
    third.send(b"past it".to_vec()).await.unwrap();
    assert_eq!(far_third.recv().await.unwrap(), b"past it");
    for _ in 0..sends {
        assert_eq!(far.recv().await.unwrap(), message);
    }
    sending.await.unwrap();
}

#[tokio::test]
async fn it_goes_down_in_good_order() {
    let house = House::start().await;
    let (one, mut two) = (house.enter(1).await, house.enter(2).await);
    let near = one.at.dial(node(2).key()).await.unwrap();
    let mut far = two.channels.recv().await.unwrap();
    near.send(b"last words".to_vec()).await.unwrap();
    assert_eq!(far.recv().await.unwrap(), b"last words");
    house.stop().await;
    assert_eq!(two.news.recv().await, Some(News::Draining));
    two.at.ended().await;
    assert!(far.recv().await.is_err());
}

#[tokio::test]
async fn it_counts_and_tells_no_names() {
    let house = House::start().await;
    let named = house.entrance(Some("alice"));
    let one = Guest::enter(&named, 1).await.unwrap();
    let _ = one.at.dial(node(2).key()).await;
    let metrics = get(&house.address, "/metrics").await;
    for line in ["mesh_interchange_instances 1", "mesh_interchange_names 1"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(
        metrics.contains("undelivered_total{why=\"gone\"} 1"),
        "{metrics}"
    );
    assert!(!metrics.contains("alice"));
    assert!(get(&house.address, "/healthz").await.ends_with("ok\n"));
}

async fn get(address: &str, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
