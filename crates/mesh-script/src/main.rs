//! `mesh-script SCENARIO [--listen ADDRESS]`: serves a scenario until it is ended.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use mesh_script::{Scenario, Script};

const USAGE: &str = "mesh-script SCENARIO.toml [--listen 127.0.0.1:0]\n\
    Answers by a scenario in the shape of model APIs, for tests. It is no model.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let (path, listen) = arguments(std::env::args().skip(1))?;
    let scenario = Scenario::read(&path).map_err(|why| why.to_string())?;
    let script = Script::start(scenario, listen)
        .await
        .map_err(|why| format!("cannot listen on {listen}: {why}"))?;
    println!(
        "{}",
        serde_json::json!({"scripted": true, "url": script.url()})
    );
    tokio::signal::ctrl_c().await.map_err(|why| why.to_string())
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<(PathBuf, SocketAddr), String> {
    let mut path = None;
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 0));
    while let Some(word) = given.next() {
        match word.as_str() {
            "--listen" => {
                let address = given.next().ok_or(USAGE)?;
                listen = address
                    .parse()
                    .map_err(|_| format!("{address} is no address such as 127.0.0.1:8000"))?;
            }
            "-h" | "--help" => return Err(USAGE.into()),
            _ => path = Some(PathBuf::from(word)),
        }
    }
    Ok((path.ok_or(USAGE)?, listen))
}
