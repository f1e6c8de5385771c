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
    async fn answered(&mut self) -> Outcome<()> {
        loop {
            let bytes = self.next().await?;
            if read(&bytes)?.id == Some(self.called) {
                return Ok(());
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

/// Takes tasks and ends them, and asks for the next ones in the same breath.
async fn work(
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
            for TakenTask { task, fence } in taken.items {
                let output = r#"{"text":"done"}"#;
                let input = format!(
                    r#"{{"task":"{}","fence":{fence},"output":{output}}}"#,
                    task.id
                );
                ending.insert(socket.call("task.finish", &input), task.id);
            }
            asked = socket.call("task.take", &take);
            socket.send().await?;
        } else if let Some(task) = ending.remove(&id) {
            let state: Ended<'_> = serde_json::from_str(ok.get())?;
            if state.state != "done" {
                return said(format!("a task is {} instead of done", state.state));
            }
            ended.borrow_mut().push(task);
            over();
        }
    }
}

/// Tasks from creation to the answer that they are done, as many under way as the load says; a worker takes so many at
/// once.
pub async fn run(mesh: &Mesh, load: Load, batch: usize, ended: &mut Vec<String>) -> Outcome<Done> {
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
    let [first, second] = workers.map(|worker| work(worker, batch, &ended, || window.has(0)));
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
        broke = work(worker, 1, &ended, || over.notify_one()) => broke.map(|()| Vec::new()),
    }
}

/// Works until so many tasks are done.
pub async fn drain(mesh: &Mesh, count: usize, ended: &mut Vec<String>) -> Outcome<()> {
    let workers = [worker(mesh, 0).await?, worker(mesh, 1).await?];
    let goal = ended.len() + count;
    let ended = RefCell::new(ended);
    let over = Notify::new();
    let [first, second] =
        workers.map(|worker| work(worker, GRAPH_BATCH, &ended, || over.notify_one()));
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
