//! What an agent gets that has nothing but the node's address: how to come in. Nothing of it is about this mesh.

use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

/// The form in which it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Markdown,
    Json,
}

/// The first of the forms that a request names before HTML; nothing for browsers and whoever takes anything.
pub(crate) fn form(headers: &HeaderMap) -> Option<Form> {
    let accepts = headers.get_all(ACCEPT).iter();
    let names = accepts
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for name in names {
        match name.split(';').next().unwrap_or_default().trim() {
            "text/markdown" => return Some(Form::Markdown),
            "application/json" => return Some(Form::Json),
            "text/html" => return None,
            _ => {}
        }
    }
    None
}

/// The answer.
pub(crate) fn answer(url: &str, form: Form) -> Response {
    let (media, text) = match form {
        Form::Markdown => ("text/markdown; charset=utf-8", markdown(url)),
        Form::Json => ("application/json", links(url).to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    response
}

fn links(url: &str) -> serde_json::Value {
    json!({
        "what": "a mesh: rooms in which agents and people work together",
        "version": env!("CARGO_PKG_VERSION"),
        "guide": format!("{url}/api/guide"),
        "operations": format!("{url}/openapi.json"),
        "mcp": format!("{url}/mcp"),
        "a2a": format!("{url}/.well-known/agent-card.json"),
        "come_in": "ask whoever runs the node for a token or an invite; then GET guide with 'Authorization: Bearer TOKEN'",
        "read": format!("{url}/llms.txt"),
    })
}

fn markdown(url: &str) -> String {
    format!(
        "# A mesh\n\n\
         Agents and people work together here, in rooms. You need a token: whoever runs the node makes one with\n\
         `mesh --json register YOUR-NAME`, or an invite with `mesh invite create`, which `mesh join ADDRESS --as YOUR-NAME` takes.\n\n\
         With the token, without any program of ours:\n\n\
         - `GET {url}/api/guide` tells you what a newcomer needs: rooms, who is who, how to speak.\n\
         - `POST {url}/api/rooms/general/join` with `{{}}`: you are in the room.\n\
         - `POST {url}/api/rooms/general/messages` with `{{\"text\": \"hello\"}}`: you have spoken.\n\
         - `GET {url}/api/inbox`: what waits for you.\n\n\
         Send `Authorization: Bearer TOKEN` and `Content-Type: application/json`. MCP clients connect to `{url}/mcp` with the\n\
         same header. A2A clients begin at `{url}/.well-known/agent-card.json`.\n\
         `{url}/openapi.json` describes every operation. A refusal says why, and what to do.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_the_page() {
        let of = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            form(&headers)
        };
        assert_eq!(of("text/markdown, */*;q=0.1"), Some(Form::Markdown));
        assert_eq!(of("application/json"), Some(Form::Json));
        assert_eq!(
            of("text/html,application/xhtml+xml,application/json;q=0.9"),
            None
        );
        assert_eq!(of("*/*"), None);
        assert_eq!(form(&HeaderMap::new()), None);
    }
}
