//! Offers sandboxes as tools of a participant and answers calls. The node says who asks; the machine's owner said on which
//! terms.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mesh_model::ErrorCode;
use mesh_model::api::{
    SandboxRunInput, ToolAsked, ToolDescription, ToolOfferInput, ToolServeInput, ToolServed,
    ToolWork,
};
use mesh_model::ops::{ToolOffer, ToolServe};
use mesh_model::sandbox::{OPEN_TOOL, RUN_TOOL};
use mesh_sdk::{Client, Error};
use serde_json::{Map, Value, json};
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::run::{Ran, run};
use super::{Guest, House};

/// The node is asked for calls anew after so long, milliseconds.
const WAIT_MS: u32 = 25_000;
/// Before a node that went down is asked again.
const PAUSE: Duration = Duration::from_millis(500);
/// Tokens that are shown at the same time: each waits a moment.
const SHOWING_MAX: usize = 64;

/// What waits for a token to be shown at the node.
#[derive(Debug, Default)]
pub struct Showing(Mutex<HashMap<String, oneshot::Sender<Result<Guest, String>>>>);

impl Showing {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Result<Guest, String>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for whoever says this word at the node.
    pub fn wait_for(&self, word: String) -> Option<oneshot::Receiver<Result<Guest, String>>> {
        let (says, said) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.retain(|_, one| !one.is_closed());
        if waiting.len() >= SHOWING_MAX {
            return None;
        }
        waiting.insert(word, says);
        Some(said)
    }
}

/// Offers them until it is stopped or the node refuses. Says so once they can be used.
pub async fn serve(
    client: Client,
    mut offer: ToolOfferInput,
    house: Arc<House>,
    showing: Arc<Showing>,
    mut stop: watch::Receiver<bool>,
    ready: impl FnOnce(),
) -> Result<(), Error> {
    offer.tools = tools(house.terms().wall);
    client.call::<ToolOffer>(offer.clone()).await?;
    let mut calls = Calls {
        server: offer.server,
        house,
        showing,
        under_way: HashMap::new(),
        answers: JoinSet::new(),
    };
    // From here on the node knows that somebody is here.
    calls.take(ask(client.clone(), calls.question(None)).await?);
    ready();
    let mut asking = Box::pin(ask(client.clone(), calls.question(Some(WAIT_MS))));
    let mut sending: JoinSet<Result<ToolWork, Error>> = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
            Some(served) = calls.answered() => {
                let answer = ToolServeInput { answers: vec![served], ..calls.question(None) };
                sending.spawn(ask(client.clone(), answer));
            }
            Some(sent) = sending.join_next() => {
                if let Ok(work) = sent {
                    calls.take(work?);
                }
            }
            work = &mut asking => {
                calls.take(work?);
                asking = Box::pin(ask(client.clone(), calls.question(Some(WAIT_MS))));
            }
        }
    }
}

