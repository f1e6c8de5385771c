//! The bytes of shared files and the bundles of skills over HTTP, in and out, never whole in memory. Which is meant, and who may,
//! the operations `file.put` and `file.get` say, and those of skills. What comes out is saved and not shown: no browser takes it for
//! a page of this node.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use mesh_model::api::{FileContent, SkillContent};
use mesh_model::limits::{FILE_BYTES_MAX, UPLOAD_QUIET_MS};
use mesh_model::ops::{Declaration, FileGet, FilePut, Operation, SkillGet, SkillPublish};
use mesh_model::refuse::{file_too_large, internal, invalid};
use mesh_model::{BlobHash, Effect, Refusal};
use mesh_ops::{Download, Upload};
use serde_json::Value;

use crate::caller::{self, Credentials};
use crate::edge::Edge;
use crate::problem::Refused;
use crate::{query, rest};

/// Where files are.
pub(crate) const PATH: &str = "/api/rooms/{room}/file/bytes";
/// Where the bundles of skills are.
pub(crate) const SKILL_PATH: &str = "/api/rooms/{room}/skill/bytes";

/// What is not run wherever it is opened, and asks for nothing.
const SANDBOX: &str = "sandbox; default-src 'none'";
/// Bytes that are written at a time.
const PIECE_BYTES: usize = 256 * 1024;
/// What is read and thrown away of what is refused, so that its sender gets to read why.
const DISCARDED_BYTES_MAX: u64 = FILE_BYTES_MAX + FILE_BYTES_MAX / 4;

/// `PUT`: the body is the file.
pub(crate) async fn put(
    State(edge): State<Arc<Edge>>,
    room: Path<String>,
    request: Request,
) -> Response {
    answered(take_in(&edge, room.0, request, (&FilePut::DECLARATION, "text")).await)
}

/// `PUT`: the body is the bundle.
pub(crate) async fn put_skill(
    State(edge): State<Arc<Edge>>,
    room: Path<String>,
    request: Request,
) -> Response {
    answered(
        take_in(
            &edge,
            room.0,
            request,
            (&SkillPublish::DECLARATION, "files"),
        )
        .await,
    )
}

fn answered(answer: Result<Response, Refusal>) -> Response {
    answer.unwrap_or_else(|refusal| Refused(refusal).into_response())
}

/// Takes in what an operation is called with, in place of a field of its input.
async fn take_in(
    edge: &Edge,
    room: String,
    request: Request,
    (operation, instead_of): (&Declaration, &str),
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    edge.hosts.check_origin(&parts.headers)?;
    let mut input = input(operation, &room, parts.uri.query(), instead_of)?;
    let caller = caller::of(edge, &Credentials::of(&parts.headers)).await?;
    let mut options = rest::options(&parts)?;
    let mut body = Pieces::of(body);
    let taken = async {
        let upload = edge.door.upload(&caller, &room).await?;
        match length(&parts.headers) {
            Some(length) if length > FILE_BYTES_MAX => Err(file_too_large(length)),
            _ => body.upload_to(upload).await,
        }
    };
    let uploaded = match taken.await {
        Ok(upload) => upload.finish().await?,
        Err(refusal) => {
            body.discard().await;
            return Err(refusal);
        }
    };
    // The hash stands for the bytes: a repetition is the same with the same ones alone, and so is an act that a person
    // has released.
    let hash = Value::from(uploaded.hash().to_string());
    input.entry("sha256").or_insert(hash);
    options.upload = Some(uploaded);
    let input = Value::Object(input);
    let reply = caller::call(edge, "http", &caller, operation.name, input, options).await?;
    Ok(rest::success(reply, edge.hosts.https))
}

