//! `/public`: what everybody in the world may read, without a token, a cookie or a script, and nothing else.
//!
//! What may be shown is judged at the door; here it is drawn. All of it is bounded for the public alone: how often a network asks,
//! how much is under way, how many streams there are, and how often a room is read, however many look at it. So whoever comes
//! by this way takes next to nothing from those who work here.

mod gate;
mod page;
mod pictures;
mod stream;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mesh_model::events::PublicPage;
use mesh_model::{ErrorCode, Refusal};

use crate::assets::{self, Keep};
use crate::caller;
use crate::edge::Edge;
use crate::pages;
use crate::problem::{Refused, unknown_address};

use self::gate::Gate;
use self::pictures::{Picture, Pictures};

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What the public page holds on to.
#[derive(Default)]
pub(crate) struct Public {
    gate: Gate,
    pictures: Pictures,
}

/// Its routes.
pub(crate) fn routes(router: Router<Arc<Edge>>) -> Router<Arc<Edge>> {
    router
        .route("/robots.txt", get(robots))
        .route("/public", get(list))
        .route("/public/", get(list))
        .route("/public/rooms/{name}", get(room))
        .route("/public/api/rooms", get(list_data))
        .route("/public/api/rooms/{name}", get(room_data))
        .route("/public/api/stream", get(stream::of_list))
        .route("/public/api/rooms/{name}/stream", get(stream::of_room))
        .route(page::STYLE_PATH, get(style))
        .route(page::SCRIPT_PATH, get(script))
}

/// How an answer is given.
#[derive(Clone, Copy)]
enum Form {
    Html,
    Json,
}

async fn list(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    answer(&edge, from(&request), None, Form::Html).await
}

async fn list_data(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    answer(&edge, from(&request), None, Form::Json).await
}

async fn room(State(edge): State<Arc<Edge>>, name: Path<String>, request: Request) -> Response {
    answer(&edge, from(&request), Some(&name.0), Form::Html).await
}

async fn room_data(
    State(edge): State<Arc<Edge>>,
    name: Path<String>,
    request: Request,
) -> Response {
    answer(&edge, from(&request), Some(&name.0), Form::Json).await
}

/// The list, or a room of this name.
async fn answer(edge: &Edge, from: Option<IpAddr>, name: Option<&str>, form: Form) -> Response {
    let drawn = async {
        let page = admit(edge, from)?;
        let _under_way = edge.public.gate.enter()?;
        let picture = edge.public.pictures.of(&edge.door, name).await?;
        Ok((page, picture))
    };
    let mut response = match drawn.await {
        Ok((page, picture)) => shown(page, &picture, form),
        Err(refusal) => refused(refusal, form),
    };
    // A connection that is kept for the next request would be held from those who work here.
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn from(request: &Request) -> Option<IpAddr> {
    caller::address(request.extensions())
}

/// Counts a request, and gives how the page is, if there is one.
fn admit(edge: &Edge, from: Option<IpAddr>) -> Result<PublicPage, Refusal> {
    edge.door.admit_public(from)?;
    edge.door.public_page().ok_or_else(unknown_address)
}

fn shown(page: PublicPage, picture: &Picture, form: Form) -> Response {
    let (media, body) = match form {
        Form::Html => (
            "text/html; charset=utf-8",
            Body::from(page::whole(page, picture)),
        ),
        Form::Json => ("application/json", Body::from(picture.json.clone())),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, kept(page));
    if !page.indexed {
        headers.insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    }
    response
}

/// How long caches keep an answer, by the owner's choice.
fn kept(page: PublicPage) -> HeaderValue {
    match page.cache_seconds {
        0 => HeaderValue::from_static("no-store"),
        seconds => HeaderValue::try_from(format!("public, max-age={seconds}"))
            .unwrap_or(HeaderValue::from_static("no-store")),
    }
}

/// People get a page, programs a problem document.
fn refused(refusal: Refusal, form: Form) -> Response {
    let Form::Html = form else {
        return Refused(refusal).into_response();
    };
    let (code, wait) = (refusal.code, refusal.retry_after_ms);
    let (title, text) = match code {
        ErrorCode::RateLimited | ErrorCode::Overloaded => (
            "Too many look at once",
            "<p>This page answers everybody together only so often. Nothing is lost: come again in a moment.</p>",
        ),
        ErrorCode::NotFound | ErrorCode::UnknownOperation => (
            "Nothing is shown here",
            "<p>There is no such public page, or it was taken back.</p>",
        ),
        _ => (
            "This page cannot be shown now",
            "<p>Nothing is lost: come again in a moment.</p>",
        ),
    };
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::NOT_FOUND);
    let mut response = pages::page(status, title, text);
    if let Some(ms) = wait {
        let seconds = HeaderValue::from(ms.div_ceil(1000).max(1));
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, seconds);
    }
    response
}

async fn style(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    file(&edge, &request, "public.css")
}

async fn script(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    file(&edge, &request, "public.js")
}

fn file(edge: &Edge, request: &Request, name: &str) -> Response {
    if let Err(refusal) = admit(edge, from(request)) {
        return Refused(refusal).into_response();
    }
    match assets::find(assets::PLAIN, name) {
        Some(file) => assets::serve(file, request.headers(), Keep::Ask),
        None => Refused(unknown_address()).into_response(),
    }
}

/// Nothing here is for search engines, but the public page if its owner wants that.
async fn robots(State(edge): State<Arc<Edge>>) -> Response {
    let indexed = edge.door.public_page().is_some_and(|page| page.indexed);
    let text = if indexed {
        "User-agent: *\nAllow: /public\nDisallow: /public/api/\nDisallow: /\n"
    } else {
        "User-agent: *\nDisallow: /\n"
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    (headers, text).into_response()
}