/// Asks the node once. A node that goes down is asked again when it is back.
async fn ask(client: Client, input: ToolServeInput) -> Result<ToolWork, Error> {
    loop {
        match client.call::<ToolServe>(input.clone()).await {
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::ShuttingDown => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

/// The calls under way.
struct Calls {
    server: String,
    house: Arc<House>,
    showing: Arc<Showing>,
    under_way: HashMap<u64, AbortHandle>,
    answers: JoinSet<ToolServed>,
}

impl Calls {
    fn question(&self, wait_ms: Option<u32>) -> ToolServeInput {
        ToolServeInput {
            server: self.server.clone(),
            answers: Vec::new(),
            wait_ms,
        }
    }

    fn take(&mut self, work: ToolWork) {
        for call in work.gone {
            // Dropped, its sandbox ends.
            if let Some(under_way) = self.under_way.remove(&call) {
                under_way.abort();
            }
        }
        for asked in work.calls {
            let call = asked.call;
            let (house, showing) = (self.house.clone(), self.showing.clone());
            let handle = self.answers.spawn(answer(house, showing, asked));
            self.under_way.insert(call, handle);
        }
    }

    /// The next answer; none while nothing is under way.
    async fn answered(&mut self) -> Option<ToolServed> {
        loop {
            match self.answers.join_next().await? {
                Ok(served) => {
                    self.under_way.remove(&served.call);
                    return Some(served);
                }
                // It was taken back.
                Err(_) => continue,
            }
        }
    }
}

async fn answer(house: Arc<House>, showing: Arc<Showing>, asked: ToolAsked) -> ToolServed {
    let guest = Guest {
        id: asked.by.id,
        kin: asked.kin,
        executes: asked.executes,
    };
    let input = Value::Object(asked.input.into_inner());
    let ran = match (house.lets(&guest), asked.tool.as_str()) {
        (lets, OPEN_TOOL) => shown(&showing, &guest, lets, &input),
        (Err(why), _) => Ran::not(why),
        (Ok(()), RUN_TOOL) => match serde_json::from_value::<SandboxRunInput>(input) {
            Ok(input) => run(&house, input).await,
            Err(why) => Ran::not(format!("it cannot be read: {why}")),
        },
        (Ok(()), _) => Ran::not("there is no such tool"),
    };
    ToolServed {
        call: asked.call,
        ok: ran.ok,
        text: ran.text,
        data: ran.data,
    }
}

/// Somebody shows who it is: the listener on this machine waits for that.
fn shown(showing: &Showing, guest: &Guest, lets: Result<(), String>, input: &Value) -> Ran {
    let word = input
        .get("word")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let waits = showing.lock().remove(word);
    let Some(waits) = waits else {
        return Ran::not("nobody waits for that word");
    };
    // Who asked may have gone.
    let _ = waits.send(lets.clone().map(|()| guest.clone()));
    match lets {
        Ok(()) => Ran {
            ok: true,
            text: "A sandbox may be opened.".to_owned(),
            data: None,
        },
        Err(why) => Ran::not(why),
    }
}

/// What is said of the tools.
fn tools(wall: Duration) -> Vec<ToolDescription> {
    let text = json!({"type": "string"});
    let file = json!({
        "type": "object",
        "properties": {"path": text, "text": text, "base64": text},
        "required": ["path"],
        "additionalProperties": false,
    });
    let run = json!({
        "type": "object",
        "properties": {
            "code": text,
            "language": {"enum": ["python", "java_script", "shell"]},
            "argv": {"type": "array", "items": text},
            "stdin": text,
            "env": {"type": "object", "additionalProperties": text},
            "files": {"type": "array", "items": file, "maxItems": 64},
            "out": {"type": "array", "items": text, "maxItems": 64},
            "wall_ms": {"type": "integer", "minimum": 1},
        },
        "additionalProperties": false,
    });
    let open = json!({
        "type": "object",
        "properties": {"word": text},
        "required": ["word"],
        "additionalProperties": false,
    });
    let described = |name: &str, about: String, input: Value| ToolDescription {
        name: name.to_owned(),
        about,
        input: match input {
            Value::Object(input) => input,
            _ => Map::new(),
        },
    };
    vec![
        described(
            RUN_TOOL,
            format!(
                "Runs code or a program in a sandbox that goes when it ends, for at most {} seconds",
                wall.as_secs()
            ),
            run,
        ),
        described(
            OPEN_TOOL,
            "Shows a token to the listener that speaks as E2B does, which calls this by itself"
                .to_owned(),
            open,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_model::ParticipantId;

    fn guest(kin: bool, executes: bool) -> Guest {
        Guest {
            id: ParticipantId(uuid::Uuid::nil()),
            kin,
            executes,
        }
    }

    #[test]
    fn a_word_is_good_once_and_for_nobody_who_is_not_let_in() {
        let showing = Showing::default();
        let mut said = showing.wait_for("w".to_owned()).unwrap();
        let word = json!({"word": "w"});
        assert!(!shown(&showing, &guest(false, true), Err("no".into()), &word).ok);
        assert_eq!(said.try_recv().unwrap().unwrap_err(), "no");
        assert!(!shown(&showing, &guest(true, true), Ok(()), &word).ok);
    }
}
