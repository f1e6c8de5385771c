//! A running node with its edge.

use std::net::SocketAddr;
use std::sync::Arc;

use mesh_edge::{EdgeConfig, serve};
use mesh_node::{Config, Node};
use mesh_ops::Door;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::{Answer, Request};
use crate::ws::Client;

pub struct House {
    /// Deleted with the house.
    _home: TempDir,
    pub node: Arc<Node>,
    pub at: SocketAddr,
    pub owner: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl House {
    pub async fn start() -> House {
        House::with(EdgeConfig::default()).await
    }

    pub async fn with(config: EdgeConfig) -> House {
        let home = tempfile::tempdir().unwrap();
        let node = Node::start(Config::new(home.path())).await.unwrap();
        let owner = std::fs::read_to_string(home.path().join("owner.token"))
            .unwrap()
            .trim()
            .to_owned();
        let door = Door::new(Arc::clone(&node));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, door, config, async {
            let _ = stopped.await;
        }));
        House {
            _home: home,
            node,
            at,
            owner,
            stop: Some(stop),
            serving,
        }
    }

    /// Stops the edge and waits until it has ended.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        (&mut self.serving).await.unwrap().unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        Request::new("GET", path)
            .token(&self.owner)
            .send(self.at)
            .await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Request::new("POST", path)
            .token(&self.owner)
            .json(&body)
            .send(self.at)
            .await
    }

    /// Makes a room, and gives its id.
    pub async fn room(&self, name: &str) -> String {
        let made = self.post("/api/rooms", json!({ "name": name })).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Makes an agent that is in these rooms, and gives its token.
    pub async fn agent(&self, handle: &str, rooms: &[&str]) -> String {
        let made = self
            .post(
                &format!("/api/agents/{handle}/register"),
                json!({"preset": "worker"}),
            )
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        for room in rooms {
            let path = format!("/api/rooms/{room}/members/{handle}");
            let added = Request::new("PUT", &path)
                .token(&self.owner)
                .json(&json!({}))
                .send(self.at)
                .await;
            assert_eq!(added.status, 200, "{added:?}");
        }
        made.json()["token"].as_str().unwrap().to_owned()
    }

    /// Makes an agent in `#general` whose words are not trusted, and gives its token and something harmless to say.
    pub async fn stranger(&self, handle: &str) -> (String, &'static str) {
        let token = self.agent(handle, &["general"]).await;
        let path = format!("/api/participants/{handle}/trust");
        let set = Request::new("PUT", &path)
            .token(&self.owner)
            .json(&json!({"trust": "untrusted"}))
            .send(self.at)
            .await;
        assert_eq!(set.status, 200, "{set:?}");
        (token, "look at the zebra crossing")
    }

    /// Posts a message, and gives its place.
    pub async fn say(&self, room: &str, text: &str) -> u64 {
        let posted = self
            .post(
                &format!("/api/rooms/{room}/messages"),
                json!({ "text": text }),
            )
            .await;
        assert_eq!(posted.status, 201, "{posted:?}");
        posted.json()["seq"].as_u64().unwrap()
    }

    /// A WebSocket that has said hello.
    pub async fn hello(&self, token: &str) -> Client {
        let mut client = Client::connect(self.at, &[]).await;
        client
            .send(json!({"hello": {"token": token, "client": {"name": "test"}}}))
            .await;
        let hello = client.frame().await;
        assert!(hello["hello"]["session"].is_string(), "{hello}");
        client.hello = hello["hello"].clone();
        client
    }
}
