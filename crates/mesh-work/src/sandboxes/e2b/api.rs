//! E2B's interface for sandboxes: open, list, look at, prolong, end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Answer, E2b, ENVD, Refused, Room, answer, body, header, is, lock, nothing};
use crate::awake::Moment;
use crate::sandbox::Net;
use crate::sandboxes::Guest;
use crate::worker::random_hex;

/// How long a sandbox goes on unless somebody says otherwise, as with E2B.
const LIFE_DEFAULT: Duration = Duration::from_secs(300);
/// The one template: this machine's tools.
const TEMPLATE: &str = "base";
/// The largest request of this part: it is read before it is known whose it is.
const REQUEST_BYTES_MAX: usize = 256 << 10;
/// Variables of a sandbox and what is noted with it, in all.
const NOTED_BYTES_MAX: usize = 64 << 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    #[serde(rename = "templateID", default)]
    template: Option<String>,
    #[serde(default)]
    timeout: Option<u64>,
    #[serde(default)]
    env_vars: Option<BTreeMap<String, String>>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(
        rename = "allow_internet_access",
        alias = "allowInternetAccess",
        default
    )]
    internet: Option<bool>,
    /// What is not offered: it is refused, not passed by.
    #[serde(default)]
    network: Option<Value>,
    #[serde(default)]
    mcp: Option<Value>,
    #[serde(default)]
    iam: Option<Value>,
    #[serde(default)]
    volume_mounts: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Prolong {
    #[serde(default)]
    timeout: Option<u64>,
}

