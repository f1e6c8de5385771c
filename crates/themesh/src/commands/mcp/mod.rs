//! MCP on standard input and output: carries each line to the node's `/mcp` and the answers back.
//!
//! Commands are carried one after the other, so that they happen in the order in which they were written; what asks or
//! waits is carried beside them. It ends when either pipe closes. A client that closes the input gets the answers that it still waits
//! for; one that closes the output is gone.

mod answer;
mod keyed;
mod pump;

use std::io::{BufRead, Write, stdin, stdout};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use clap::Args;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::Outcome;
use keyed::has_order;
use pump::Pump;

/// How long the node has to hear a goodbye; without one it ends the session itself in time.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);

/// Serve the Model Context Protocol on standard input and output
#[derive(Debug, Args)]
#[command(
    after_help = "Example: claude mcp add mesh -- mesh mcp --as rex        (mesh install claude-code does this and more)"
)]
pub struct McpArgs {}

/// `mesh mcp`
pub fn mcp(context: &Context, _: McpArgs) -> Outcome<()> {
    let pump = Arc::new(Pump::new(context.clone())?);
    let leaving = Arc::clone(&pump);
    thread::spawn(move || {
        if nobody_reads() {
            say_goodbye(leaving);
            leave();
        }
    });
    let mut running = Vec::new();
    let mut last: Option<mpsc::Receiver<()>> = None;
    for text in stdin().lock().lines().map_while(Result::ok) {
        if text.trim().is_empty() {
            continue;
        }
        let message: Value = match serde_json::from_str(&text) {
            Ok(message) => message,
            Err(why) => {
                say(&failure(&Value::Null, -32700, format!("not JSON: {why}")));
                continue;
            }
        };
        let concurrent = message.get("id").is_some() && message["method"] != "initialize";
        if concurrent {
            let pump = Arc::clone(&pump);
            let (answered, after) = mpsc::channel();
            let before = has_order(&message).then(|| last.replace(after)).flatten();
            running.push(thread::spawn(move || {
                // Nothing is ever sent: the other end is dropped when the one before was answered.
                let _ = before.map(|before| before.recv());
                pump.carry(message);
                drop(answered);
            }));
            running.retain(|call| !call.is_finished());
        } else {
            pump.carry(message);
        }
    }
    pump.close();
    for call in running {
        // A call that panicked has said so on standard error.
        let _ = call.join();
    }
    say_goodbye(pump);
    Ok(())
}

/// Waits until the other end of standard output is closed. A file or a terminal never is.
pub fn nobody_reads() -> bool {
    let out = stdout();
    // What is not asked for is told all the same: an error, or that the other side hung up.
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    loop {
        match poll(&mut watched, None) {
            Ok(_) => return true,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

fn say_goodbye(pump: Arc<Pump>) {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        pump.goodbye();
        // Nobody may be waiting any more.
        let _ = said.send(());
    });
    // Too late is as good: the process ends with what is still open.
    let _ = heard.recv_timeout(GOODBYE_WAIT);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the main thread waits for its input, and nothing here has to be closed in order"
)]
fn leave() -> ! {
    std::process::exit(0)
}

fn failure(id: &Value, code: i32, message: String) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// One message, one line. That nobody reads it any more is noticed elsewhere.
fn say(message: &Value) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{message}").and_then(|()| out.flush());
}
