//! ntfy: what waits for a person as notifications of a topic. It only tells; whatever is answered is answered in the mesh.
//!
//! Whoever knows a topic's name reads it, unless the server asks for a token. So words go there only if their person says so,
//! and only where their rooms let them out.

use std::path::PathBuf;
use std::time::Duration;

use mesh_model::api::NoInput;
use mesh_model::events::{AlertSeverity, Kind};
use mesh_model::ops::StatusGet;
use mesh_model::{MeshId, Seq};
use mesh_sdk::{Client, Error, Filter, Options};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kept::{hold, load, save};
use crate::leave::Carrier;
use crate::outside::{Answer, Backoff, Outside};
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::until;
use crate::waits::{About, Eyes, KINDS, Looked, Notice, Words};

/// Where the public server is.
pub const SERVER: &str = "https://ntfy.sh";
const SERVICE: &str = "ntfy";
/// Longer than the service takes to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// As much of somebody's words as a notification shows. What is longer says so.
const WORDS_MAX: usize = 300;
/// Events after which the place is kept even if nothing was told.
const KEEP_EVERY: u64 = 1000;
/// The longest name of a topic, as ntfy has it.
const TOPIC_CHARS_MAX: usize = 64;

/// How a connector to ntfy runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node, and as whom.
    pub options: Options,
    /// The server: [`SERVER`], or one's own.
    pub base: String,
    /// The topic; see [`is_topic`].
    pub topic: String,
    /// A token for the server, if it asks for one.
    pub token: Option<Secret>,
    /// The page's address as a phone reaches it: a notification leads there.
    pub page: Option<String>,
    /// Whether words are told.
    pub words: bool,
    /// Where its place is kept: a file in here.
    pub folder: PathBuf,
}

/// Whether a text is the name of a topic.
pub fn is_topic(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=TOPIC_CHARS_MAX).contains(&text.len()) && text.chars().all(plain)
}

/// Where it has got to.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    mesh: MeshId,
    position: Seq,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or the server does not take its token, or its place cannot be kept.
pub async fn run(
    settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    until(stop, connect(&settings, &tell)).await
}