impl E2b {
    pub(super) async fn api(
        self: &Arc<E2b>,
        rest: &[String],
        request: Request<Incoming>,
    ) -> Result<Answer, Refused> {
        let token = header(request.headers(), "x-api-key").unwrap_or_default();
        if token.is_empty() {
            return Err(Refused::new(
                StatusCode::UNAUTHORIZED,
                "the header X-API-KEY is missing: the key is a token of the mesh",
            ));
        }
        let token = token.to_owned();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        match rest.as_slice() {
            [] if is(&request, &Method::POST) => self.open(token, request).await,
            [] if is(&request, &Method::GET) => {
                let who = self.node.holder(&token).await?;
                let rooms: Vec<Arc<Room>> = lock(&self.rooms).values().cloned().collect();
                let own = rooms.iter().filter(|room| room.owner == who);
                let own: Vec<Value> = own.map(|room| self.told(room)).collect();
                Ok(answer(StatusCode::OK, &Value::Array(own)))
            }
            [id, deed @ ..] => {
                let room = self.room_of(id, &token).await?;
                self.one(&room, deed, request).await
            }
            [] => Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "POST or GET")),
        }
    }

    /// A sandbox of the holder of a token. Of others' nothing is said.
    async fn room_of(&self, id: &str, token: &str) -> Result<Arc<Room>, Refused> {
        let who = self.node.holder(token).await?;
        let room = lock(&self.rooms).get(id).cloned();
        let none = || Refused::not_found("the sandbox");
        room.filter(|room| room.owner == who).ok_or_else(none)
    }

    async fn one(
        &self,
        room: &Arc<Room>,
        deed: &[&str],
        request: Request<Incoming>,
    ) -> Result<Answer, Refused> {
        match deed {
            [] if is(&request, &Method::GET) => {
                let mut told = self.told(room);
                told["envdAccessToken"] = room.secret.clone().into();
                Ok(answer(StatusCode::OK, &told))
            }
            [] if is(&request, &Method::DELETE) => {
                self.end(room).await;
                Ok(nothing())
            }
            ["timeout"] | ["refreshes"] if is(&request, &Method::POST) => {
                let prolong = read::<Prolong>(request).await?;
                room.until(self.life(prolong.timeout)?);
                Ok(nothing())
            }
            ["connect"] if is(&request, &Method::POST) => {
                let prolong = read::<Prolong>(request).await?;
                let life = self.life(prolong.timeout)?;
                // Connecting does not shorten a sandbox's life.
                if now() + life > *lock(&room.ends) {
                    room.until(life);
                }
                Ok(answer(StatusCode::OK, &self.opened(room)))
            }
            _ => Err(Refused::new(
                StatusCode::NOT_IMPLEMENTED,
                "sandboxes of this machine are opened, looked at, prolonged and ended; they are not paused, forked or measured",
            )),
        }
    }

    async fn open(
        self: &Arc<E2b>,
        token: String,
        request: Request<Incoming>,
    ) -> Result<Answer, Refused> {
        let open = read::<Open>(request).await?;
        let template = open.template.as_deref().unwrap_or(TEMPLATE);
        if ![TEMPLATE, ""].contains(&template) {
            return Err(Refused::not_found(
                "the template: there is 'base' alone, which",
            ));
        }
        let unknown = [&open.network, &open.mcp, &open.iam, &open.volume_mounts];
        if unknown.iter().any(|what| what.is_some()) {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                "rules of a network for one sandbox, mcp, iam and volumes are not offered here",
            ));
        }
        let life = self.life(open.timeout)?;
        let metadata = json!(open.metadata.unwrap_or_default());
        let env = open.env_vars.unwrap_or_default();
        let noted: usize = env
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if noted + metadata.to_string().len() > NOTED_BYTES_MAX {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                format!("variables and metadata have more than {NOTED_BYTES_MAX} bytes"),
            ));
        }
        let guest = self.shown(&token).await?;
        self.check_share(&guest)?;
        let lodged = self
            .house
            .lodge(Moment::now().plus(life), open.internet == Some(false))
            .await
            .map_err(|why| Refused::new(StatusCode::TOO_MANY_REQUESTS, why))?;
        let room = Arc::new(Room {
            id: format!("i{}", random_hex::<10>()),
            owner: guest.id,
            token,
            secret: random_hex::<32>(),
            lodged,
            began: now(),
            ends: Mutex::new(now() + life),
            again: watch::Sender::new(0),
            env,
            metadata,
            watchers: Mutex::default(),
        });
        lock(&self.rooms).insert(room.id.clone(), room.clone());
        let e2b = self.clone();
        let watched = room.clone();
        tokio::spawn(async move {
            // Its keeper ends it in time; then nothing of it is kept here.
            watched.lodged.kept.over().await;
            e2b.end(&watched).await;
        });
        Ok(answer(StatusCode::CREATED, &self.opened(&room)))
    }

    /// Somebody of another side keeps at most half of the sandboxes, so that the machine's own side finds one.
    fn check_share(&self, guest: &Guest) -> Result<(), Refused> {
        let most = usize::from(self.house.terms().slots.div_ceil(2));
        let rooms = lock(&self.rooms);
        let has = rooms.values().filter(|room| room.owner == guest.id).count();
        if guest.kin || has < most {
            return Ok(());
        }
        Err(Refused::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!("{most} sandboxes are open for this key; end one of them"),
        ))
    }

    /// How long a sandbox may go on.
    fn life(&self, seconds: Option<u64>) -> Result<Duration, Refused> {
        let life = seconds.map_or(
            LIFE_DEFAULT.min(self.house.terms().life),
            Duration::from_secs,
        );
        if life > self.house.terms().life {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                format!(
                    "a sandbox goes on for at most {} seconds here",
                    self.house.terms().life.as_secs()
                ),
            ));
        }
        Ok(life)
    }

    fn opened(&self, room: &Room) -> Value {
        json!({
            "templateID": TEMPLATE,
            "sandboxID": room.id,
            "clientID": "mesh",
            "envdVersion": ENVD,
            "envdAccessToken": room.secret,
            "domain": null,
        })
    }

    fn told(&self, room: &Room) -> Value {
        let terms = self.house.terms();
        let bounds = terms.sandbox.bounds;
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let cpus = if bounds.cpu == 0 {
            cpus
        } else {
            usize::try_from(bounds.cpu.div_ceil(100)).unwrap_or(cpus)
        };
        let network = terms.sandbox.net != Net::Places(Vec::new());
        json!({
            "templateID": TEMPLATE,
            "sandboxID": room.id,
            "clientID": "mesh",
            "startedAt": time(room.began),
            "endAt": time(*lock(&room.ends)),
            "cpuCount": cpus,
            "memoryMB": bounds.memory >> 20,
            "diskSizeMB": terms.home_bytes >> 20,
            "state": "running",
            "envdVersion": ENVD,
            "metadata": room.metadata,
            "allowInternetAccess": network,
        })
    }
}

/// A body as JSON; none is an empty object.
async fn read<T: for<'de> Deserialize<'de>>(request: Request<Incoming>) -> Result<T, Refused> {
    let bytes = body(request.into_body(), REQUEST_BYTES_MAX).await?;
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    serde_json::from_slice(text)
        .map_err(|why| Refused::new(StatusCode::BAD_REQUEST, format!("the body: {why}")))
}

/// This moment, as it is told to clients.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no event's time: clients are told when a sandbox ends"
)]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment as E2B writes it.
pub(super) fn time(at: SystemTime) -> String {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let ms = u64::try_from(since.as_millis()).unwrap_or(0);
    mesh_model::Millis(ms).to_string()
}
