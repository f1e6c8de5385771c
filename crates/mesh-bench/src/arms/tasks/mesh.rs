//! The node's side: one socket creates tasks, two take and end them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::arms::window::{Done, Load, Window};
use crate::cluster::Mesh;
use crate::wire::{Reader, frame, text, websocket};
use crate::{Outcome, said};

/// How long the node may hold a question for work, milliseconds.
const WAIT_MS: u32 = 30_000;
/// Tasks that a worker takes at once of a graph.
const GRAPH_BATCH: usize = 32;

/// A socket on which calls are written together and answers are read one by one.
struct Socket {
    reader: Reader,
    writer: OwnedWriteHalf,
    out: Vec<u8>,
    called: u64,
}

/// What the node sends: an answer, or something that happened.
#[derive(Deserialize)]
struct Frame<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    ok: Option<&'a RawValue>,
    #[serde(borrow)]
    push: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Taken {
    items: Vec<TakenTask>,
}

#[derive(Deserialize)]
struct TakenTask {
    task: Task,
    fence: u64,
}

#[derive(Deserialize)]
struct Task {
    id: String,
}

#[derive(Deserialize)]
struct Ended<'a> {
    state: &'a str,
}

/// The answer to many results and the question behind them.
#[derive(Deserialize)]
struct AllEnded<'a> {
    #[serde(borrow)]
    results: Vec<Part<Ended<'a>>>,
    taken: Part<Taken>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part<T> {
    Ok(T),
    Problem(serde_json::Value),
}

impl<T> Part<T> {
    fn ok(self) -> Outcome<T> {
        match self {
            Part::Ok(done) => Ok(done),
            Part::Problem(problem) => said(problem.to_string()),
        }
    }
}

/// How a worker hands in what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A call a task and one for the next ones, written together.
    Each,
    /// One call for all, which brings the next ones.
    Together,
}

impl Socket {
    async fn open(mesh: &Mesh, token: &str) -> Outcome<Socket> {
        let (reader, writer) = websocket(&mesh.server.address, token).await?;
        Ok(Socket {
            reader,
            writer,
            out: Vec::new(),
            called: 0,
        })
    }

    /// Adds a call to what [`Socket::send`] will write.
    fn call(&mut self, name: &str, input: &str) -> u64 {
        self.called += 1;
        let call = format!(
            r#"{{"id":{},"call":"{name}","input":{input}}}"#,
            self.called
        );
        frame(&mut self.out, call.as_bytes());
        self.called
    }

    async fn send(&mut self) -> Outcome<()> {
        self.writer.write_all(&self.out).await?;
        self.out.clear();
        Ok(())
    }

    async fn next(&mut self) -> Outcome<Vec<u8>> {
        text(&mut self.reader, &mut self.writer).await
    }

    /// Waits for the answer to the last call; what is pushed before it is passed over.
    async fn answered(&mut self) -> Outcome<Vec<u8>> {
        loop {
            let bytes = self.next().await?;
            if read(&bytes)?.id == Some(self.called) {
                return Ok(bytes);
            }
        }
    }

