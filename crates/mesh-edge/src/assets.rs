//! The files inside the binary: the web page, the error pages, the style of the plain pages.

use std::io::Read as _;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;

/// A file that was there at build time.
pub(crate) struct File {
    /// Its path in its folder.
    pub path: &'static str,
    /// What is in it.
    bytes: &'static [u8],
    /// Whether that is compressed: nearly everybody takes it so, and it is in the binary only once.
    gzip: bool,
    /// Names this version of it.
    tag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at that path in one of the lists.
pub(crate) fn find(list: &'static [File], path: &str) -> Option<&'static File> {
    list.binary_search_by(|file| file.path.cmp(path))
        .ok()
        .map(|at| &list[at])
}

/// The web page's first file, if the page was built.
pub(crate) fn web_page() -> Option<&'static File> {
    find(WEB, "index.html")
}

/// How long a browser may keep a file without asking again.
#[derive(Clone, Copy)]
pub(crate) enum Keep {
    /// For good: its name changes with its content.
    Forever,
    /// It asks each time, and hears that nothing changed.
    Ask,
}

/// Answers with a file.
pub(crate) fn serve(file: &'static File, asked: &HeaderMap, keep: Keep) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(ETAG, HeaderValue::from_static(file.tag));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(match keep {
            Keep::Forever => "public, max-age=31536000, immutable",
            Keep::Ask => "no-cache",
        }),
    );
    if asked
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == file.tag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(media_type(file.path)),
    );
    let bytes = match (file.gzip, takes_gzip(asked)) {
        (true, true) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Bytes::from_static(file.bytes)
        }
        (true, false) => unpacked(file.bytes),
        (false, _) => Bytes::from_static(file.bytes),
    };
    (headers, Body::from(bytes)).into_response()
}

/// For the few who take no gzip.
fn unpacked(packed: &[u8]) -> Bytes {
    let mut bytes = Vec::new();
    GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .expect("the build has packed it");
    bytes.into()
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let list = asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    list.flat_map(|value| value.split(',')).any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "md" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_every_error_has_its_page() {
        for list in [WEB, ERRORS, PLAIN] {
            assert!(list.is_sorted_by_key(|file| file.path));
        }
        for code in mesh_model::ErrorCode::ALL {
            assert!(find(ERRORS, &format!("{code}.md")).is_some(), "{code}");
        }
    }

    #[tokio::test]
    async fn a_packed_file_is_the_same_with_and_without_gzip() {
        let file = find(PLAIN, "style.css").unwrap();
        assert!(file.gzip, "what is tested needs a packed file");
        let mut asked = HeaderMap::new();
        let plain = serve(file, &asked, Keep::Ask);
        asked.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let packed = serve(file, &asked, Keep::Ask);
        assert_eq!(plain.headers().get(CONTENT_ENCODING), None);
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
        let whole = async |answer: Response| {
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX);
            body.await.unwrap()
        };
        let (plain, packed) = (whole(plain).await, whole(packed).await);
        assert_eq!(plain, include_bytes!("../pages/style.css").as_slice());
        assert_eq!(unpacked(&packed), plain);
    }

    #[test]
    fn gzip_only_where_it_is_taken() {
        let asked = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&headers)
        };
        assert!(asked("br, gzip;q=0.5"));
        assert!(!asked("br, gzip;q=0"));
        assert!(!asked("identity"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
