//! What goes in comes out again, whatever stands around it.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::book::{Book, Change};
use super::*;

fn path(keys: &str) -> Vec<String> {
    keys.split('.').map(str::to_owned).collect()
}

fn server() -> Part {
    let value = json!({"command": "/bin/mesh", "args": ["--as", "rex", "mcp"]});
    Part::Json {
        path: path("mcpServers.mesh"),
        value,
    }
}

fn hook() -> Part {
    let value = json!({"hooks": [{"type": "command", "command": "mesh hook", "timeout": 5}]});
    Part::Item {
        path: path("hooks.Stop"),
        value,
    }
}

fn table() -> Part {
    let value = json!({"command": "/bin/mesh", "args": ["mcp"]});
    Part::Toml {
        path: path("mcp_servers.mesh"),
        value,
    }
}

fn block() -> Part {
    Part::Block {
        text: "One line.\nAnother.\n".to_owned(),
    }
}

/// One file of one program, as its disk and its book have it.
#[derive(Default)]
struct Desk {
    book: Book,
    text: Option<String>,
}

impl Desk {
    fn with(text: &str) -> Desk {
        Desk {
            text: Some(text.to_owned()),
            ..Desk::default()
        }
    }

    fn wants(&mut self, owner: &str, parts: &[Part]) -> Result<(), Trouble> {
        let change = self
            .book
            .change(PathBuf::from("file"), self.text.clone(), owner, parts)?;
        let Change {
            path, after, kept, ..
        } = change;
        self.text = after;
        match kept {
            Some(kept) => drop(self.book.files.insert(path, kept)),
            None => drop(self.book.files.remove(&path)),
        }
        Ok(())
    }

    fn text(&self) -> &str {
        self.text.as_deref().unwrap()
    }
}

#[test]
fn a_value_joins_others_and_leaves_comments_alone() {
    let before = "{\n    // mine\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\"} // keep\n    }\n}\n";
    let mut desk = Desk::with(before);
    desk.wants("a", &[server()]).unwrap();
    assert_eq!(
        desk.text(),
        "{\n    // mine\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\"}, // keep\n        \"mesh\": {\n            \"args\": [\"--as\", \"rex\", \"mcp\"],\n            \"command\": \"/bin/mesh\"\n        }\n    }\n}\n"
    );
    desk.wants("a", &[]).unwrap();
    assert_eq!(desk.text(), before);
}

#[test]
fn twice_is_once() {
    for (part, text) in [
        (server(), "{}"),
        (hook(), "{}"),
        (table(), "a = 1\n"),
        (block(), "x"),
    ] {
        let mut desk = Desk::with(text);
        desk.wants("a", std::slice::from_ref(&part)).unwrap();
        let (once, book) = (desk.text().to_owned(), desk.book.clone());
        desk.wants("a", std::slice::from_ref(&part)).unwrap();
        assert_eq!(desk.text(), once, "{part:?}");
        assert!(desk.book == book);
        // A book that was lost knows nothing of it, and it is not put there twice.
        let mut other = Desk::with(&once);
        other.wants("a", std::slice::from_ref(&part)).unwrap();
        assert_eq!(other.text(), once, "{part:?}");
    }
}

#[test]
fn a_file_that_was_not_there_is_not_there_again() {
    for part in [
        server(),
        hook(),
        table(),
        block(),
        Part::Whole {
            text: "x\n".to_owned(),
        },
    ] {
        let mut desk = Desk::default();
        desk.wants("a", std::slice::from_ref(&part)).unwrap();
        assert!(desk.text().ends_with('\n'), "{part:?}: {}", desk.text());
        desk.wants("a", &[]).unwrap();
        assert_eq!(desk.text, None, "{part:?}");
        assert!(desk.book == Book::default());
    }
}

#[test]
fn what_it_replaced_comes_back_even_after_an_edit() {
    let before = "{\"mcpServers\": {\"mesh\": {\"command\": \"old\"}}, \"n\": 1}";
    let mut desk = Desk::with(before);
    desk.wants("a", &[server()]).unwrap();
    desk.text = Some(desk.text().replace("\"n\": 1", "\"n\": 2"));
    desk.wants("a", &[]).unwrap();
    let value: Value = serde_json::from_str(desk.text()).unwrap();
    assert_eq!(
        value,
        json!({"mcpServers": {"mesh": {"command": "old"}}, "n": 2})
    );
}

