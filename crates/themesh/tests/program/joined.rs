//! Programs that are started already joined, without a file of theirs being touched.

use super::node::{Node, command, said};

#[test]
fn a_program_that_is_joined_ends_as_it_ends_and_two_agents_have_no_conversation_in_common() {
    let node = Node::start();
    let folder = node.folder.path();
    let (user, bin) = (folder.join("user"), folder.join("bin"));
    for folder in [&user, &bin] {
        std::fs::create_dir(folder).unwrap();
    }
    // Stands for any program: what it is started with and how it ends is all that matters.
    let program = bin.join("claude");
    std::fs::write(&program, "#!/bin/sh\necho \"$MESH_AS $@\"\nexit 7\n").unwrap();
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, all).unwrap();
    let run = |args: &[&str]| {
        let path = std::env::var("PATH").unwrap();
        let mut mesh = command(&node.home());
        mesh.args(args)
            .env("HOME", &user)
            .env_remove("CLAUDE_CONFIG_DIR")
            .env("PATH", format!("{}:{path}", bin.display()));
        said(mesh.output().unwrap())
    };
    let done = run(&["claude", "--model", "x", "--json", "word"]);
    assert_eq!(done.code, 7, "{}", done.err);
    assert!(
        done.out.starts_with("claude-code --plugin-dir "),
        "{}",
        done.out
    );
    assert!(
        done.out.trim().ends_with("--model x --json word"),
        "{}",
        done.out
    );
    assert_eq!(run(&["install", "claude-code", "--yes"]).code, 0);
    let done = run(&["claude", "word"]);
    assert_eq!(
        (done.code, done.out.trim()),
        (7, "claude-code word"),
        "{}",
        done.err
    );
    node.json(&["register", "rex"]);
    let done = run(&["--as", "rex", "claude"]);
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{}", done.err);
}
