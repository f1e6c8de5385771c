//! The face of the client for programs that take part: come in, be in rooms, hear messages, say something, obey commands.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use mesh_model::api::{
    MessageListInput, MessagePostInput, MessageSendInput, Participant, Posted, RoomRefInput,
};
use mesh_model::events::{Event as _, MessagePosted, Priority, Trust};
use mesh_model::ops::{MessageList, MessagePost, MessageSend, RoomJoin, RoomLeave};
use mesh_model::{MessageId, Seq, api};

use crate::keep::Kept;
use crate::{Client, Error, Filter, Items, Options, Signer};

/// A participant's connection. It comes back by itself, repeats what was not answered and misses nothing. Cheap to clone;
/// the last one dropped closes it.
#[derive(Debug, Clone)]
pub struct Mesh {
    client: Client,
}

impl Mesh {
    /// Comes in with a token. With a signer, what is said and handed in is signed.
    pub async fn connect(options: Options, signer: Option<Signer>) -> Result<Mesh, Error> {
        let mut client = Client::connect(options).await?;
        if let Some(signer) = signer {
            client.sign_with(signer).await?;
        }
        Ok(Mesh { client })
    }

    /// Comes in by an invite (its whole address), once; afterwards by what was kept in the file `keep`.
    ///
    /// The file holds the token and the secret key, for its owner alone (mode 0600). The node that answered the first
    /// time is the only one they are ever shown to. The other SDKs read and write the same file.
    pub async fn join(invite: &str, handle: &str, keep: impl AsRef<Path>) -> Result<Mesh, Error> {
        let (invite, handle) = (invite.to_owned(), handle.to_owned());
        let keep = keep.as_ref().to_owned();
        let kept =
            tokio::task::spawn_blocking(move || Kept::load_or_redeem(&keep, &invite, &handle));
        let kept = kept
            .await
            .map_err(|why| Error::Protocol(why.to_string()))??;
        let (mut options, signer) = kept.used();
        options.client.name = Some("mesh-sdk".to_owned());
        Mesh::connect(options, Some(signer)).await
    }

    /// The connection itself: every operation, by its type or its name.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// This participant, as the node said at the latest hello.
    pub fn me(&self) -> Participant {
        self.client.welcomed().participant
    }

    /// A room by name or id.
    pub fn room(&self, name: impl Into<String>) -> Room {
        Room {
            mesh: self.clone(),
            name: name.into(),
        }
    }

    /// Says something to `@handle`, `group:name` or `everyone`.
    pub async fn send(&self, to: &str, text: impl Into<String>) -> Result<Posted, Error> {
        let input = MessageSendInput {
            files: Vec::new(),
            to: to.to_owned(),
            text: text.into(),
            reply_to: None,
            priority: Priority::default(),
            payload: None,
        };
        self.client.call::<MessageSend>(input).await
    }

    /// The stream of events. One stream for each connection: a new one takes the former's place.
    pub async fn items(&self, filter: Filter) -> Result<Items, Error> {
        self.client.subscribe(filter).await
    }

    /// The messages of others, as they come; with `after` from that place in the log on.
    pub async fn messages(&self, after: Option<Seq>) -> Result<Messages, Error> {
        let filter = Filter {
            after,
            types: vec![MessagePosted::KIND.to_owned()],
            ..Filter::default()
        };
        Ok(Messages {
            mesh: self.clone(),
            items: self.items(filter).await?,
        })
    }

    /// Commands by name: `@me NAME words…`.
    pub fn commands(&self) -> Commands {
        Commands {
            mesh: self.clone(),
            handlers: BTreeMap::new(),
        }
    }

    async fn post(
        &self,
        room: &str,
        text: String,
        reply_to: Option<MessageId>,
    ) -> Result<Posted, Error> {
        let input = MessagePostInput {
            room: room.to_owned(),
            text,
            reply_to,
            priority: Priority::default(),
            payload: None,
            payload_type: None,
            command: false,
            quotes: Vec::new(),
            files: Vec::new(),
            signed: None,
            relayed: None,
        };
        self.client.call::<MessagePost>(input).await
    }
}

/// A room. Nothing is asked before it is used.
#[derive(Debug, Clone)]
pub struct Room {
    mesh: Mesh,
    name: String,
}

impl Room {
    /// Enters it.
    pub async fn join(&self) -> Result<(), Error> {
        let room = self.name.clone();
        let joined = self.mesh.client.call::<RoomJoin>(RoomRefInput { room });
        joined.await.map(drop)
    }

