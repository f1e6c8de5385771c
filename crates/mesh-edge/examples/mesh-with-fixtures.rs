//! A node with the fixtures that the MCP conformance suite calls. It takes the arguments of
//! `mesh --home FOLDER up --listen ADDRESS --json`, so that a script can start either.

use std::io::Write;
use std::sync::Arc;

use mesh_edge::{EdgeConfig, serve};
use mesh_node::{Config, Node};
use mesh_ops::Door;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let home = after("--home").ok_or("--home FOLDER is missing")?;
    let node = Node::start(Config::new(home)).await?;
    let listener =
        TcpListener::bind(after("--listen").map_or("127.0.0.1:0", String::as_str)).await?;
    let at = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "{{\"url\":\"http://{at}\"}}")?;
    out.flush()?;
    let stop = async {
        let mut ended =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        match ended.as_mut() {
            Some(ended) => drop(ended.recv().await),
            None => std::future::pending().await,
        }
    };
    serve(
        listener,
        Door::new(Arc::clone(&node)),
        EdgeConfig::default(),
        stop,
    )
    .await?;
    node.shutdown().await;
    Ok(())
}
