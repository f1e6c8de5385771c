//! Which address leads where. The operations' addresses come from their declarations.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, RawPathParams, Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any, get, on, post};
use mesh_interchange::LINK_PATH;
use mesh_model::ops;
use mesh_ops::{Cookie, Following};
use serde_json::json;

use crate::assets::{self, Keep};
use crate::caller::Credentials;
use crate::edge::Edge;
use crate::problem::{Refused, unknown_address, wrong_method};
use crate::{
    a2a, body, caller, files, inlets, link, mcp, pages, public, query, rest, sse, welcome, ws,
};

/// All routes.
pub(crate) fn router(edge: &Arc<Edge>) -> Router {
    let service = mcp::service(edge);
    let serve_mcp = move |State(edge): State<Arc<Edge>>, request: Request| async move {
        mcp::serve(&edge, service, request).await
    };
    public::routes(operations())
        .route("/api/stream", get(sse::serve))
        .route(files::PATH, get(files::get).put(files::put))
        .route(
            files::SKILL_PATH,
            get(files::get_skill).put(files::put_skill),
        )
        .route(mesh_model::inlet::PATH, post(inlets::knock))
        .route("/ws", get(ws::upgrade))
        .route(LINK_PATH, get(link::upgrade))
        .route("/mcp", any(serve_mcp))
        .route(mcp::resource::PATH, get(mcp::resource::serve))
        .route(&mcp::resource::path_of_mcp(), get(mcp::resource::serve))
        .route(a2a::WELL_KNOWN, get(a2a::node_card))
        .route(a2a::sign::KEYS, get(a2a::sign::keys))
        .route(a2a::BASE, any(a2a::serve))
        .route(&format!("{}/{{*rest}}", a2a::BASE), any(a2a::serve))
        .route("/healthz", get(health))
        .route("/api/health", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi))
        .route("/llms.txt", get(llms))
        .route("/login", get(login).post(login_wanted))
        .route("/i/{code}", get(invite))
        .route("/docs/errors/{code}", get(error_page))
        .route(
            pages::STYLE_PATH,
            get(|headers: HeaderMap| async move { pages::style(&headers) }),
        )
        .fallback(page)
        .method_not_allowed_fallback(|| async { Refused(wrong_method()) })
        .with_state(Arc::clone(edge))
}

fn operations() -> Router<Arc<Edge>> {
    ops::all().fold(Router::new(), |router, declaration| {
        let handler = move |State(edge): State<Arc<Edge>>, request: Request| async move {
            let (mut parts, body) = request.into_parts();
            let path = RawPathParams::from_request_parts(&mut parts, &()).await;
            rest::answer(edge, declaration, path, Request::from_parts(parts, body)).await
        };
        let route: MethodRouter<Arc<Edge>> = on(filter(declaration.method), handler);
        router.route(declaration.path, route)
    })
}

fn filter(method: ops::Method) -> MethodFilter {
    match method {
        ops::Method::Get => MethodFilter::GET,
        ops::Method::Post => MethodFilter::POST,
        ops::Method::Put => MethodFilter::PUT,
        ops::Method::Patch => MethodFilter::PATCH,
        ops::Method::Delete => MethodFilter::DELETE,
    }
}

/// An answer that nobody keeps.
pub(crate) fn json_answer(status: StatusCode, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The process lives.
async fn health(State(edge): State<Arc<Edge>>) -> Response {
    // Who comes in by an invite signs for this mesh, and has no credential yet to ask for its id.
    let mesh = edge.node.access().mesh().map(|mesh| mesh.id);
    json_answer(
        StatusCode::OK,
        &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "mesh": mesh}),
    )
}

/// The node can do its work.
async fn ready(State(edge): State<Arc<Edge>>) -> Response {
    let stopping = *edge.stopping.borrow();
    let writable = edge.node.log_health().writable;
    let (status, word) = match (stopping, writable) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "read-only"),
        (false, true) => (StatusCode::OK, "ready"),
    };
    json_answer(
        status,
        &json!({"status": word, "head": edge.node.head(), "view": edge.node.view_upto()}),
    )
}

async fn metrics(State(edge): State<Arc<Edge>>) -> Response {
    let mut text = edge.node.metrics().text(&edge.node);
    // Two registries become one document: only the last says that it ends.
    if let Some(at) = text.rfind("# EOF") {
        text.truncate(at);
    }
    text.push_str(&edge.metrics.encode());
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, HeaderValue::from_static(media))], text).into_response()
}

async fn openapi() -> Response {
    json_answer(StatusCode::OK, &mesh_ops::openapi())
}