async fn connect(settings: &Settings, tell: &dyn Fn(Said<'_>)) -> Result<(), Trouble> {
    let client = Client::connect(settings.options.clone()).await?;
    let mesh = client.call::<StatusGet>(NoInput {}).await?.mesh;
    let carrier = Carrier::of(&client, false).await?;
    if carrier.me.kind != Kind::Human {
        return Err(Trouble::Unfit {
            what: format!(
                "@{} is no person, and this tells a person what waits for it",
                carrier.me.handle
            ),
            todo: "run it with a person's own token".to_owned(),
        });
    }
    let path = settings
        .folder
        .join(format!("ntfy-{}.json", settings.topic));
    let _held = hold(&path)?;
    let known = load::<Kept>(&path)?.filter(|kept| kept.mesh == mesh);
    let head = client.welcomed().head;
    let mut kept = known.unwrap_or(Kept {
        mesh,
        position: head,
    });
    let filter = Filter {
        after: Some(kept.position),
        rooms: Vec::new(),
        types: KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let mut items = client.subscribe(filter).await?;
    save(&path, &kept)?;
    tell(Said::Began {
        there: &settings.topic,
        after: kept.position,
    });
    let server = Server {
        outside: Outside::new(&settings.base, settings.token.clone()),
        settings,
    };
    let eyes = Eyes {
        client,
        carrier,
        page: settings.page.clone(),
    };
    let mut passed = 0_u64;
    loop {
        let item = items.next().await.ok_or(Error::Closed)?;
        let looked = eyes.look(&item).await?;
        kept.position = item.seq;
        passed += 1;
        if let Looked::Tell(notice) = looked {
            server.publish(&notice, tell).await?;
            save(&path, &kept)?;
            tell(Said::Told {
                what: notice.about.word(),
                seq: item.seq,
            });
        } else if passed.is_multiple_of(KEEP_EVERY) {
            save(&path, &kept)?;
        }
    }
}

/// What came of a notification.
enum Came {
    Told,
    Dropped(String),
    Later(String, Option<Duration>),
}

struct Server<'a> {
    outside: Outside,
    settings: &'a Settings,
}

impl Server<'_> {
    /// Tells until it is told: what the service cannot take now it is offered later.
    async fn publish(&self, notice: &Notice, tell: &dyn Fn(Said<'_>)) -> Result<(), Trouble> {
        let body = self.body(notice);
        let mut backoff = Backoff::default();
        let mut away = false;
        loop {
            let url = format!("{}/", self.settings.base);
            let asked = self
                .outside
                .post(url, true, body.clone(), ANSWER_WAIT)
                .await;
            match came(asked)? {
                Came::Told => {
                    if away {
                        tell(Said::Back);
                    }
                    return Ok(());
                }
                Came::Dropped(why) => {
                    tell(Said::Dropped { why });
                    return Ok(());
                }
                Came::Later(why, asked) => {
                    away = true;
                    let wait = asked.map_or_else(|| backoff.next(), Backoff::asked);
                    tell(Said::Away { why, wait });
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    fn body(&self, notice: &Notice) -> Value {
        let mut body = json!({
            "topic": self.settings.topic,
            "title": notice.title,
            "message": self.message(notice),
            "priority": priority(notice),
        });
        if let Some(link) = &notice.link {
            body["click"] = json!(link);
        }
        if matches!(notice.about, About::Alert(..)) {
            body["tags"] = json!(["warning"]);
        }
        body
    }

    fn message(&self, notice: &Notice) -> String {
        match (&notice.about, &notice.words) {
            // No words of anybody are in these.
            (About::Alert(..) | About::Act(_) | About::Invitation(_), Words::Shown(words)) => {
                words.clone()
            }
            (_, Words::Shown(words)) if self.settings.words && !words.is_empty() => cut(words),
            (About::Message(_), _) => "Read it in the mesh.".to_owned(),
            (About::Approval(_), _) => "Work waits for your answer.".to_owned(),
            (About::Act(_) | About::Invitation(_), _) => "It waits for your word.".to_owned(),
            (About::Alert(..), _) => "Say that you know of it, and nobody else is told.".to_owned(),
        }
    }
}

/// The beginning of a text that is read whole elsewhere.
fn cut(words: &str) -> String {
    let mut shown: String = words.chars().take(WORDS_MAX).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    shown
}

/// Of five: 3 rings as the phone does, 4 and 5 louder, 2 without a sound.
fn priority(notice: &Notice) -> u8 {
    match (notice.quiet, &notice.about) {
        (true, _) => 2,
        (false, About::Alert(AlertSeverity::Critical, _)) => 5,
        (false, About::Approval(_) | About::Act(_)) => 4,
        (false, _) if notice.urgent => 4,
        (false, _) => 3,
    }
}

fn came(asked: Result<Answer, String>) -> Result<Came, Trouble> {
    let answer = match asked {
        Ok(answer) => answer,
        Err(why) => return Ok(Came::Later(why, None)),
    };
    let why = || {
        let said = answer.body["error"].as_str().unwrap_or_default();
        format!("{} {said}", answer.status).trim_end().to_owned()
    };
    match answer.status {
        200..300 => Ok(Came::Told),
        401 | 403 => Err(Trouble::Token { service: SERVICE }),
        408 | 425 | 429 | 500.. => Ok(Came::Later(why(), answer.wait)),
        400 | 413 => Ok(Came::Dropped(why())),
        _ => Err(Trouble::Service {
            service: SERVICE,
            why: why(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_one_word() {
        assert!(is_topic("mesh_Ana-1"));
        for bad in ["", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(!is_topic(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("short"), "short");
        let long = cut(&"ä".repeat(WORDS_MAX + 1));
        assert_eq!(long.chars().count(), WORDS_MAX + 1);
        assert!(long.ends_with('…'));
    }
}
