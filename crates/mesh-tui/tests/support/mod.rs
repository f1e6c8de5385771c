//! Screens as tests see them: what the node would answer, keys, and the cells as text.

use mesh_model::Millis;
use mesh_model::api::{Participant, StreamItem};
use mesh_tui::screen::{Arrived, Ask, Screen};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

/// The moment of all tests.
pub const NOW: Millis = Millis(1_796_039_000_000);

pub fn id(number: u64) -> String {
    format!("018f0000-0000-7000-8000-{number:012}")
}

pub fn who(number: u64, handle: &str, kind: &str, trust: &str) -> Value {
    json!({"id": id(number), "handle": handle, "kind": kind, "trust": trust})
}

pub fn ago(ms: u64) -> String {
    Millis(NOW.0 - ms).to_string()
}

pub fn me() -> Participant {
    let mut me = who(1, "ada", "human", "owner");
    me.as_object_mut().unwrap().extend(
        json!({
            "parent": null, "key": null, "visibility": "public", "roles": [], "groups": [], "disabled": false,
            "profile": {}, "registered_at": ago(0), "presence": {"state": "idle"},
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    serde_json::from_value(me).unwrap()
}

pub fn room(number: u64, name: &str, unread: u32, last: u64) -> Value {
    json!({
        "id": id(number), "name": name, "kind": "room", "topic": "where it happens", "access": "listed", "history": "all",
        "creator": null, "created_at": ago(0), "archived": false, "members": 3, "member": true, "capabilities": [],
        "unread": unread, "unread_mentions": 0, "last_seq": last,
    })
}

pub fn message(seq: u64, from: Value, text: &str) -> Value {
    json!({
        "id": format!("m{seq}"), "seq": seq, "at": Millis(NOW.0 - 600_000 + seq * 1000).to_string(), "room": id(100),
        "from": from, "text": text, "priority": "next", "trust": from["trust"],
    })
}

/// The same as the stream tells it.
pub fn posted(message: &Value) -> StreamItem {
    let mut data = message.clone();
    let fields = data.as_object_mut().unwrap();
    for outside in ["seq", "at", "room", "from"] {
        fields.remove(outside);
    }
    fields.entry("mentions").or_insert(json!([]));
    serde_json::from_value(json!({
        "seq": message["seq"], "at": message["at"], "type": "message.posted", "room": message["room"],
        "from": message["from"], "data": data,
    }))
    .unwrap()
}

pub fn press<S: Screen>(screen: &mut S, keys: &str) -> Vec<Ask<S::Tag>> {
    let mut asks = Vec::new();
    for key in keys.split(' ') {
        let (modifiers, bare) = match key.split_once('-') {
            Some(("ctrl", bare)) => (KeyModifiers::CONTROL, bare),
            Some(("alt", bare)) => (KeyModifiers::ALT, bare),
            _ => (KeyModifiers::NONE, key),
        };
        let code = match bare {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "pageup" => KeyCode::PageUp,
            "pagedown" => KeyCode::PageDown,
            "end" => KeyCode::End,
            "space" => KeyCode::Char(' '),
            one => KeyCode::Char(one.chars().next().unwrap()),
        };
        asks.extend(screen.arrived(Arrived::Key(KeyEvent::new(code, modifiers)), NOW));
    }
    asks
}

/// The screen as its user sees it, without colours.
pub fn shown<S: Screen>(screen: &mut S, width: u16, height: u16) -> String {
    screen.arrived(Arrived::Size(width, height), NOW);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            let cursor = screen.draw(frame.buffer_mut(), NOW);
            if let Some((x, y)) = cursor {
                assert!(x < width && y < height, "the cursor is outside: {x},{y}");
            }
        })
        .unwrap();
    let cells = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..height {
        let mut x = 0;
        let mut line = String::new();
        while x < width {
            let symbol = cells[(x, y)].symbol();
            assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
            assert_eq!(
                cells[(x, y)].fg,
                ratatui::style::Color::Reset,
                "no colours were asked for"
            );
            line.push_str(symbol);
            let wide = unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
            assert!(x + wide <= width, "a letter stands over the edge");
            x += wide;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
