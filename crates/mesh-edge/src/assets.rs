//! The files inside the binary: the web page, the error pages, the style of the plain pages.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// A file that was there at build time.
pub(crate) struct File {
    /// Its path in its folder.
    pub path: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    /// The same compressed, where that is worth it.
    gzip: Option<&'static [u8]>,
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
    let bytes = match file.gzip {
        Some(packed) if takes_gzip(asked) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            packed
        }
        _ => file.bytes,
    };
    (headers, Body::from(Bytes::from_static(bytes))).into_response()
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
