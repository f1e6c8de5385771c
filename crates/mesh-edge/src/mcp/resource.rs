//! OAuth's protected-resource metadata (RFC 9728): how a client that looks for it learns that `/mcp` takes tokens, and who gives them.
//! There is no authorization server here, so none is named: whoever runs the node gives tokens.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::edge::Edge;
use crate::router;

/// Where it lies of the whole node; of `/mcp` that follows it.
pub(crate) const PATH: &str = "/.well-known/oauth-protected-resource";
/// The resource that MCP clients ask for.
const MCP: &str = "/mcp";

/// The address of it for `/mcp`.
pub(crate) fn path_of_mcp() -> String {
    format!("{PATH}{MCP}")
}

/// The metadata of the node or of `/mcp`, whichever the address names.
pub(crate) async fn serve(
    State(edge): State<Arc<Edge>>,
    uri: Uri,
    headers: HeaderMap,
) -> impl IntoResponse {
    let of = uri.path().strip_prefix(PATH).unwrap_or_default();
    let told = metadata(&router::address(&edge, &headers), of);
    ([(CONTENT_TYPE, "application/json")], told.to_string())
}

fn metadata(address: &str, of: &str) -> Value {
    json!({
        "resource": format!("{address}{of}"),
        "resource_name": "The Mesh",
        "bearer_methods_supported": ["header"],
        // How to get a token, for whoever reads it.
        "resource_documentation": format!("{address}/llms.txt"),
    })
}

/// Says in an answer to somebody without a token where the metadata are.
pub(super) fn challenge<B>(address: &str, mut answer: Response<B>) -> Response<B> {
    if answer.status() == StatusCode::UNAUTHORIZED {
        let said = format!("Bearer realm=\"mesh\", resource_metadata=\"{address}{PATH}{MCP}\"");
        // A host that may be named holds nothing that a header could not.
        if let Ok(said) = HeaderValue::try_from(said) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, said);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_resource_that_was_asked_for_and_no_server_that_there_is_not() {
        let mcp = metadata("https://mesh.example.org", MCP);
        assert_eq!(mcp["resource"], "https://mesh.example.org/mcp");
        assert_eq!(mcp["authorization_servers"], Value::Null);
        let node = metadata("https://mesh.example.org", "");
        assert_eq!(node["resource"], "https://mesh.example.org");
    }

    #[test]
    fn only_whoever_lacks_a_token_is_told_where_it_is() {
        let answer = |status: u16| {
            let answer = Response::builder().status(status).body(()).unwrap();
            let answer = challenge("http://localhost:7778", answer);
            let said = answer.headers().get(WWW_AUTHENTICATE);
            said.map(|said| said.to_str().unwrap().to_owned())
        };
        assert_eq!(
            answer(401).as_deref(),
            Some(
                "Bearer realm=\"mesh\", resource_metadata=\"http://localhost:7778/.well-known/oauth-protected-resource/mcp\""
            )
        );
        assert_eq!(answer(403), None);
    }
}