/// The fields of an operation's input that an address holds.
fn input(
    declaration: &Declaration,
    room: &str,
    query: Option<&str>,
    not: &str,
) -> Result<serde_json::Map<String, Value>, Refusal> {
    let mut pairs = vec![("room".to_owned(), room.to_owned())];
    pairs.extend(query::pairs(query)?);
    if pairs.iter().any(|(name, _)| name == not) {
        return Err(invalid(
            format!("the query holds '{not}'"),
            "the body is the file: send nothing of it in the address",
        ));
    }
    match mesh_ops::coerce_query(declaration, &pairs)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(internal("the address could not be read")),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body piece by piece, each of which comes soon or never.
struct Pieces {
    stream: axum::body::BodyDataStream,
    seen: u64,
}

impl Pieces {
    fn of(body: Body) -> Pieces {
        Pieces {
            stream: body.into_data_stream(),
            seen: 0,
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let wait = Duration::from_millis(UPLOAD_QUIET_MS);
        let piece = tokio::time::timeout(wait, self.stream.next()).await;
        let piece = piece.map_err(|_| cut("sent nothing for too long"))?;
        let piece = piece.transpose().map_err(|_| cut("ended before its end"))?;
        self.seen += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Ok(piece)
    }

    async fn upload_to(&mut self, mut upload: Upload) -> Result<Upload, Refusal> {
        let mut gathered = Vec::new();
        while let Some(piece) = self.next().await? {
            if self.seen > FILE_BYTES_MAX {
                return Err(file_too_large(self.seen));
            }
            gathered.extend_from_slice(&piece);
            if gathered.len() >= PIECE_BYTES {
                upload.write(std::mem::take(&mut gathered)).await?;
            }
        }
        upload.write(gathered).await?;
        Ok(upload)
    }

    /// Reads on for a while: some clients read the answer only when they have sent everything.
    async fn discard(&mut self) {
        while self.seen <= DISCARDED_BYTES_MAX {
            match self.next().await {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }
}

fn cut(how: &str) -> Refusal {
    invalid(format!("the upload {how}"), "send it again").so(Effect::NothingStored)
}

/// `GET`: the file, or the part of it that is asked for.
pub(crate) async fn get(
    State(edge): State<Arc<Edge>>,
    room: Path<String>,
    request: Request,
) -> Response {
    answered(give_out(&edge, &room.0, request, &FileGet::DECLARATION, of_file).await)
}

/// `GET`: the bundle of a skill.
pub(crate) async fn get_skill(
    State(edge): State<Arc<Edge>>,
    room: Path<String>,
    request: Request,
) -> Response {
    answered(give_out(&edge, &room.0, request, &SkillGet::DECLARATION, of_skill).await)
}

/// What an operation's answer says of the bytes that are meant.
struct Meant {
    hash: BlobHash,
    media: String,
    path: String,
}

fn of_file(answer: &[u8]) -> Option<Meant> {
    let found: FileContent = serde_json::from_slice(answer).ok()?;
    Some(Meant {
        hash: found.version.sha256?,
        media: media(&found.version.media),
        path: found.version.path.to_string(),
    })
}

fn of_skill(answer: &[u8]) -> Option<Meant> {
    let found: SkillContent = serde_json::from_slice(answer).ok()?;
    Some(Meant {
        hash: found.skill.sha256?,
        media: "application/octet-stream".to_owned(),
        path: format!("{}.skill-bundle", found.skill.name),
    })
}

async fn give_out(
    edge: &Edge,
    room: &str,
    request: Request,
    operation: &Declaration,
    meant: fn(&[u8]) -> Option<Meant>,
) -> Result<Response, Refusal> {
    let (parts, _) = request.into_parts();
    let input = Value::Object(input(operation, room, parts.uri.query(), "text")?);
    let caller = caller::of(edge, &Credentials::of(&parts.headers)).await?;
    let options = rest::options(&parts)?;
    let reply = caller::call(edge, "http", &caller, operation.name, input, options).await?;
    let unread = || internal("the node's own answer could not be read");
    let found = meant(&reply.body).ok_or_else(unread)?;
    let hash = found.hash;
    let download = edge.door.download(hash).await?;
    let all = download.bytes;
    let tag = format!("\"{hash}\"");
    let mut response = match part(&parts.headers, all, &tag) {
        Part::Whole => stream(download, 0..all, StatusCode::OK).await,
        Part::Some(range) => {
            let told = format!("bytes {}-{}/{all}", range.start, range.end - 1);
            let mut response = stream(download, range, StatusCode::PARTIAL_CONTENT).await;
            set(&mut response, CONTENT_RANGE, &told);
            response
        }
        Part::Beyond => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(&mut response, CONTENT_RANGE, &format!("bytes */{all}"));
            response
        }
    };
    describe(&mut response, &found, &tag);
    Ok(response)
}

fn describe(response: &mut Response, found: &Meant, tag: &str) {
    set(response, CONTENT_TYPE, &found.media);
    set(response, CONTENT_DISPOSITION, &disposition(&found.path));
    set(response, ETAG, tag);
    set(response, ACCEPT_RANGES, "bytes");
    // Erased means gone: no copy stays where nobody reaches it.
    set(response, CACHE_CONTROL, "no-store");
    set(response, CONTENT_SECURITY_POLICY, SANDBOX);
    set(
        response,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    // Hashes, numbers and names that are percent-encoded fit into a header.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A text is in UTF-8; everything else says itself what it is.
fn media(told: &str) -> String {
    match told {
        "text/plain" => "text/plain; charset=utf-8".to_owned(),
        told => told.to_owned(),
    }
}

/// Saved under the last name of its path: once for clients that know ASCII alone, and once as it is.
fn disposition(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_');
    let ascii: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let whole: String = name
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
}

/// Which part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Some(Range<u64>),
    Beyond,
}

/// One range of bytes is understood; several, and other units, mean the whole, as HTTP allows.
fn part(headers: &HeaderMap, all: u64, tag: &str) -> Part {
    let asked = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let Some(asked) = asked.and_then(|range| range.strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    if headers.get(IF_RANGE).is_some_and(|known| known != tag) {
        return Part::Whole;
    }
    let Some((from, to)) = asked.split_once('-') else {
        return Part::Whole;
    };
    let range = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..all.min(to.saturating_add(1)),
        (Ok(from), Err(_)) if to.is_empty() => from..all,
        (Err(_), Ok(last)) if from.is_empty() => all.saturating_sub(last)..all,
        _ => return Part::Whole,
    };
    if range.is_empty() {
        return Part::Beyond;
    }
    Part::Some(range)
}

async fn stream(mut download: Download, range: Range<u64>, status: StatusCode) -> Response {
    if range.start > 0
        && let Err(why) = download.seek(range.start).await
    {
        tracing::error!(%why, "the bytes of a file cannot be read");
        return Refused(internal("the node's disk did not give the file")).into_response();
    }
    let left = range.end - range.start;
    let pieces =
        futures_util::stream::try_unfold((download, left), |(mut download, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let piece = download.next(left).await?;
            if piece.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            let left = left - piece.len() as u64;
            if left == 0 {
                // Without its last piece nobody takes it for whole.
                download.check()?;
            }
            Ok(Some((Bytes::from(piece), (download, left))))
        });
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = status;
    set(&mut response, CONTENT_LENGTH, &left.to_string());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        part(&headers, 100, "\"a\"")
    }

    #[test]
    fn parts_are_cut_as_http_says() {
        assert_eq!(part(&HeaderMap::new(), 100, "\"a\""), Part::Whole);
        assert_eq!(asked("bytes=0-9"), Part::Some(0..10));
        assert_eq!(asked("bytes=90-"), Part::Some(90..100));
        assert_eq!(asked("bytes=90-200"), Part::Some(90..100));
        assert_eq!(asked("bytes=-10"), Part::Some(90..100));
        assert_eq!(asked("bytes=-200"), Part::Some(0..100));
        assert_eq!(asked("bytes=100-"), Part::Beyond);
        assert_eq!(asked("bytes=-0"), Part::Beyond);
        for whole in [
            "bytes=9-0",
            "bytes=a-b",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=-",
        ] {
            assert_eq!(asked(whole), Part::Whole, "{whole}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=0-9".parse().unwrap());
        headers.insert(IF_RANGE, "\"b\"".parse().unwrap());
        assert_eq!(part(&headers, 100, "\"a\""), Part::Whole);
    }

    #[test]
    fn a_name_is_one_header_whatever_is_in_it() {
        assert_eq!(
            disposition("docs/plan.md"),
            "attachment; filename=\"plan.md\"; filename*=UTF-8''plan.md"
        );
        assert_eq!(
            disposition("a/ü;b.txt"),
            "attachment; filename=\"__b.txt\"; filename*=UTF-8''%C3%BC%3Bb.txt"
        );
    }
}