    async fn create(&mut self, count: usize) -> Outcome<()> {
        let tasks = vec![r#"{"title":"no-op","prompt":"no-op"}"#; count].join(",");
        self.call(
            "task.create",
            &format!(r#"{{"room":"bench","tasks":[{tasks}]}}"#),
        );
        self.send().await
    }
}

fn read(bytes: &[u8]) -> Outcome<Frame<'_>> {
    let frame: Frame<'_> = serde_json::from_slice(bytes)?;
    match (frame.id, frame.ok) {
        (Some(_), None) => said(String::from_utf8_lossy(bytes)),
        _ => Ok(frame),
    }
}

/// A member that takes work from here on.
async fn worker(mesh: &Mesh, member: usize) -> Outcome<Socket> {
    let mut socket = Socket::open(mesh, &mesh.members[member]).await?;
    socket.call("worker.enrol", r#"{"slots":64,"capabilities":[]}"#);
    socket.send().await?;
    socket.answered().await?;
    Ok(socket)
}

async fn work(
    socket: Socket,
    batch: usize,
    way: Way,
    ended: &RefCell<&mut Vec<String>>,
    over: impl Fn(),
) -> Outcome<()> {
    match way {
        Way::Each => work_each(socket, batch, ended, over).await,
        Way::Together => work_together(socket, batch, ended, over).await,
    }
}

/// What ends a task that was taken.
fn result(TakenTask { task, fence }: &TakenTask) -> String {
    let output = r#"{"text":"done"}"#;
    format!(
        r#"{{"task":"{}","fence":{fence},"output":{output}}}"#,
        task.id
    )
}

fn must_be_done(state: &Ended<'_>) -> Outcome<()> {
    match state.state {
        "done" => Ok(()),
        state => said(format!("a task is {state} instead of done")),
    }
}

/// Takes tasks, ends all of them by one call, and gets the next ones with its answer; waits when there are none.
async fn work_together(
    mut socket: Socket,
    batch: usize,
    ended: &RefCell<&mut Vec<String>>,
    over: impl Fn(),
) -> Outcome<()> {
    let wanted = format!(r#""count":{batch},"memory_tokens":0,"start":true"#);
    let mut held: Vec<TakenTask> = Vec::new();
    loop {
        if held.is_empty() {
            let take = format!(r#"{{{wanted},"wait_ms":{WAIT_MS}}}"#);
            socket.call("task.take", &take);
        } else {
            let results: Vec<String> = held.iter().map(result).collect();
            let results = results.join(",");
            let input = format!(r#"{{"results":[{results}],"take":{{{wanted}}}}}"#);
            socket.call("task.finish_many", &input);
        }
        socket.send().await?;
        let bytes = socket.answered().await?;
        let Some(ok) = read(&bytes)?.ok else {
            return said("an answer without anything in it");
        };
        if held.is_empty() {
            held = serde_json::from_str::<Taken>(ok.get())?.items;
            continue;
        }
        let AllEnded { results, taken } = serde_json::from_str(ok.get())?;
        let had = std::mem::replace(&mut held, taken.ok()?.items);
        for (task, result) in had.into_iter().zip(results) {
            must_be_done(&result.ok()?)?;
            ended.borrow_mut().push(task.task.id);
            over();
        }
    }
}

/// Takes tasks and ends them, and asks for the next ones in the same breath.
async fn work_each(
    mut socket: Socket,
    batch: usize,
    ended: &RefCell<&mut Vec<String>>,
    over: impl Fn(),
) -> Outcome<()> {
    let take = format!(r#"{{"count":{batch},"wait_ms":{WAIT_MS},"memory_tokens":0}}"#);
    let mut ending = HashMap::new();
    let mut asked = socket.call("task.take", &take);
    socket.send().await?;
    loop {
        let bytes = socket.next().await?;
        let frame = read(&bytes)?;
        let (Some(id), Some(ok)) = (frame.id, frame.ok) else {
            continue;
        };
        if id == asked {
            let taken: Taken = serde_json::from_str(ok.get())?;
            for taken in taken.items {
                let call = socket.call("task.finish", &result(&taken));
                ending.insert(call, taken.task.id);
            }
            asked = socket.call("task.take", &take);
            socket.send().await?;
        } else if let Some(task) = ending.remove(&id) {
            must_be_done(&serde_json::from_str(ok.get())?)?;
            ended.borrow_mut().push(task);
            over();
        }
    }
}

/// Tasks from creation to the answer that they are done, as many under way as the load says; a worker takes so many at
/// once.
pub async fn run(
    mesh: &Mesh,
    load: Load,
    batch: usize,
    way: Way,
    ended: &mut Vec<String>,
) -> Outcome<Done> {
    let workers = [worker(mesh, 0).await?, worker(mesh, 1).await?];
    let mut creator = Socket::open(mesh, &mesh.owner).await?;
    let (window, ended) = (Window::new(load, 1), RefCell::new(ended));
    let begun = Instant::now();
    let creating = async {
        loop {
            let count = window.next().await.count();
            if count == 0 {
                return Outcome::Ok(());
            }
            creator.create(count).await?;
            creator.answered().await?;
        }
    };
    let [first, second] = workers.map(|worker| work(worker, batch, way, &ended, || window.has(0)));
    tokio::select! {
        created = creating => created,
        broke = first => broke,
        broke = second => broke,
    }?;
    Ok(window.done(begun))
}

/// Milliseconds from creating a task until its creator hears that it is done.
pub async fn times(
    mesh: &Mesh,
    count: usize,
    pause: Duration,
    ended: &mut Vec<String>,
) -> Outcome<Vec<f64>> {
    let worker = worker(mesh, 0).await?;
    let mut creator = Socket::open(mesh, &mesh.owner).await?;
    let ended = RefCell::new(ended);
    let over = Notify::new();
    let creating = async {
        let subscribe = br#"{"id":0,"subscribe":{"after":null,"types":["task.finished"]}}"#;
        frame(&mut creator.out, subscribe);
        creator.send().await?;
        creator.answered().await?;
        let mut took = Vec::with_capacity(count);
        for _ in 0..count {
            tokio::time::sleep(pause).await;
            let begun = Instant::now();
            creator.create(1).await?;
            while read(&creator.next().await?)?.push.is_none() {}
            took.push(begun.elapsed().as_secs_f64() * 1e3);
            // The worker's own answer is counted too, or it would be missing when all are read back.
            over.notified().await;
        }
        Ok(took)
    };
    tokio::select! {
        took = creating => took,
        broke = work(worker, 1, Way::Each, &ended, || over.notify_one()) => broke.map(|()| Vec::new()),
    }
}

/// Works until so many tasks are done.
pub async fn drain(mesh: &Mesh, count: usize, way: Way, ended: &mut Vec<String>) -> Outcome<()> {
    let workers = [worker(mesh, 0).await?, worker(mesh, 1).await?];
    let goal = ended.len() + count;
    let ended = RefCell::new(ended);
    let over = Notify::new();
    let [first, second] =
        workers.map(|worker| work(worker, GRAPH_BATCH, way, &ended, || over.notify_one()));
    let all = async {
        while ended.borrow().len() < goal {
            over.notified().await;
        }
        Ok(())
    };
    tokio::select! {
        done = all => done,
        broke = first => broke,
        broke = second => broke,
    }
}
