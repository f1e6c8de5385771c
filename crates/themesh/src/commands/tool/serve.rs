//! `mesh tool serve`: a server of tools that runs here becomes tools of the mesh. This program starts it, asks the node for
//! calls, and answers them; the node starts nothing and connects to nothing.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use mesh_link::{Connection, McpTool, News};
use mesh_model::api::{
    ClientInfo, NoInput, ToolDescription, ToolOfferInput, ToolServeInput, ToolServed, ToolView,
    ToolWork,
};
use mesh_model::limits::{REQUEST_BYTES_MAX, TOOL_MS_MAX};
use mesh_model::ops::{ToolList, ToolOffer, ToolServe};
use mesh_model::{ErrorCode, Refusal};
use mesh_sdk::{Client, Error};
use serde_json::{Map, Value};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::trusted;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint};

/// How long a server may take to say hello and what it has.
const HELLO_WAIT: Duration = Duration::from_secs(20);
/// The node is asked for calls anew after so long, milliseconds.
const WAIT_MS: u32 = 25_000;
/// The pause before a server that has ended is started again; it doubles with each end.
const PAUSE_MIN: Duration = Duration::from_millis(500);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A server that ran so long was well.
const WELL_AFTER: Duration = Duration::from_secs(60);
/// What stands around an answer in its request.
const AROUND_BYTES: usize = 4096;
/// What the server must not know of who runs it.
const SECRETIVE: [&str; 3] = ["MESH_TOKEN", "MESH_ATTEMPT", "MESH_SESSION"];

/// Offer the tools of a program that speaks the Model Context Protocol
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh --as rex tool serve shop --room workshop -- npx some-mcp-server\n\nThe tools are called shop__NAME and can be used as long as this runs. The program runs here, with your environment."
)]
pub struct ServeArgs {
    /// What the server is called on the mesh
    pub name: String,
    /// Members of these rooms may use its tools; you speak there
    #[arg(
        long = "room",
        value_name = "ROOM",
        value_delimiter = ',',
        required = true
    )]
    pub rooms: Vec<String>,
    /// Only these of them
    #[arg(long = "participant", value_name = "HANDLE", value_delimiter = ',')]
    pub participants: Vec<String>,
    /// Only those of them with one of these roles
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
    pub roles: Vec<String>,
    /// Only those of them trusted as one of these: owner, local
    #[arg(long, value_delimiter = ',')]
    pub trust: Vec<String>,
    /// The address of a server that runs here already and speaks Streamable HTTP
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    pub at: Option<String>,
    /// The program and its arguments
    #[arg(last = true, required_unless_present = "at")]
    pub command: Vec<String>,
}

/// `mesh tool serve …`
pub fn serve(context: &Context, args: &ServeArgs) -> Outcome<()> {
    let trust = args.trust.iter().map(|one| trusted(one));
    let offer = ToolOfferInput {
        server: args.name.clone(),
        rooms: args.rooms.clone(),
        participants: args.participants.clone(),
        roles: args.roles.clone(),
        trust: trust.collect::<Outcome<Vec<_>>>()?,
        tools: Vec::new(),
    };
    let at = match &args.at {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
            At::Url(url.clone())
        }
        Some(url) => {
            return Err(Failure::usage(
                format!("'{url}' is no address"),
                "it begins with http:// or https://",
            )
            .so(Effect::NothingChanged));
        }
        None => At::Program(args.command.clone()),
    };
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-tool-serve".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| failed(why.to_string()))?;
    runtime.block_on(async {
        let client = Client::connect(options).await?;
        Serving {
            client,
            offer,
            server: &at,
            running: None,
            next: None,
            pause: PAUSE_MIN,
            began: Instant::now(),
        }
        .until_stopped()
        .await
    })
}

fn failed(why: impl Into<String>) -> Failure {
    Failure::here(why, "").so(Effect::NothingChanged)
}

/// Where the server is.
#[derive(Clone)]
enum At {
    /// A program that is started here.
    Program(Vec<String>),
    /// An address.
    Url(String),
}

