//! How the public page looks: plain HTML. A small script draws it anew when something has changed; without it the browser loads
//! the page anew now and then.

use std::fmt::Write as _;

use mesh_model::Millis;
use mesh_model::events::{Kind, PublicPage, TaskState};
use mesh_ops::{PublicMesh, PublicMessage, PublicRoom, PublicWho};

use super::pictures::Picture;
use crate::pages::escape;

/// Where the page's style is.
pub(super) const STYLE_PATH: &str = "/public/style.css";
/// Where its script is.
pub(super) const SCRIPT_PATH: &str = "/public/live.js";

/// Seconds after which a browser without script loads the page anew.
const RELOAD_SECONDS: u32 = 30;

/// The whole page.
pub(super) fn whole(page: PublicPage, picture: &Picture) -> String {
    let title = escape(&picture.title);
    let robots = if page.indexed {
        ""
    } else {
        "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{robots}\
         <noscript><meta http-equiv=\"refresh\" content=\"{RELOAD_SECONDS}\"></noscript>\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n<script src=\"{SCRIPT_PATH}\" defer></script>\n\
         </head>\n<body>\n{}</body>\n</html>\n",
        picture.html
    )
}

/// The rooms.
pub(super) fn list(mesh: &PublicMesh) -> String {
    let mut rooms = String::new();
    for room in &mesh.rooms {
        let (name, topic) = (escape(&room.name), escape(&room.topic));
        let topic = some("<p class=\"topic\" dir=\"auto\">", &topic, "</p>");
        let _ = writeln!(
            rooms,
            "<li><a href=\"/public/rooms/{name}\"><h2><i>#</i>{name}</h2>{topic}<p class=\"quiet\">{}</p></a></li>",
            there(room.present)
        );
    }
    let body = if rooms.is_empty() {
        "<p class=\"empty\">No room is shown at present.</p>\n".to_owned()
    } else {
        format!("<ul class=\"rooms\">\n{rooms}</ul>\n")
    };
    let name = escape(&mesh.mesh);
    format!(
        "<header><p class=\"mesh\">{MARK}<span>Public page</span></p><h1 dir=\"auto\">{name}</h1>\n\
         <p class=\"lead\">Rooms in which people and AI agents work together. You may read here; nothing can be sent.</p></header>\n\
         <main data-stream=\"/public/api/stream\">\n{body}</main>\n{}",
        footer("/public/api/rooms")
    )
}

/// A room.
pub(super) fn room(room: &PublicRoom) -> String {
    let (mesh, name, topic) = (escape(&room.mesh), escape(&room.name), escape(&room.topic));
    let topic = some("<p class=\"lead\" dir=\"auto\">", &topic, "</p>");
    format!(
        "<header><p class=\"mesh\"><a href=\"/public\">{MARK}<span dir=\"auto\">{mesh}</span></a></p><h1><i>#</i>{name}</h1>{topic}</header>\n\
         <main data-stream=\"/public/api/rooms/{name}/stream\" class=\"room\">\n\
         <section class=\"said\" aria-labelledby=\"said\"><h2 id=\"said\">What is said</h2>\n{}</section>\n\
         <aside>\n<section aria-labelledby=\"here\"><h2 id=\"here\">Here now</h2>\n{}</section>\n\
         <section aria-labelledby=\"tasks\"><h2 id=\"tasks\">Open tasks</h2>\n{}</section>\n</aside>\n</main>\n{}",
        said(room),
        here(room),
        tasks(room),
        footer(&format!("/public/api/rooms/{name}"))
    )
}

/// Three points that are linked: the mesh's sign.
const MARK: &str = "<svg viewBox=\"0 0 20 20\" width=\"18\" height=\"18\" aria-hidden=\"true\"><path d=\"M4 14 10 4l6 10Z\" \
    fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"/><circle cx=\"10\" cy=\"4\" r=\"2.5\"/><circle cx=\"4\" cy=\"14\" \
    r=\"2.5\"/><circle cx=\"16\" cy=\"14\" r=\"2.5\"/></svg>";

fn footer(data: &str) -> String {
    format!(
        "<footer><p>Read only. <span data-live>It refreshes by itself.</span></p><p><a href=\"{data}\">The same as JSON</a></p></footer>\n"
    )
}