#[test]
fn an_edited_item_is_still_ours_and_others_items_are_not() {
    let mut desk = Desk::with("{\"hooks\": {\"Stop\": [{\"hooks\": [{\"command\": \"lint\"}]}]}}");
    desk.wants("a", &[hook()]).unwrap();
    desk.text = Some(desk.text().replace("\"timeout\": 5", "\"timeout\": 50"));
    desk.wants("a", &[]).unwrap();
    let value: Value = serde_json::from_str(desk.text()).unwrap();
    assert_eq!(
        value,
        json!({"hooks": {"Stop": [{"hooks": [{"command": "lint"}]}]}})
    );
}

#[test]
fn two_programs_share_a_file_until_the_last_one_goes() {
    let mut desk = Desk::with("# Rules\n");
    desk.wants("codex", &[block()]).unwrap();
    let both = desk.text().to_owned();
    desk.wants("opencode", &[block()]).unwrap();
    assert_eq!(desk.text(), both);
    desk.wants("codex", &[]).unwrap();
    assert_eq!(desk.text(), both);
    desk.wants("opencode", &[]).unwrap();
    assert_eq!(desk.text(), "# Rules\n");
}

#[test]
fn two_programs_that_want_different_things_in_one_place_are_told() {
    let mut desk = Desk::with("{}");
    desk.wants("one", &[server()]).unwrap();
    let other = Part::Json {
        path: path("mcpServers.mesh"),
        value: json!({"command": "else"}),
    };
    let why = desk.wants("two", &[other]).unwrap_err();
    assert!(
        why.what.contains("another installation") && why.what.contains("one"),
        "{why:?}"
    );
}

#[test]
fn a_file_of_ours_that_somebody_edited_is_theirs() {
    let whole = Part::Whole {
        text: "ours\n".to_owned(),
    };
    let mut desk = Desk::default();
    desk.wants("a", &[whole]).unwrap();
    desk.text = Some("ours, and mine\n".to_owned());
    desk.wants("a", &[]).unwrap();
    assert_eq!(desk.text(), "ours, and mine\n");
    assert!(desk.book == Book::default());
}

#[test]
fn what_was_noted_but_never_written_needs_no_undoing() {
    let mut desk = Desk::with("{\"a\": 1}\n");
    desk.wants("a", &[server()]).unwrap();
    desk.text = Some("{\"a\": 1}\n".to_owned());
    desk.wants("a", &[]).unwrap();
    assert_eq!(desk.text(), "{\"a\": 1}\n");
}

#[test]
fn a_text_that_is_not_whole_is_left_alone() {
    for (part, text, said) in [
        (server(), "{\"mcpServers\": {\"x\":", "not JSON"),
        (server(), "{\"a\": 1} trailing", "not JSON"),
        (server(), "[1]", "no JSON object"),
        (
            server(),
            "{\"mcpServers\": []}",
            "something else than an object in 'mcpServers'",
        ),
        (
            server(),
            "{\"mcpServers\": null}",
            "something else than an object",
        ),
        (
            server(),
            "{\"mcpServers\": {}, \"mcpServers\": {}}",
            "'mcpServers' twice",
        ),
        (
            server(),
            "{\"mcpServers\": {\"mesh\": 1, \"mesh\": 2}}",
            "'mesh' twice",
        ),
        (server(), &"[".repeat(100_000), "not JSON"),
        (
            hook(),
            "{\"hooks\": {\"Stop\": {}}}",
            "something else than a list",
        ),
        (table(), "[mcp_servers.x\n", "not TOML"),
        (table(), "mcp_servers = 1\n", "another form"),
        (
            table(),
            "mcp_servers = { x = { command = \"y\" } }\n",
            "another form",
        ),
        (table(), "a = 1\r\nb = 2\n", "some lines as Windows"),
        (block(), "<!-- mesh: end -->\n", "only a part of the marks"),
        (
            Part::Whole {
                text: "ours".to_owned(),
            },
            "theirs",
            "is there already",
        ),
    ] {
        let why = Desk::with(text).wants("a", &[part]).unwrap_err();
        assert!(
            why.what.contains(said),
            "{}: {}",
            &text[..text.len().min(60)],
            why.what
        );
        assert!(!why.hint.is_empty());
    }
}

