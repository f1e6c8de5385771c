//! Tools of a node that is set up by its `plugins.toml`; the plugin is this same program, speaking MCP.

use super::node::{Node, binary, command, said};

fn with_plugins(plugins: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let plugins = plugins
        .replace("HOME", home.to_str().unwrap())
        .replace("MESH", binary().to_str().unwrap());
    std::fs::write(home.join("plugins.toml"), plugins).unwrap();
    folder
}

#[test]
fn a_program_that_speaks_mcp_is_a_plugin() {
    let plugins = "[[plugin]]\nname = \"self\"\ncommand = [\"MESH\", \"--home\", \"HOME\", \"mcp\"]\nneeds = \"tasks:read\"\n\
                   [file_summary]\nfolders = { home = \"HOME\" }\n";
    let node = Node::start_in(with_plugins(plugins), &[]);
    let tools = node.mesh(&["tool", "list"]).out;
    for words in ["self.mesh_status", "memory_enhance", "web_search", "off:"] {
        assert!(tools.contains(words), "no '{words}' in {tools}");
    }
    let status = node.mesh(&["tool", "call", "self.mesh_status"]);
    assert!(
        status.out.contains("log verified up to"),
        "{}{}",
        status.out,
        status.err
    );
    let said = node.json(&[
        "tool",
        "call",
        "self.mesh_say",
        "to=general",
        "text=by way of a plugin",
    ]);
    assert_eq!(said["ok"], true, "{said}");
    assert_eq!(
        node.json(&["read", "general"])["items"][0]["text"],
        "by way of a plugin"
    );
    let summary = node.mesh(&[
        "tool",
        "call",
        "file_summary",
        "folder=home",
        "path=plugins.toml",
    ]);
    assert!(summary.out.contains("plugins.toml: "), "{}", summary.err);
    // What goes wrong is a failure with a reason, and the node lives.
    for (arguments, words) in [
        (
            &["file_summary", "folder=home", "path=../x"][..],
            "out of the folder",
        ),
        (&["web_search", "query=x"], "plugins.toml"),
        (&["self.mesh_say"], "required"),
        (&["nothing"], "no such tool"),
    ] {
        let failed = node.mesh(&[&["tool", "call"], arguments].concat());
        assert_eq!(failed.code, 1, "{arguments:?}");
        assert!(failed.err.contains(words), "{arguments:?}: {}", failed.err);
    }
    node.stop();
}

#[test]
fn wrong_settings_are_named_before_the_node_starts() {
    let folder = with_plugins("[web_search]\nurl = \"http://127.0.0.1:1\"\nkye = 1\n");
    let up = command(&folder.path().join("home"))
        .args(["up", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    let up = said(up);
    assert_eq!(up.code, 1);
    assert!(
        up.err.contains("plugins.toml") && up.err.contains("kye"),
        "{}",
        up.err
    );
}

#[test]
fn a_tool_is_for_whom_the_owner_says() {
    let plugins = "[file_summary]\nfolders = { home = \"HOME\" }\n[audience.file_summary]\nparticipants = [\"rex\"]\n";
    let node = Node::start_in(with_plugins(plugins), &[]);
    for handle in ["rex", "tom"] {
        assert_eq!(node.mesh(&["register", handle]).code, 0);
    }
    let asked = [
        "tool",
        "call",
        "file_summary",
        "folder=home",
        "path=plugins.toml",
    ];
    let may = |who: &str| {
        let said = node.mesh(&[&["--as", who][..], &asked].concat());
        let listed = node.mesh(&["--as", who, "tool", "list"]).out;
        assert_eq!(
            said.code == 0,
            listed.contains("file_summary"),
            "{who}: {}",
            said.err
        );
        (said.code == 0, said.err)
    };
    assert!(may("rex").0);
    let (open, why) = may("tom");
    assert!(
        !open && why.contains("participants whom the owner named"),
        "{why}"
    );
    assert_eq!(node.mesh(&asked).code, 0, "the owner is always among them");
    // The owner's word goes before the file, and is taken back.
    let theirs = node.mesh(&["--as", "rex", "tool", "audience", "file_summary"]);
    assert_ne!(theirs.code, 0, "{}", theirs.out);
    for (said, rex, tom) in [
        (&["--participant", "@tom"][..], false, true),
        (&["--room", "general"], true, false),
        (&["--role", "scout"], false, false),
        (&[], true, true),
        (&["--as-declared"], true, false),
    ] {
        if said.first() == Some(&"--room") {
            let joined = node.mesh(&["--as", "rex", "join", "general"]);
            assert_eq!(joined.code, 0, "{}", joined.err);
            node.mesh(&["--as", "tom", "leave", "general"]);
        }
        let set = node.mesh(&[&["tool", "audience", "file_summary"][..], said].concat());
        assert_eq!(set.code, 0, "{said:?}: {}", set.err);
        assert_eq!((may("rex").0, may("tom").0), (rex, tom), "{said:?}");
    }
}