fn said(room: &PublicRoom) -> String {
    if room.messages.is_empty() {
        return "<p class=\"empty\">Nothing has been said here since the room was published.</p>\n"
            .to_owned();
    }
    let mut out = String::from(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Messages\"><ol>\n",
    );
    let mut before: Option<&PublicMessage> = None;
    for message in &room.messages {
        // What one says soon after stands under the same name.
        let goes_on = before.is_some_and(|before| {
            before.from.is_some()
                && before.from == message.from
                && message.at.since(before.at) < 5 * 60_000
        });
        let class = if goes_on { " class=\"on\"" } else { "" };
        let edited = if message.edited {
            " <small>changed</small>"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<li{class}><p class=\"by\">{} {}</p><p class=\"text\" dir=\"auto\">{}{edited}</p></li>",
            who(message.from.as_ref()),
            time(message.at),
            escape(&message.text),
        );
        before = Some(message);
    }
    out.push_str("</ol></div>\n");
    out
}

fn here(room: &PublicRoom) -> String {
    if room.present.is_empty() && room.others == 0 {
        return "<p class=\"empty\">Nobody is here at present.</p>\n".to_owned();
    }
    let mut out = String::from("<ul class=\"here\">\n");
    for one in &room.present {
        let _ = writeln!(out, "<li>{}</li>", who(Some(one)));
    }
    if room.others > 0 {
        let more = match (room.present.is_empty(), room.others) {
            (true, 1) => "somebody".to_owned(),
            (true, others) => format!("{others} who are not named"),
            (false, 1) => "and somebody".to_owned(),
            (false, others) => format!("and {others} who are not named"),
        };
        let _ = writeln!(out, "<li class=\"quiet\">{more}</li>");
    }
    out.push_str("</ul>\n");
    out
}

fn tasks(room: &PublicRoom) -> String {
    if room.tasks.is_empty() {
        return "<p class=\"empty\">Nothing is to be done.</p>\n".to_owned();
    }
    let mut out = String::from("<ul class=\"tasks\">\n");
    for task in &room.tasks {
        let (class, state) = state(task.state);
        let _ = writeln!(
            out,
            "<li><span class=\"state {class}\">{state}</span> <span dir=\"auto\">{}</span></li>",
            escape(&task.title)
        );
    }
    out.push_str("</ul>\n");
    out
}

/// A state in a word, and which of three it looks like.
fn state(state: TaskState) -> (&'static str, &'static str) {
    match state {
        TaskState::Waiting => ("waits", "waits for others"),
        TaskState::Retrying => ("waits", "tried again soon"),
        TaskState::Queued => ("waits", "queued"),
        TaskState::Leased => ("runs", "taken"),
        TaskState::Running => ("runs", "running"),
        TaskState::Paused => ("waits", "paused"),
        TaskState::Blocked => ("asks", "waits for a person"),
        TaskState::Verifying => ("runs", "looked over"),
        TaskState::Done => ("ended", "done"),
        TaskState::Failed => ("ended", "failed"),
        TaskState::Cancelled => ("ended", "cancelled"),
        TaskState::Skipped => ("ended", "skipped"),
    }
}

fn who(who: Option<&PublicWho>) -> String {
    match who {
        Some(who) => {
            let (kind, word) = match who.kind {
                Kind::Human => ("human", "person"),
                Kind::Agent => ("agent", "agent"),
                Kind::Bot => ("bot", "bot"),
                Kind::Bridge => ("bridge", "bridge"),
            };
            let handle = escape(&who.handle);
            format!("<b class=\"{kind}\">{handle}</b> <small>{word}</small>")
        }
        None => "<b class=\"nobody\">somebody</b>".to_owned(),
    }
}

/// In UTC; the script shows it in the reader's own time.
fn time(at: Millis) -> String {
    let whole = at.to_string();
    let shown = whole.get(..16).unwrap_or(&whole).replace('T', " ");
    format!("<time datetime=\"{whole}\">{shown} UTC</time>")
}

fn there(count: usize) -> String {
    match count {
        0 => "nobody is here at present".to_owned(),
        1 => "1 is here now".to_owned(),
        count => format!("{count} are here now"),
    }
}

fn some(before: &str, text: &str, after: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{before}{text}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_never_markup() {
        let evil = "<script>alert(1)</script>\" onload='x'";
        let room = PublicRoom {
            mesh: evil.to_owned(),
            name: "square".to_owned(),
            topic: evil.to_owned(),
            present: vec![PublicWho {
                handle: evil.to_owned(),
                kind: Kind::Agent,
            }],
            others: 2,
            messages: vec![PublicMessage {
                at: Millis(0),
                from: None,
                text: evil.to_owned(),
                edited: true,
            }],
            tasks: vec![mesh_ops::PublicTask {
                title: evil.to_owned(),
                state: TaskState::Running,
            }],
        };
        let html = super::room(&room);
        assert!(!html.contains("<script") && !html.contains("' "), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 5);
        assert!(html.contains("and 2 who are not named") && html.contains("somebody"));
        assert!(html.contains("1970-01-01 00:00 UTC"), "{html}");
    }
}
