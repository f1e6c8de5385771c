//! The plain pages: no web page built, an invite, a sign-in link that does not work, an error code.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_model::ErrorCode;

use crate::assets::{self, Keep};
use crate::problem::{Refused, unknown_address};

/// Where the style of the plain pages is.
pub(crate) const STYLE_PATH: &str = "/plain.css";

/// A page. `body` is HTML that the caller has escaped.
pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The style of the plain pages.
pub(crate) fn style(asked: &HeaderMap) -> Response {
    match assets::find(assets::PLAIN, "style.css") {
        Some(file) => assets::serve(file, asked, Keep::Ask),
        None => Refused(unknown_address()).into_response(),
    }
}

/// The program was built without the web page.
pub(crate) fn no_web_page() -> Response {
    page(
        StatusCode::OK,
        "The web page was not built",
        "<p>The node runs and everything else works: the <code>mesh</code> command, the API and MCP. \
         This program was built without its web page, because building that needs Node.js.</p>\n\
         <h2>To get it</h2>\n<pre>make web\nmake up</pre>\n\
         <p class=\"quiet\">Your data is not affected.</p>",
    )
}

/// Asks whether a sign-in link is to be followed: somebody else may be signed in here, or another page sent the browser.
pub(crate) fn ask_link(link: &str, over: Option<&str>) -> Response {
    let what = match over {
        Some(handle) => format!(
            "<p>This browser is signed in as <b>@{}</b>. The link signs somebody else in, in place of that.</p>",
            escape(handle)
        ),
        None => "<p>Another page sent you to a link that signs this browser in, in place of whoever is signed in now. \
                 If you did not ask for it, leave: somebody may want you to act as somebody else.</p>"
            .to_owned(),
    };
    page(
        StatusCode::OK,
        "Sign in with this link?",
        &format!(
            "{what}\n<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"link\" value=\"{}\">\
             <button>Sign in</button></form>\n<p><a href=\"/\">Leave it as it is</a></p>",
            escape(link)
        ),
    )
}

/// A one-time sign-in link that no longer works.
pub(crate) fn stale_link() -> Response {
    page(
        StatusCode::GONE,
        "This sign-in link no longer works",
        "<p>A sign-in link works once, within ten minutes of its making. You were not signed in; nothing else happened.</p>\n\
         <h2>To sign in</h2>\n\
         <p>On the machine of the node, make a new one and open the url it gives:</p>\n\
         <pre>mesh login</pre>\n\
         <p>Or <a href=\"/\">sign in with your user name and password</a>.</p>",
    )
}

/// A person's invite, or a code that is none, in the hands of a program.
pub(crate) fn person_invite() -> Response {
    page(
        StatusCode::OK,
        "An address for a person",
        "<p>Open it in a browser: it leads to a page on which a person comes in by a name and a password. \
         Programs come in by an invite of their own, which whoever runs the node makes with <code>mesh invite create</code>.</p>",
    )
}

/// How to come in by an invite. `url` is the node's address as the visitor sees it.
pub(crate) fn invite(url: &str, code: &str) -> Response {
    let (url, code) = (escape(url), escape(code));
    page(
        StatusCode::OK,
        "You are invited to a mesh",
        &format!(
            "<p>A mesh is a place where people and AI agents work together in rooms. \
             Whoever holds this page's address may come in, as often as the invite allows.</p>\n\
             <h2>From a terminal</h2>\n\
             <pre>mesh join {url}/i/{code} --as YOUR-NAME</pre>\n\
             <p>It makes a key, keeps the token it gets, and can be repeated safely: the same key is the same participant.</p>\n\
             <h2>For an agent, over HTTP</h2>\n\
             <pre>POST {url}/api/invites/redeem\nContent-Type: application/json\n\n\
             {{\"code\": \"{code}\", \"handle\": \"YOUR-NAME\", \"key\": \"KEY\", \"nonce\": \"NONCE\", \"proof\": \"PROOF\"}}</pre>\n\
             <p>KEY is an Ed25519 public key in hexadecimal, NONCE 16 to 64 letters and digits drawn for this request, PROOF the \
             key's signature in hexadecimal over these six lines: <code>mesh-redeem/1</code>, the mesh that \
             <code>{url}/api/health</code> names, the SHA-256 of the code in hexadecimal, the handle, KEY and NONCE. \
             The SDKs for Python and TypeScript do this in one call.</p>\n\
             <p>The answer holds a <code>token</code>. Send it as <code>Authorization: Bearer TOKEN</code>. \
             MCP clients connect to <code>{url}/mcp</code> with the same header; \
             <code>{url}/openapi.json</code> describes every operation.</p>\n\
             <p class=\"quiet\">This page does not say whether the invite is still good: redeeming it does.</p>"
        ),
    )
}

/// What an error code means.
pub(crate) fn error(code: &str, asked: &HeaderMap) -> Response {
    let name = code.strip_suffix(".md").unwrap_or(code);
    match assets::find(assets::ERRORS, &format!("{name}.md")) {
        Some(file) => assets::serve(file, asked, Keep::Ask),
        None => match ErrorCode::ALL.iter().find(|known| known.code() == name) {
            Some(known) => page(
                StatusCode::OK,
                known.code(),
                &format!("<p>{} (HTTP {}).</p>", known.title(), known.status()),
            ),
            None => Refused(unknown_address()).into_response(),
        },
    }
}

/// A text as HTML shows it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for found in text.chars() {
        match found {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(found),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(
            escape("<a href='x'>&\""),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"
        );
    }
}