/// A program that runs, and the connection with it.
struct Running {
    connection: Arc<Connection>,
    /// What it has.
    tools: Vec<McpTool>,
    /// Kept: it is killed when this is dropped. None if it runs by itself, at an address.
    _child: Option<Child>,
}

/// What the program is waited for.
enum Next {
    /// It was started, or not.
    Started(Result<Running, String>),
    /// It told which tools it has now.
    Told(Result<Vec<McpTool>, String>),
}

type Coming = Pin<Box<dyn Future<Output = Next>>>;

struct Serving<'a> {
    client: Client,
    /// What is offered; its tools are those of the program that runs.
    offer: ToolOfferInput,
    server: &'a At,
    running: Option<Running>,
    next: Option<Coming>,
    /// Before the program is started again, when it has ended.
    pause: Duration,
    began: Instant,
}

impl Serving<'_> {
    /// Offers what the program has and answers calls, until somebody has had enough. A program that ends is started again;
    /// the node is asked all the time, so that no call waits in vain.
    async fn until_stopped(mut self) -> Outcome<()> {
        let mut stop = stopped()?;
        // A program that cannot be started at all is told at once.
        let running = start(self.server.clone()).await.map_err(failed)?;
        let mut calls = Calls::new(&self.offer.server);
        let mut news = self.runs(running, &mut calls).await?;
        // From here on the node knows that somebody is here.
        calls.take(ask(self.client.clone(), calls.nothing(None)).await?);
        self.tell().await?;
        let mut asking = Box::pin(ask(self.client.clone(), calls.nothing(Some(WAIT_MS))));
        let mut sending: JoinSet<Result<ToolWork, Error>> = JoinSet::new();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                _ = news.changed(), if self.running.is_some() => {
                    let over = news.borrow_and_update().over;
                    self.heard(over, &mut calls);
                }
                next = coming(&mut self.next) => {
                    self.next = None;
                    match next {
                        Next::Started(Ok(running)) => {
                            news = self.runs(running, &mut calls).await?;
                            self.tell().await?;
                        }
                        Next::Told(Ok(tools)) => {
                            self.offer(tools).await?;
                            self.tell().await?;
                        }
                        Next::Started(Err(why)) | Next::Told(Err(why)) => {
                            say(&why);
                            self.heard(true, &mut calls);
                        }
                    }
                }
                Some(served) = calls.answered() => {
                    let answer = ToolServeInput { answers: vec![served], ..calls.nothing(None) };
                    sending.spawn(ask(self.client.clone(), answer));
                }
                Some(sent) = sending.join_next() => {
                    if let Ok(work) = sent {
                        calls.take(work?);
                    }
                }
                work = &mut asking => {
                    calls.take(work?);
                    asking = Box::pin(ask(self.client.clone(), calls.nothing(Some(WAIT_MS))));
                }
            }
        }
    }

    /// The program runs: its tools are offered.
    async fn runs(
        &mut self,
        mut running: Running,
        calls: &mut Calls,
    ) -> Outcome<watch::Receiver<News>> {
        self.began = Instant::now();
        let tools = std::mem::take(&mut running.tools);
        let mut news = running.connection.news();
        news.borrow_and_update();
        calls.connection = Some(Arc::clone(&running.connection));
        self.running = Some(running);
        self.offer(tools).await?;
        Ok(news)
    }

    /// The program has ended, or has other tools now.
    fn heard(&mut self, over: bool, calls: &mut Calls) {
        if let Some(running) = self.running.as_ref().filter(|_| !over) {
            let connection = Arc::clone(&running.connection);
            self.next = Some(Box::pin(
                async move { Next::Told(tools(&connection).await) },
            ));
            return;
        }
        (self.running, calls.connection) = (None, None);
        if self.began.elapsed() >= WELL_AFTER {
            self.pause = PAUSE_MIN;
        }
        let (pause, server) = (self.pause, self.server.clone());
        self.pause = (pause * 2).min(PAUSE_MAX);
        say(&format!(
            "the program has ended; it is started again in {} ms",
            pause.as_millis()
        ));
        self.next = Some(Box::pin(async move {
            tokio::time::sleep(pause).await;
            Next::Started(start(server).await)
        }));
    }

    /// Offers these tools; those that cannot be offered are named and left out.
    async fn offer(&mut self, tools: Vec<McpTool>) -> Outcome<()> {
        let described = tools.into_iter().map(|tool| ToolDescription {
            name: tool.name,
            about: tool.about,
            input: tool.input,
        });
        self.offer.tools = described.collect();
        while let Err(why) = self.client.call::<ToolOffer>(self.offer.clone()).await {
            let Error::Refused(refusal) = &why else {
                return Err(why.into());
            };
            let Some(place) = place_of(refusal).filter(|place| *place < self.offer.tools.len())
            else {
                return Err(why.into());
            };
            let left_out = self.offer.tools.remove(place);
            say(&format!(
                "{} is not offered: {}",
                clean(&left_out.name),
                refusal.detail()
            ));
        }
        Ok(())
    }

    /// Says what of it can be used.
    async fn tell(&self) -> Outcome<()> {
        let me = self.client.welcomed().participant.id;
        let own = |tool: &ToolView| {
            tool.server.as_ref() == Some(&self.offer.server)
                && tool.by.as_ref().is_some_and(|by| by.id == me)
        };
        let tools = self.client.call::<ToolList>(NoInput {}).await?.items;
        let tools: Vec<ToolView> = tools.into_iter().filter(own).collect();
        say(&format!(
            "{} offers {} tools",
            self.offer.server,
            tools.len()
        ));
        for tool in tools {
            line(&match tool.off {
                Some(why) => format!(
                    "  {}  {}",
                    clean(&tool.name),
                    paint(Colour::Quiet, &clean(&why))
                ),
                None => format!("  {}", clean(&tool.name)),
            });
        }
        Ok(())
    }
}

