//! Files of a sandbox, as E2B's clients read, write and watch them. All of it is done within the sandbox.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::api::time;
use super::connect::Error;
use super::envd::{text, unknown};
use super::{Answer, BODY_BYTES_MAX, E2b, Refused, Room, answer, body, header, is, lock, whole};
use crate::sandbox::kept::HOME;
use crate::sandbox::kept::wire::{Answer as Did, Ask, Bytes, Entry, EntryKind, Fault, FaultKind};
use crate::worker::random_hex;

/// Watchers of one sandbox: each keeps a list of what it saw.
const WATCHERS_MAX: usize = 16;
/// Levels that a recursive watcher looks at.
const LEVELS_MAX: u32 = 32;

/// What a watcher saw last.
pub(super) struct Watcher {
    path: String,
    depth: u32,
    seen: BTreeMap<String, (u64, u64, u32)>,
}

fn refused(fault: Fault) -> Refused {
    let status = match fault.kind {
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Exists => StatusCode::CONFLICT,
        FaultKind::Invalid => StatusCode::BAD_REQUEST,
        FaultKind::Full => StatusCode::INSUFFICIENT_STORAGE,
        FaultKind::Gone => {
            return Refused::new(StatusCode::BAD_GATEWAY, "The sandbox was not found");
        }
    };
    Refused::new(status, fault.why)
}

fn query(request: &Request<Incoming>, name: &str) -> Option<String> {
    let pairs = request.uri().query()?.split('&');
    let mut found = pairs.filter_map(|pair| pair.split_once('='));
    let (_, value) = found.find(|(key, _)| *key == name)?;
    let value = value.replace('+', " ");
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

impl E2b {
    pub(super) async fn files(&self, request: Request<Incoming>) -> Result<Answer, Refused> {
        let room = self.within(request.headers())?;
        let path = query(&request, "path");
        if is(&request, &Method::GET) {
            let path = path.unwrap_or_default();
            return match room.lodged.kept.ask(Ask::Read { path }).await {
                Ok(Did::File(Bytes(bytes))) => Ok(file(bytes)),
                Ok(_) => Err(refused(Fault::gone())),
                Err(fault) => Err(refused(fault)),
            };
        }
        if !is(&request, &Method::POST) {
            return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "GET or POST"));
        }
        let plain = |name: &str| header(request.headers(), name).map(str::to_owned);
        if plain("content-encoding").is_some() {
            return Err(Refused::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "files are taken as they are, not compressed",
            ));
        }
        let kind = plain("content-type").unwrap_or_default();
        let bytes = body(request.into_body(), BODY_BYTES_MAX).await?;
        let files = match boundary(&kind) {
            Some(boundary) => parts(&bytes, boundary)
                .ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, "the form is not whole"))?,
            None => vec![(String::new(), bytes.to_vec())],
        };
        let mut written = Vec::new();
        for (name, bytes) in files {
            let path = path.clone().unwrap_or(name);
            let bytes = Bytes(bytes);
            match room.lodged.kept.ask(Ask::Write { path, bytes }).await {
                Ok(Did::Entry(entry)) => {
                    let name = name_of(&entry.path);
                    written.push(json!({"name": name, "type": "file", "path": entry.path}));
                }
                Ok(_) => return Err(refused(Fault::gone())),
                Err(fault) => return Err(refused(fault)),
            }
        }
        Ok(answer(StatusCode::OK, &Value::Array(written)))
    }
}

