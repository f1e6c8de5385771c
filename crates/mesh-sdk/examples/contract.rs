//! What the scenarios of all SDKs speak to: a line of JSON in, lines of JSON out. See sdk/scenario/README.md.

use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex};

use mesh_model::api::{FileRef, MessageBody, TaskOutput};
use mesh_model::{MeshId, ParticipantId, PublicKey, RoomId, Seq};
use mesh_proof::{node::proven, statement};
use mesh_sdk::{Error, Failed, Filter, Items, Mesh, Options, Signer, Task, Work};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

#[derive(Deserialize)]
struct Asked {
    id: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum What {
    Join {
        invite: String,
        handle: String,
        keep: String,
    },
    Connect {
        url: String,
        token: String,
        node: Option<PublicKey>,
    },
    Say {
        room: String,
        text: String,
    },
    Call {
        name: String,
        input: Value,
    },
    Stream {
        stream: Wanted,
    },
    Commands,
    Work {
        work: Vec<String>,
    },
    Vectors(Given),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    after: Option<Seq>,
    rooms: Vec<String>,
    types: Vec<String>,
}

#[derive(Deserialize)]
struct Given {
    seed: PublicKey,
    mesh: MeshId,
    participant: ParticipantId,
    room: RoomId,
    idempotency_key: String,
    text: String,
    file: FileRef,
    challenge: String,
    proof: String,
}

type Place = Arc<Mutex<Option<Mesh>>>;

fn main() {
    let runtime = Runtime::new().unwrap();
    let place = Place::default();
    for line in std::io::stdin().lock().lines() {
        let Asked { id, what } = serde_json::from_str(&line.unwrap()).unwrap();
        let place = Arc::clone(&place);
        // An answer may wait for a node that is down: what is asked meanwhile goes on.
        runtime.spawn(async move {
            match run(&place, what).await {
                Ok(ok) => tell(&json!({"id": id, "ok": ok})),
                Err(Error::Refused(refusal)) => {
                    tell(&json!({"id": id, "refused": refusal.problem()}));
                }
                Err(why) => tell(&json!({"id": id, "failed": name(&why)})),
            }
        });
    }
    runtime.shutdown_background();
}

fn tell(what: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}").and_then(|()| out.flush()).unwrap();
}

fn name(error: &Error) -> String {
    match error {
        Error::Unreachable { .. } => "unreachable".to_owned(),
        Error::Stranger { .. } => "stranger".to_owned(),
        Error::Closed => "closed".to_owned(),
        other => other.to_string(),
    }
}

async fn run(place: &Place, what: What) -> Result<Value, Error> {
    let come = |mesh: Mesh| {
        let me = mesh.me();
        let session = mesh.client().welcomed().session;
        *place.lock().unwrap() = Some(mesh);
        json!({"handle": me.handle, "session": session, "key": me.key})
    };
    let mesh = || place.lock().unwrap().clone().expect("nobody has come in");
    match what {
        What::Join {
            invite,
            handle,
            keep,
        } => Ok(come(Mesh::join(&invite, &handle, keep).await?)),
        What::Connect { url, token, node } => {
            let mut options = Options::new(url, token);
            options.node = node;
            Ok(come(Mesh::connect(options, None).await?))
        }
        What::Say { room, text } => {
            let posted = mesh().room(room).say(text).await?;
            Ok(serde_json::to_value(posted)?)
        }
        What::Call { name, input } => mesh().client().call_raw(&name, input).await,
        What::Stream { stream: wanted } => {
            let filter = Filter {
                after: wanted.after,
                rooms: wanted.rooms,
                types: wanted.types,
            };
            tokio::spawn(stream(mesh().items(filter).await?));
            Ok(json!({}))
        }
        What::Commands => {
            let commands = mesh().commands().on("say", |message, words| async move {
                message.reply(words.join(" ")).await.map(drop)
            });
            tokio::spawn(commands.run());
            Ok(json!({}))
        }
        What::Work { work } => {
            let mesh = mesh();
            tokio::spawn(async move { mesh.work(Work::new(work), count).await });
            Ok(json!({}))
        }
        What::Vectors(given) => vectors(&given),
    }
}

async fn stream(mut items: Items) {
    while let Some(item) = items.next().await {
        let text = item.message().map(|message| message.text);
        tell(&json!({"item": {"seq": item.seq, "type": item.kind, "text": text}}));
    }
    tell(&json!({"ended": "stream"}));
}

/// Keys and words of which languages think differently.
const ODD: &str = r#"{"b": 1, "a": {"é": null, "z": [true, "🦀\u2028\u007f", -9007199254740991]}, "\ufffd": {}, "🦀": []}"#;

async fn count(task: Task) -> Result<TaskOutput, Failed> {
    tell(&json!({"began": task.id()}));
    if task.prompt().contains("impossible") {
        return Err(Failed::for_good("it cannot be done"));
    }
    task.progress("counting").await?;
    let words = task.prompt().split_whitespace().count();
    Ok(TaskOutput {
        text: format!("{words} words"),
        data: serde_json::from_str(ODD)?,
    })
}

fn vectors(given: &Given) -> Result<Value, Error> {
    let signer = Signer::from_seed(given.seed.0);
    let (mesh, participant) = (given.mesh, given.participant);
    let message = |files: Vec<FileRef>| {
        let body = MessageBody {
            text: given.text.clone(),
            payload: None,
            files,
        };
        signer.message(mesh, given.room, &given.idempotency_key, &body)
    };
    Ok(json!({
        "public": signer.public(),
        "key_proof": signer.proof(mesh, participant),
        "message": message(Vec::new())?,
        "message_with_file": message(vec![given.file])?,
        "statement": statement::parent(&mesh.to_string(), &participant.to_string(), "rex"),
        "node": proven(&given.challenge, &given.proof).map(PublicKey),
    }))
}