    /// Leaves it.
    pub async fn leave(&self) -> Result<(), Error> {
        let room = self.name.clone();
        let left = self.mesh.client.call::<RoomLeave>(RoomRefInput { room });
        left.await.map(drop)
    }

    /// Posts.
    pub async fn say(&self, text: impl Into<String>) -> Result<Posted, Error> {
        self.mesh.post(&self.name, text.into(), None).await
    }

    /// The newest messages, at most 500, the oldest of them first.
    pub async fn history(&self, limit: u32) -> Result<Vec<api::Message>, Error> {
        let input = MessageListInput {
            room: self.name.clone(),
            after: None,
            before: None,
            limit: Some(limit),
            min_seq: None,
        };
        Ok(self.mesh.client.call::<MessageList>(input).await?.items)
    }
}

/// A message as it reached this program.
#[derive(Debug, Clone)]
pub struct Message {
    mesh: Mesh,
    /// What the node told. With `enveloped` its text stands in an envelope: data to look at, never an order.
    pub said: api::Message,
}

impl Message {
    /// The text; in its envelope if it came from across a trust boundary.
    pub fn text(&self) -> &str {
        &self.said.text
    }

    /// Whether it names this participant.
    pub fn mentions_me(&self) -> bool {
        self.said.mentions.contains(&self.mesh.me().id)
    }

    /// Whether its words may ask for something: from this mesh, and not in an envelope.
    pub fn is_trusted(&self) -> bool {
        !self.said.enveloped && self.said.trust >= Trust::Local
    }

    /// Answers in the same room.
    pub async fn reply(&self, text: impl Into<String>) -> Result<Posted, Error> {
        let room = self.said.room.to_string();
        self.mesh.post(&room, text.into(), Some(self.said.id)).await
    }
}

/// Messages as they come.
#[derive(Debug)]
pub struct Messages {
    mesh: Mesh,
    items: Items,
}

impl Messages {
    /// The next message of somebody else; `None` once the connection is closed.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            let said = self.items.next().await?.message();
            match said {
                Some(said) if said.from.id != self.mesh.me().id => {
                    let mesh = self.mesh.clone();
                    return Some(Message { mesh, said });
                }
                _ => {}
            }
        }
    }

    /// Everything up to here was given. Keep it to go on from there in a later run.
    pub fn position(&self) -> Seq {
        self.items.position()
    }
}

type Obeying = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
type Handler = Arc<dyn Fn(Message, Vec<String>) -> Obeying + Send + Sync>;

/// Handlers of commands. Only trusted messages reach them: what comes in an envelope never commands.
pub struct Commands {
    mesh: Mesh,
    handlers: BTreeMap<String, Handler>,
}

impl Commands {
    /// Names the handler of `@me NAME words…`.
    pub fn on<F>(
        mut self,
        name: &str,
        handler: impl Fn(Message, Vec<String>) -> F + Send + Sync + 'static,
    ) -> Commands
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |message, words| Box::pin(handler(message, words)));
        self.handlers.insert(name.to_owned(), handler);
        self
    }

    /// Obeys one after the other until the connection is closed. What the node refuses a handler is told to whoever gave
    /// the command; any other error of a handler ends it.
    pub async fn run(self) -> Result<(), Error> {
        let mut messages = self.mesh.messages(None).await?;
        while let Some(message) = messages.next().await {
            self.obey(message).await?;
        }
        Ok(())
    }

    async fn obey(&self, message: Message) -> Result<(), Error> {
        if !message.mentions_me() || !message.is_trusted() {
            return Ok(());
        }
        let text = message.text().to_owned();
        let mut words = text.split_whitespace();
        let me = format!("@{}", self.mesh.me().handle);
        if words.next().map(|word| word.trim_matches([',', ':'])) != Some(&me) {
            return Ok(());
        }
        let Some(handler) = words.next().and_then(|name| self.handlers.get(name)) else {
            let known: Vec<&str> = self.handlers.keys().map(String::as_str).collect();
            if known.is_empty() {
                return Ok(());
            }
            let text = format!("I know: {}", known.join(", "));
            return self.tell(&message, text).await;
        };
        let rest = words.map(str::to_owned).collect();
        match handler(message.clone(), rest).await {
            Err(Error::Refused(refusal)) => {
                self.tell(&message, format!("That was refused: {}", refusal.detail()))
                    .await
            }
            other => other,
        }
    }

    /// An answer that the node refuses, in a room that it left or where it may not speak, is not given.
    async fn tell(&self, message: &Message, text: String) -> Result<(), Error> {
        match message.reply(text).await {
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
