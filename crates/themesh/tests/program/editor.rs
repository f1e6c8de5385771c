//! Rules changed in an editor, as a person does it.

use std::fs;
use std::path::Path;

use super::node::{Node, Said, command, said};

/// Edits the rules of general with a shell command in place of an editor.
fn edit(home: &Path, editor: &str) -> Said {
    said(
        command(home)
            .args(["room", "policy", "general", "--edit"])
            .env("EDITOR", editor)
            .env_remove("VISUAL")
            .output()
            .unwrap(),
    )
}

fn version(node: &Node) -> u64 {
    node.json(&["room", "policy", "general"])["version"]
        .as_u64()
        .unwrap()
}

#[test]
fn what_is_saved_in_the_editor_is_set() {
    let node = Node::start();
    let home = node.home();
    let left = || {
        let names = fs::read_dir(&home).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("policy-")).count()
    };
    let same = edit(&home, "true");
    assert!(same.out.contains("Nothing was changed"), "{same:?}");
    assert_eq!((version(&node), left()), (0, 0));
    let set = edit(&home, "sh -c 'echo retention_days = 30 >> \"$0\"'");
    assert_eq!(set.code, 0, "{set:?}");
    assert_eq!((version(&node), left()), (1, 0));
    // A mistake is told with its line, and what was written is kept for another try.
    let wrong = edit(&home, "sh -c 'echo visibilty = 1 >> \"$0\"'");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(
        wrong.err.contains(".toml:") && wrong.err.contains("visibilty"),
        "{}",
        wrong.err
    );
    assert_eq!((version(&node), left()), (1, 1));
    let ended = edit(&home, "false");
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(version(&node), 1);
}
