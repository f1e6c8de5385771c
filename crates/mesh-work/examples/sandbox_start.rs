//! How long a sandbox takes to start: `cargo run --release -p mesh-work --example sandbox_start KEEPER [TIMES]`,
//! the keeper being a `mesh-keeper` of the same build. Says what holds, and the median and the worst of the
//! times from asking for a program to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use mesh_work::sandbox::plan::Bounds;
use mesh_work::sandbox::{Net, Sandbox, Spot};

fn main() -> Result<(), String> {
    let mut args = std::env::args_os().skip(1);
    let keeper = args.next().ok_or("name the keeper")?;
    let keeper = PathBuf::from(keeper)
        .canonicalize()
        .map_err(|why| why.to_string())?;
    let times = args.next().and_then(|text| text.to_str()?.parse().ok());
    let cell = vec![keeper.into_os_string()];
    let sandbox = Sandbox {
        means: Sandbox::means(&cell, &[])?,
        net: Net::Places(Vec::new()),
        see: Vec::new(),
        share: Vec::new(),
        bounds: Bounds::default(),
        hidden: Vec::new(),
        cell,
    };
    println!("{}", sandbox.holds());
    let folder = std::env::temp_dir().join(format!("sandbox-start-{}", std::process::id()));
    let spot = Spot {
        cwd: folder.join("cwd"),
        home: folder.join("home"),
        scratch: None,
        private: folder.join("private"),
        runner: "command".to_owned(),
        write: Vec::new(),
        read: Vec::new(),
        urls: Vec::new(),
    };
    std::fs::create_dir_all(&spot.cwd).map_err(|why| why.to_string())?;
    let mut took = Vec::new();
    for _ in 0..times.unwrap_or(50) {
        let began = Instant::now();
        let confined = sandbox.confine(&spot, Arc::new(|_| {}))?;
        let (words, plan) = confined.words("/bin/true".as_ref(), &[])?;
        let mut command = std::process::Command::new(&words[0]);
        let status = command.args(&words[1..]).current_dir(&spot.cwd).status();
        drop(plan);
        if !status.is_ok_and(|status| status.success()) {
            return Err("it did not start".to_owned());
        }
        took.push(began.elapsed());
    }
    took.sort_unstable();
    println!(
        "median {:?}, worst {:?}",
        took[took.len() / 2],
        took[took.len() - 1]
    );
    std::fs::remove_dir_all(&folder).map_err(|why| why.to_string())
}