/// The calls that the program has under way.
struct Calls {
    /// None while the program does not run.
    connection: Option<Arc<Connection>>,
    server: String,
    under_way: HashMap<u64, AbortHandle>,
    answers: JoinSet<ToolServed>,
}

impl Calls {
    fn new(server: &str) -> Calls {
        Calls {
            connection: None,
            server: server.to_owned(),
            under_way: HashMap::new(),
            answers: JoinSet::new(),
        }
    }

    fn nothing(&self, wait_ms: Option<u32>) -> ToolServeInput {
        ToolServeInput {
            server: self.server.clone(),
            answers: Vec::new(),
            wait_ms,
        }
    }

    fn take(&mut self, work: ToolWork) {
        for call in work.gone {
            // Dropped, it tells the program that nobody waits any more.
            if let Some(under_way) = self.under_way.remove(&call) {
                under_way.abort();
            }
        }
        for asked in work.calls {
            let connection = self.connection.clone();
            let input = asked.input.into_inner();
            let limit = Duration::from_millis(TOOL_MS_MAX);
            let handle = self.answers.spawn(async move {
                let answer = async {
                    let down = || "the program behind the tool does not run now".to_owned();
                    let connection = connection.ok_or_else(down)?;
                    connection.call(&asked.tool, input).await
                };
                let (ok, text, data) = match tokio::time::timeout(limit, answer).await {
                    Ok(Ok(told)) => (true, told.text, told.data),
                    Ok(Err(why)) => (false, why, None),
                    Err(_) => (false, "the program did not answer in time".to_owned(), None),
                };
                fitting(asked.call, ok, text, data)
            });
            self.under_way.insert(asked.call, handle);
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

/// Asks the node once. A node that goes down is asked again when it is back.
async fn ask(client: Client, input: ToolServeInput) -> Result<ToolWork, Error> {
    loop {
        match client.call::<ToolServe>(input.clone()).await {
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::ShuttingDown => {
                tokio::time::sleep(PAUSE_MIN).await;
            }
            answer => return answer,
        }
    }
}

/// An answer that goes into one request: first without its data, then cut.
fn fitting(call: u64, ok: bool, text: String, data: Option<Map<String, Value>>) -> ToolServed {
    let most = REQUEST_BYTES_MAX - AROUND_BYTES;
    let bytes = |text: &str| serde_json::to_string(text).map_or(usize::MAX, |json| json.len());
    let data = data.filter(|data| {
        let more = serde_json::to_string(data).map_or(usize::MAX, |json| json.len());
        bytes(&text).saturating_add(more) <= most
    });
    let mut text = text;
    let mut cut = false;
    while bytes(&text) > most {
        // Escapes count, so that the length alone does not say where to cut.
        let mut end = text.len().min(most).saturating_sub(text.len() / 8 + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        cut = true;
    }
    if cut {
        text.push_str("\n… (cut: the answer was longer)");
    }
    ToolServed {
        call,
        ok,
        text,
        data,
    }
}

/// Which of the tools a refusal is about.
fn place_of(refusal: &Refusal) -> Option<usize> {
    let rest = refusal.at.as_deref()?.strip_prefix("/tools/")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// What is waited for; nothing is waited for without end.
async fn coming(next: &mut Option<Coming>) -> Next {
    match next {
        Some(next) => next.await,
        None => std::future::pending().await,
    }
}

async fn tools(connection: &Connection) -> Result<Vec<McpTool>, String> {
    let told = tokio::time::timeout(HELLO_WAIT, connection.tools()).await;
    told.unwrap_or_else(|_| Err("the program does not say which tools it has".to_owned()))
}

async fn start(at: At) -> Result<Running, String> {
    let hello = async {
        match &at {
            At::Program(command) => spawned(command).await,
            At::Url(url) => Ok((Connection::over_http(url).await?, None)),
        }
    };
    let name = match &at {
        At::Program(command) => command.first().map_or("", String::as_str),
        At::Url(url) => url,
    };
    let said = tokio::time::timeout(HELLO_WAIT, hello).await;
    let said =
        said.unwrap_or_else(|_| Err(format!("no hello within {} seconds", HELLO_WAIT.as_secs())));
    let (connection, child) = said.map_err(|why| format!("'{name}': {why}"))?;
    Ok(Running {
        tools: tools(&connection).await?,
        connection: Arc::new(connection),
        _child: child,
    })
}

async fn spawned(command: &[String]) -> Result<(Connection, Option<Child>), String> {
    let (program, arguments) = command.split_first().ok_or("no program is named")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    for name in SECRETIVE {
        command.env_remove(name);
    }
    let mut child = command
        .spawn()
        .map_err(|why| format!("it cannot be started: {}", why.kind()))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("it has no input or output".to_owned());
    };
    Ok((Connection::open(input, output).await?, Some(child)))
}

/// Becomes true when the program is to end.
fn stopped() -> Outcome<watch::Receiver<bool>> {
    let both = signal(SignalKind::interrupt())
        .and_then(|first| Ok((first, signal(SignalKind::terminate())?)));
    let (mut interrupt, mut terminate) = both.map_err(|why| failed(why.to_string()))?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // Whoever listened may have ended.
        let _ = stop.send(true);
    });
    Ok(stopped)
}

fn say(what: &str) {
    line(&clean(what));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_whatever_length_goes_into_one_request() {
        let ten_megabytes = "\u{1}".repeat(10 << 20);
        for text in [ten_megabytes, "ä".repeat(1 << 20), "short".to_owned()] {
            let short = text.len() < 100;
            let data = serde_json::json!({"x": "y".repeat(REQUEST_BYTES_MAX)});
            let served = fitting(1, true, text, data.as_object().cloned());
            let json = serde_json::to_string(&served).unwrap();
            assert!(json.len() < REQUEST_BYTES_MAX, "{}", json.len());
            assert_eq!(served.text.ends_with("longer)"), !short);
            assert_eq!(served.data, None);
        }
    }
}