fn file(bytes: Vec<u8>) -> Answer {
    let mut answer = Response::new(whole(bytes));
    let kind = HeaderValue::from_static("application/octet-stream");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn boundary(kind: &str) -> Option<&str> {
    let rest = kind.strip_prefix("multipart/form-data")?;
    let (_, boundary) = rest.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    // The standard's own bound.
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The files of a form: their names and what is in them.
fn parts(body: &[u8], boundary: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mark = format!("\r\n--{boundary}");
    let first = &mark.as_bytes()[2..];
    let mut rest = body.strip_prefix(first)?;
    let mut files = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(files);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, mark.as_bytes())?;
        let (part, after) = (&rest[..end], &rest[end + mark.len()..]);
        let split = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&part[..split]);
        if let Some(name) = filename(&head) {
            files.push((name, part[split + 4..].to_vec()));
        }
        rest = after;
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// The name of a file in the head of its part, where quotes and line ends are percent-encoded.
fn filename(head: &str) -> Option<String> {
    let (_, rest) = head.split_once("filename=\"")?;
    let (name, _) = rest.split_once('"')?;
    Some(
        name.replace("%22", "\"")
            .replace("%0D", "\r")
            .replace("%0A", "\n"),
    )
}

fn told(entry: &Entry) -> Value {
    let kind = match entry.kind {
        EntryKind::Folder => "FILE_TYPE_DIRECTORY",
        EntryKind::File => "FILE_TYPE_FILE",
    };
    let changed = SystemTime::UNIX_EPOCH + Duration::from_millis(entry.changed);
    let mut told = json!({
        "name": name_of(&entry.path),
        "type": kind,
        "path": entry.path,
        "size": entry.size.to_string(),
        "mode": entry.mode,
        "permissions": rights(entry),
        "owner": "mesh",
        "group": "mesh",
        "modifiedTime": time(changed),
    });
    if let Some(target) = &entry.target {
        told["symlinkTarget"] = target.clone().into();
        told["isSymlink"] = true.into();
    }
    told
}

fn rights(entry: &Entry) -> String {
    let first = match entry.kind {
        EntryKind::Folder => 'd',
        EntryKind::File => '-',
    };
    let bit = |place: u32| {
        let letter = ['x', 'w', 'r'][usize::try_from(place % 3).unwrap_or(0)];
        if entry.mode & (1 << place) == 0 {
            '-'
        } else {
            letter
        }
    };
    std::iter::once(first)
        .chain((0..9).rev().map(bit))
        .collect()
}

fn one(did: Did) -> Result<Value, Error> {
    match did {
        Did::Entry(entry) => Ok(json!({"entry": told(&entry)})),
        Did::Entries(entries) => {
            let entries: Vec<Value> = entries.iter().map(told).collect();
            Ok(json!({"entries": entries}))
        }
        _ => Ok(json!({})),
    }
}

impl Room {
    pub(super) async fn touch(&self, method: &str, input: &Value) -> Result<Value, Error> {
        let path = text(input, "path");
        let ask = match method {
            "Stat" => Ask::Stat { path },
            "MakeDir" => Ask::MakeDir { path },
            "Remove" => Ask::Remove { path },
            "Move" => Ask::Rename {
                from: text(input, "source"),
                to: text(input, "destination"),
            },
            "ListDir" => {
                let depth = input.get("depth").and_then(Value::as_u64).unwrap_or(1);
                let depth = u32::try_from(depth)
                    .unwrap_or(LEVELS_MAX)
                    .clamp(1, LEVELS_MAX);
                Ask::List { path, depth }
            }
            "CreateWatcher" => return self.watch(path, input).await,
            "GetWatcherEvents" => return self.news(&text(input, "watcherId")).await,
            "RemoveWatcher" => {
                let known = lock(&self.watchers).remove(&text(input, "watcherId"));
                return known.map(|_| json!({})).ok_or_else(no_watcher);
            }
            _ => return Err(unknown("filesystem.Filesystem", method)),
        };
        one(self.ask(ask).await?)
    }

    async fn watch(&self, path: String, input: &Value) -> Result<Value, Error> {
        let deep = input.get("recursive").and_then(Value::as_bool) == Some(true);
        let depth = if deep { LEVELS_MAX } else { 1 };
        let seen = self.seen(&path, depth).await?;
        let mut watchers = lock(&self.watchers);
        if watchers.len() >= WATCHERS_MAX {
            let why = format!("{WATCHERS_MAX} watchers look at this sandbox");
            return Err(Error("resource_exhausted", why));
        }
        let id = random_hex::<8>();
        watchers.insert(id.clone(), Watcher { path, depth, seen });
        Ok(json!({"watcherId": id}))
    }

    async fn seen(
        &self,
        path: &str,
        depth: u32,
    ) -> Result<BTreeMap<String, (u64, u64, u32)>, Error> {
        let path = path.to_owned();
        match self.ask(Ask::List { path, depth }).await? {
            Did::Entries(entries) => Ok(entries
                .into_iter()
                .map(|entry| (entry.path, (entry.size, entry.changed, entry.mode)))
                .collect()),
            _ => Ok(BTreeMap::new()),
        }
    }

    /// What is different since it was looked at last. What came and went between is not seen.
    async fn news(&self, id: &str) -> Result<Value, Error> {
        let (path, depth) = {
            let watchers = lock(&self.watchers);
            let watcher = watchers.get(id).ok_or_else(no_watcher)?;
            (watcher.path.clone(), watcher.depth)
        };
        let now = self.seen(&path, depth).await?;
        let mut watchers = lock(&self.watchers);
        let watcher = watchers.get_mut(id).ok_or_else(no_watcher)?;
        let before = std::mem::replace(&mut watcher.seen, now.clone());
        drop(watchers);
        let folder = Path::new(HOME).join(path);
        let event = |path: &str, kind: &str| {
            let within = Path::new(path).strip_prefix(&folder);
            let name =
                within.map_or_else(|_| path.to_owned(), |within| within.display().to_string());
            json!({"name": name, "type": kind})
        };
        let mut events = Vec::new();
        for (path, was) in &before {
            match now.get(path) {
                None => events.push(event(path, "EVENT_TYPE_REMOVE")),
                Some(is) if (is.0, is.1) != (was.0, was.1) => {
                    events.push(event(path, "EVENT_TYPE_WRITE"));
                }
                Some(is) if is.2 != was.2 => events.push(event(path, "EVENT_TYPE_CHMOD")),
                Some(_) => {}
            }
        }
        let new = now.keys().filter(|path| !before.contains_key(*path));
        events.extend(new.map(|path| event(path, "EVENT_TYPE_CREATE")));
        Ok(json!({"events": events}))
    }
}

fn no_watcher() -> Error {
    Error("not_found", "there is no such watcher".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_part_by_part_and_a_broken_one_not_at_all() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b\"\r\n\r\none\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c\"\r\nContent-Type: text/plain\r\n\r\n\r\n--x--\r\n";
        let files = parts(body, "x").unwrap();
        assert_eq!(
            files,
            [
                ("a\"b".to_owned(), b"one".to_vec()),
                ("c".to_owned(), Vec::new())
            ]
        );
        for end in 0..body.len() - 5 {
            assert!(parts(&body[..end], "x").is_none_or(|files| files.len() <= 2));
        }
        assert_eq!(boundary("multipart/form-data; boundary=x"), Some("x"));
        assert_eq!(boundary("application/json"), None);
    }
}
