//! A real node in a folder of its own, called through its door.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use mesh_node::{Config, Node};
use mesh_ops::testing::Surface;
use mesh_ops::{Door, Options, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct House {
    pub home: TempDir,
    pub door: Door,
    pub owner: String,
}

impl House {
    pub async fn start() -> House {
        House::open(tempfile::tempdir().unwrap()).await
    }

    async fn open(home: TempDir) -> House {
        let node = Node::start(Config::new(home.path())).await.unwrap();
        let owner = std::fs::read_to_string(home.path().join("owner.token"))
            .unwrap()
            .trim()
            .to_owned();
        House {
            door: Door::new(node),
            home,
            owner,
        }
    }

    /// Starts a node on a folder that one ran on before.
    pub async fn reopen(home: TempDir) -> House {
        House::open(home).await
    }

    /// Stops the node and starts it again on the same folder.
    pub async fn restart(self) -> House {
        House::open(self.stop().await).await
    }

    /// Stops the node and gives the folder, which nothing touches any more.
    pub async fn stop(self) -> TempDir {
        let House { home, door, .. } = self;
        let node: Arc<Node> = Arc::clone(door.node());
        drop(door);
        node.shutdown().await;
        drop(node);
        home
    }

    pub async fn reply(
        &self,
        token: &str,
        name: &str,
        input: Value,
        key: Option<&str>,
    ) -> Result<Reply, mesh_model::Refusal> {
        let caller = self
            .door
            .authenticate(Some(token).filter(|token| !token.is_empty()), None)
            .await?;
        let options = Options {
            key: key.map(str::to_owned),
            ..Options::default()
        };
        self.door.call(&caller, name, input, options).await
    }

    /// The output of a call that must succeed.
    pub async fn ok(&self, token: &str, name: &str, input: Value) -> Value {
        match self.reply(token, name, input.clone(), None).await {
            Ok(reply) => serde_json::from_slice(&reply.body).unwrap(),
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    /// The code of a call that must be refused.
    pub async fn refused(&self, token: &str, name: &str, input: Value) -> &'static str {
        match self.reply(token, name, input.clone(), None).await {
            Ok(reply) => panic!(
                "{name} {input} was done: {}",
                String::from_utf8_lossy(&reply.body)
            ),
            Err(refusal) => {
                assert!(
                    !refusal.what.is_empty()
                        && !refusal.effect.words().is_empty()
                        && !refusal.hint.is_empty(),
                    "{refusal:?}"
                );
                refusal.code.code()
            }
        }
    }

    /// Registers an agent with these permissions and gives its token.
    pub async fn agent(&self, handle: &str, permissions: &[&str]) -> String {
        let input = json!({"agent": handle, "permissions": permissions});
        self.ok(&self.owner, "agent.register", input).await["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// An agent that may talk and look around.
    pub async fn talker(&self, handle: &str) -> String {
        self.agent(handle, &["agents:read", "messages:read", "messages:write"])
            .await
    }
}

/// The door as a surface of the shared walk.
pub struct ByDoor<'a>(pub &'a House);

impl<'a> Surface for ByDoor<'a> {
    type Beside = ByDoor<'a>;

    fn beside(&self) -> ByDoor<'a> {
        ByDoor(self.0)
    }

    async fn call(&mut self, token: &str, name: &str, input: Value) -> (u16, Value) {
        match self.0.reply(token, name, input, None).await {
            Ok(reply) => (reply.status, serde_json::from_slice(&reply.body).unwrap()),
            Err(refusal) => (
                refusal.code.status(),
                serde_json::to_value(refusal.problem()).unwrap(),
            ),
        }
    }
}

/// The files below a folder that hold these bytes. The node may be at work: when a file goes or gets its
/// name between a look at the folder and one at the file, all is looked at again.
pub fn holding(dir: &Path, wanted: &[u8]) -> Vec<String> {
    loop {
        match looked_at(dir, wanted) {
            Ok(found) => return found,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => panic!("{}: {why}", dir.display()),
        }
    }
}

fn looked_at(dir: &Path, wanted: &[u8]) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(looked_at(&path, wanted)?);
        } else if std::fs::read(&path)?
            .windows(wanted.len())
            .any(|window| window == wanted)
        {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}