#[test]
fn a_table_of_settings_keeps_its_comments_and_its_line_ends() {
    let before = "# mine\r\nmodel = \"x\" # yes\r\n\r\n[mcp_servers.other]\r\ncommand = \"y\"\r\n\r\n# last\r\n[projects.\"/tmp\"]\r\ntrust_level = \"trusted\"\r\n";
    let mut desk = Desk::with(before);
    desk.wants("a", &[table()]).unwrap();
    let after = desk.text().to_owned();
    for line in before.lines() {
        assert!(
            after.contains(&format!("{line}\r\n")),
            "{line:?} in {after}"
        );
    }
    assert!(
        after.contains("[mcp_servers.mesh]\r\nargs = [\"mcp\"]\r\ncommand = \"/bin/mesh\"\r\n"),
        "{after}"
    );
    desk.text = Some(after.replace("\"trusted\"", "\"untrusted\""));
    desk.wants("a", &[]).unwrap();
    assert_eq!(desk.text(), before.replace("\"trusted\"", "\"untrusted\""));
}

/// JSON as programs and people write it: blanks, comments, commas at the end.
fn document() -> impl Strategy<Value = String> {
    let blank = prop_oneof![
        Just(""),
        Just(" "),
        Just("\n"),
        Just("\r\n\t"),
        Just("\n\n    "),
        Just(" // words, {}[]\n"),
        Just("/* \" */"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-1.5e3".to_owned()),
        "\"[a-zü {}\\[\\]/]{0,6}\"",
        Just("\"\\u00e9\\\"\"".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ];
    let names = prop_oneof![
        Just("mcpServers"),
        Just("hooks"),
        Just("Stop"),
        Just("a"),
        Just("b"),
        Just("c d"),
    ];
    let value = leaf.prop_recursive(3, 20, 4, {
        let blank = blank.clone();
        move |inner| {
            let item =
                (blank.clone(), inner, blank.clone()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
            (proptest::collection::vec(item, 0..4))
                .prop_map(|items| format!("[{}]", items.join(",")))
        }
    });
    let servers =
        proptest::collection::btree_map(names.clone(), value.clone(), 0..4).prop_map(|fields| {
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            format!("{{{}}}", fields.join(","))
        });
    let field = (
        blank.clone(),
        names,
        blank.clone(),
        prop_oneof![value, servers],
        blank.clone(),
    );
    (
        blank.clone(),
        proptest::collection::vec(field, 0..5),
        any::<bool>(),
        blank,
    )
        .prop_map(|(lead, fields, comma, tail)| {
            let mut seen = std::collections::BTreeSet::new();
            let fields: Vec<_> = fields
                .into_iter()
                .filter(|field| seen.insert(field.1))
                .map(|(a, name, b, value, c)| format!("{a}\"{name}\":{b}{value}{c}"))
                .collect();
            let comma = if comma && !fields.is_empty() { "," } else { "" };
            format!("{lead}{{{}{comma}}}{tail}", fields.join(","))
        })
}

fn meaning(text: &str) -> Value {
    let options = jsonc_parser::ParseOptions::default();
    jsonc_parser::cst::CstRootNode::parse(text, &options)
        .unwrap()
        .to_serde_value()
        .unwrap_or_default()
}

proptest! {
    #[test]
    fn in_and_out_again_is_nothing(before in document()) {
        let mut desk = Desk::with(&before);
        // What stands in our way is refused, and then nothing has happened.
        if desk.wants("a", &[server(), hook()]).is_ok() {
            let now = meaning(desk.text());
            prop_assert_eq!(&now["mcpServers"]["mesh"]["command"], "/bin/mesh");
            desk.wants("b", &[server()]).unwrap();
            desk.wants("a", &[hook()]).unwrap();
            desk.wants("b", &[]).unwrap();
            desk.wants("a", &[]).unwrap();
        }
        prop_assert_eq!(desk.text(), before);
    }

    #[test]
    fn after_an_edit_only_what_is_ours_goes(before in document(), key in "[x-z]{1,3}") {
        let mut desk = Desk::with(&before);
        if desk.wants("a", &[server(), hook()]).is_ok() {
            let mine = Part::Json { path: vec![key], value: json!(1) };
            desk.text = Some(put(desk.text.as_deref(), &mine).unwrap().0);
            desk.wants("a", &[]).unwrap();
            let expected = put(Some(&before), &mine).unwrap().0;
            prop_assert_eq!(meaning(desk.text()), meaning(&expected));
        }
    }

    #[test]
    fn lines_of_ours_come_out_of_any_text(before in "([a-z<!\\-ü ]{0,8}(\n|\r\n)?){0,6}") {
        let mut desk = Desk::with(&before);
        desk.wants("a", &[block()]).unwrap();
        prop_assert!(desk.text().starts_with(&before));
        desk.wants("a", &[]).unwrap();
        prop_assert_eq!(desk.text(), before);
    }
}
