//! Synapse, a homeserver that others wrote: a process of its own on a free port, with SQLite in a temporary folder.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

pub struct Synapse {
    pub url: String,
    child: Child,
    _folder: TempDir,
}

/// The program, or none after having told the report that it is missing.
fn program() -> Option<PathBuf> {
    let peers = std::env::var_os("MESH_PEERS").map(PathBuf::from);
    let program = peers.map(|peers| peers.join("bin/synapse"));
    if let Some(program) = program.filter(|program| program.exists()) {
        return Some(program);
    }
    let why = "synapse: the Matrix server is not installed; `make test` installs it, or set MESH_PEERS to what tests/peers/install.sh prints last";
    eprintln!("{why}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut options = std::fs::OpenOptions::new();
        let mut skips = options.append(true).create(true).open(path).unwrap();
        writeln!(skips, "{why}").unwrap();
    }
    None
}

impl Synapse {
    /// Starts one; nothing where it is not installed.
    pub fn start() -> Option<Synapse> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let often = json!({"per_second": 1000, "burst_count": 1000});
        let config = json!({
            "server_name": "here.test",
            "listeners": [{"port": 0, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": false,
                           "resources": [{"names": ["client"], "compress": false}]}],
            "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
            "log_config": place("log.yaml"),
            "media_store_path": place("media"),
            "signing_key_path": place("key"),
            "pid_file": place("pid"),
            "report_stats": false,
            // Signing in is not what is tried here.
            "bcrypt_rounds": 4,
            "trusted_key_servers": [],
            "macaroon_secret_key": "test", "form_secret": "test",
            "enable_registration": true, "enable_registration_without_verification": true,
            "rc_message": often, "rc_registration": often, "rc_invites": {"per_room": often, "per_user": often, "per_issuer": often},
            "rc_joins": {"local": often, "remote": often}, "rc_login": {"address": often, "account": often},
        });
        // What is JSON is YAML.
        std::fs::write(place("config.yaml"), config.to_string()).unwrap();
        let log = json!({"version": 1, "disable_existing_loggers": false,
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
            "loggers": {"synapse.app": {"level": "INFO"}, "synapse.util": {"level": "INFO"}},
            "root": {"level": "WARNING", "handlers": ["out"]}});
        std::fs::write(place("log.yaml"), log.to_string()).unwrap();
        std::fs::write(place("key"), format!("ed25519 a_test {}\n", "A".repeat(43))).unwrap();
        let mut child = Command::new(program)
            .arg("-c")
            .arg(place("config.yaml"))
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // It says where it is once it is there.
        let port = loop {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended");
            if let Some((_, port)) = line.split_once("now listening on TCP port ") {
                break port.trim().to_owned();
            }
        };
        // Nobody reads what else it says, and it must not wait for that.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Some(Synapse {
            url: format!("http://127.0.0.1:{port}"),
            child,
            _folder: folder,
        })
    }
}

impl Drop for Synapse {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
