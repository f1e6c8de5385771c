//! The optional file `config.toml` in the mesh's folder. The command line overrides it.

use std::fs;
use std::path::Path;

use mesh_model::home::Entry;
use serde::Deserialize;

use crate::commands::up::LogFormat;
use crate::failure::{Effect, Failure, Outcome};

/// What can be set. Everything has a default, so most meshes have no such file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: Option<String>,
    /// Listen beyond this machine although the connection is not encrypted.
    #[serde(default)]
    pub insecure_listen: bool,
    /// Open no connection to anything outside.
    #[serde(default)]
    pub air_gapped: bool,
    /// The address people use.
    pub public_url: Option<String>,
    /// Further names or addresses by which others reach the node.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    /// Proxies that are believed when they say for whom they ask: addresses, or networks such as `10.0.0.0/8`.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// How to write the node's own log lines.
    pub log_format: Option<LogFormat>,
    /// Which of them, as in `info,mesh_edge=debug`.
    pub log_filter: Option<String>,
}

/// Reads the folder's file; an unknown key is an error that names the line and the known keys.
pub fn load(home: &Path) -> Outcome<Config> {
    let path = Entry::Config.of(home);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(why) => {
            return Err(Failure::here(
                format!("{} cannot be read: {why}", path.display()),
                "check its owner and mode",
            )
            .so(Effect::NotStarted));
        }
    };
    toml::from_str(&text).map_err(|why| {
        let what = format!("{}: {}", path.display(), why.to_string().trim_end());
        Failure::here(what, "correct that line and start it again").so(Effect::NotStarted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Reason;

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let home = tempfile::tempdir().unwrap();
        assert!(load(home.path()).unwrap().listen.is_none());
        fs::write(
            home.path().join("config.toml"),
            "listen = \"127.0.0.1:0\"\nlisen = 1\n",
        )
        .unwrap();
        let Err(Failure::Here(Reason { what, .. })) = load(home.path()) else {
            panic!("accepted")
        };
        assert!(
            what.contains("line 2") && what.contains("lisen") && what.contains("public_url"),
            "{what}"
        );
    }
}
