//! Files that come with a message. Bytes become files of the task's room, where its worker finds them; an address is told to the
//! worker as it is. The node fetches nothing: where an address leads is the affair of whoever follows it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use mesh_model::api::FilePutInput;
use mesh_model::limits::{A2A_FILES_MAX, WEBHOOK_URL_BYTES_MAX};
use mesh_model::ops::FilePut;
use serde_json::Value;

use super::asking::Asking;
use super::fault::{Fault, Kind};
use super::wire::Part;

/// A name as it may stand in a path.
const NAME_CHARS_MAX: usize = 60;

/// A file of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brought {
    Bytes { name: String, bytes: Vec<u8> },
    Address { name: String, url: String },
}

/// The files among the parts of a message.
pub(super) fn of(parts: &[Part]) -> Result<Vec<Brought>, Fault> {
    let files = parts.iter().filter_map(|part| {
        let name = name(part.filename.as_deref().unwrap_or_default());
        match (&part.raw, &part.url) {
            (Some(raw), _) => Some(bytes(raw).map(|bytes| Brought::Bytes { name, bytes })),
            (None, Some(url)) => Some(address(url).map(|url| Brought::Address { name, url })),
            (None, None) => None,
        }
    });
    let files = files.collect::<Result<Vec<_>, Fault>>()?;
    if files.len() > A2A_FILES_MAX {
        return Err(Fault::field(
            "message.parts",
            format!("a message brings at most {A2A_FILES_MAX} files"),
            "put them into the room with `mesh file put` and name them",
        ));
    }
    Ok(files)
}

fn bytes(raw: &Value) -> Result<Vec<u8>, Fault> {
    let text = raw.as_str().unwrap_or_default();
    let read = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    read.ok().filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        Fault::field(
            "message.parts",
            "the bytes of a file are empty, or not in base64",
            "send them in base64, with its padding",
        )
    })
}

fn address(url: &Value) -> Result<String, Fault> {
    let url = url.as_str().unwrap_or_default();
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let known = url.starts_with("https://") || url.starts_with("http://");
    if plain && known && url.len() <= WEBHOOK_URL_BYTES_MAX {
        return Ok(url.to_owned());
    }
    Err(Fault::new(
        Kind::ContentType,
        "a file's address is not one of the web, or a long one",
        "send https://…, or its bytes",
    ))
}

/// What of a file's name may stand in a path.
fn name(told: &str) -> String {
    let last = told.rsplit(['/', '\\']).next().unwrap_or_default();
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = last.chars().filter(fits).take(NAME_CHARS_MAX).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() {
        "file".to_owned()
    } else {
        name.to_owned()
    }
}

/// Puts the bytes into the room, as whoever asks, and says where each file is. The same message again puts nothing twice.
pub(super) async fn put(
    asking: &Asking,
    room: &str,
    key: &str,
    files: Vec<Brought>,
) -> Result<String, Fault> {
    let mut lines = Vec::new();
    for (number, file) in files.into_iter().enumerate() {
        match file {
            Brought::Address { name, url } => lines.push(format!("File {name}: {url}")),
            Brought::Bytes { name, bytes } => {
                // The key is a hash of the message: other messages have other folders.
                let folder: String = key
                    .chars()
                    .filter(char::is_ascii_hexdigit)
                    .rev()
                    .take(16)
                    .collect();
                let path = format!("a2a/{folder}/{number}-{name}");
                let mut upload = asking.edge.door.upload(&asking.caller, room).await?;
                upload.write(bytes).await?;
                let uploaded = upload.finish().await?;
                let input = FilePutInput {
                    room: room.to_owned(),
                    path: path.clone(),
                    sha256: Some(uploaded.hash()),
                    ..FilePutInput::default()
                };
                let once = Some(format!("{key}-{number}"));
                asking
                    .call_with::<FilePut>(input, once, Some(uploaded))
                    .await?;
                lines.push(format!("File {name}: {path} in the files of this room"));
            }
        }
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn brought(parts: Value) -> Result<Vec<Brought>, Fault> {
        let parts: Vec<Part> = serde_json::from_value(parts).unwrap();
        of(&parts)
    }

    #[test]
    fn bytes_and_addresses_are_files_and_names_lead_nowhere() {
        let parts = json!([
            {"text": "look"},
            {"raw": "aGk=", "filename": "../../.ssh/a b\n.txt"},
            {"url": "https://example.org/x.png"},
        ]);
        let wanted = [
            Brought::Bytes {
                name: "ab.txt".to_owned(),
                bytes: b"hi".to_vec(),
            },
            Brought::Address {
                name: "file".to_owned(),
                url: "https://example.org/x.png".to_owned(),
            },
        ];
        assert_eq!(brought(parts).unwrap(), wanted);
        for bad in [
            json!([{"raw": "%"}]),
            json!([{"raw": ""}]),
            json!([{"url": "file:///etc/passwd"}]),
            json!([{"url": "https://a\nb"}]),
            json!(vec![json!({"raw": "aGk="}); A2A_FILES_MAX + 1]),
        ] {
            assert!(brought(bad.clone()).is_err(), "{bad}");
        }
        assert!(brought(json!(vec![json!({"raw": "aGk="}); A2A_FILES_MAX])).is_ok());
    }
}