/// Signs a browser in by a one-time link, or asks first: if somebody else is signed in here, or another site's page
/// sent the browser, which would hide that.
async fn login(
    State(edge): State<Arc<Edge>>,
    method: Method,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let pairs = match query::pairs(uri.query()) {
        Ok(pairs) => pairs,
        Err(refusal) => return Refused(refusal).into_response(),
    };
    let Some(link) = link_of(&pairs) else {
        return see_other("/");
    };
    // Looking at a link must not use it up.
    if method == Method::HEAD {
        return see_other("/");
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site" | b"same-site")) {
        return pages::ask_link(link, None);
    }
    let over = Credentials::of(&headers).cookie;
    follow(&edge, link, &headers, over).await
}

/// Whoever was asked wants it.
async fn login_wanted(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let wanted = async {
        edge.hosts.check_origin(&parts.headers)?;
        let body = body::read(body).await?;
        query::pairs(std::str::from_utf8(&body).ok())
    };
    match wanted.await {
        Ok(pairs) => match link_of(&pairs) {
            Some(link) => follow(&edge, link, &parts.headers, None).await,
            None => see_other("/"),
        },
        Err(refusal) => Refused(refusal).into_response(),
    }
}

fn link_of(pairs: &[(String, String)]) -> Option<&str> {
    let mut pairs = pairs.iter();
    let link = pairs.find(|(name, _)| name == "link" || name == "code");
    link.map(|(_, link)| link.as_str())
}

async fn follow(edge: &Edge, link: &str, headers: &HeaderMap, over: Option<&str>) -> Response {
    let cookie = match edge
        .door
        .follow_link(link, caller::agent(headers), over)
        .await
    {
        Ok(Following::Done(cookie)) => cookie,
        Ok(Following::Asks(handle)) => return pages::ask_link(link, Some(&handle)),
        Err(_) => return pages::stale_link(),
    };
    // What stands behind `#` no server is sent: the page takes it into its own storage.
    let place = match &cookie {
        Cookie::Set { page_key, .. } => format!("/#page-key={page_key}"),
        Cookie::Clear => "/".to_owned(),
    };
    match rest::cookie_header(&cookie, edge.hosts.https) {
        Some(cookie) => {
            let mut response = see_other(&place);
            response.headers_mut().insert(SET_COOKIE, cookie);
            response
        }
        None => Refused(rest::no_cookie()).into_response(),
    }
}

fn see_other(place: &str) -> Response {
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    let headers = [
        (LOCATION, place),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// A person's invite, and a code that is none, lead to the web page, which says which of the two it is. Programs are told
/// how they come in.
async fn invite(
    State(edge): State<Arc<Edge>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !edge.door.leads_people(&code).await {
        pages::invite(&address(&edge, &headers), &code)
    } else if takes_html(&headers) {
        first_page(&headers)
    } else {
        pages::person_invite()
    }
}

/// The web page's first file.
fn first_page(headers: &HeaderMap) -> Response {
    match assets::web_page() {
        Some(file) => assets::serve(file, headers, Keep::Ask),
        None => pages::no_web_page(),
    }
}

fn takes_html(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(ACCEPT).iter();
    all.any(|value| value.as_bytes().windows(9).any(|part| part == b"text/html"))
}

/// The node's address as whoever asks knows it. Which hosts may be named was checked before.
pub(crate) fn address(edge: &Edge, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let known = edge.public_url.clone();
    known.unwrap_or_else(|| format!("http://{}", host.unwrap_or("localhost")))
}

/// How an agent comes in.
async fn llms(State(edge): State<Arc<Edge>>, headers: HeaderMap) -> Response {
    welcome::answer(&address(&edge, &headers), welcome::Form::Markdown)
}

async fn error_page(Path(code): Path<String>, headers: HeaderMap) -> Response {
    pages::error(&code, &headers)
}

/// The web page's files; its first one for any address that a person may have opened.
async fn page(
    State(edge): State<Arc<Edge>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    let reads = matches!(method, Method::GET | Method::HEAD);
    if let Some(form) = welcome::form(&headers).filter(|_| reads && path.is_empty()) {
        return welcome::answer(&address(&edge, &headers), form);
    }
    if let Some(file) = assets::find(assets::WEB, path).filter(|_| reads) {
        let keep = if path.starts_with("assets/") {
            Keep::Forever
        } else {
            Keep::Ask
        };
        return assets::serve(file, &headers, keep);
    }
    let html = takes_html(&headers);
    let machine = ["api/", "assets/", "docs/"]
        .iter()
        .any(|start| path.starts_with(start))
        || path == "api";
    if !reads || machine || !(html || path.is_empty()) {
        return Refused(unknown_address()).into_response();
    }
    first_page(&headers)
}
