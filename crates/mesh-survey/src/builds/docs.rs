//! Command blocks of README files, and what `.gitattributes` calls generated.

use super::{BuildCommand, BuildFindings, Generated, Origin, folder_of, join, purpose_of};

const COMMANDS_MAX: usize = 100;
const LINE_CHARS_MAX: usize = 200;

pub(super) fn read_readme(found: &mut BuildFindings, path: &str, text: &str) {
    for line in commands(text).into_iter().take(COMMANDS_MAX) {
        found.commands.push(BuildCommand {
            purpose: purpose_of(&line),
            line,
            folder: folder_of(path).to_owned(),
            origin: Origin::Readme,
            file: path.to_owned(),
            about: None,
        });
    }
}

/// Lines of fenced shell blocks. In a block with `$ ` prompts only the prompted lines are commands.
fn commands(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut block: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        let rest = line.trim();
        let fence = rest.starts_with("```") || rest.starts_with("~~~");
        match (&mut block, fence) {
            (None, true) => block = Some((rest[3..].trim(), Vec::new())),
            (Some(_), true) => {
                if let Some((language, lines)) = block.take() {
                    take(&mut out, language, &lines);
                }
            }
            (Some((_, lines)), false) => lines.push(rest),
            (None, false) => {}
        }
    }
    out
}

fn take(out: &mut Vec<String>, language: &str, lines: &[&str]) {
    let word = language
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let shell = matches!(
        word.as_str(),
        "sh" | "bash" | "shell" | "console" | "zsh" | "shell-session" | "terminal"
    );
    let prompted = lines.iter().any(|line| line.starts_with("$ "));
    let console = word.is_empty() && prompted;
    if !(shell || console) {
        return;
    }
    for line in lines {
        let line = if prompted {
            line.strip_prefix("$ ").unwrap_or_default()
        } else {
            line
        };
        let line = line.split(" # ").next().unwrap_or_default().trim();
        if !line.is_empty()
            && !line.starts_with('#')
            && !line.ends_with('\\')
            && line.chars().count() <= LINE_CHARS_MAX
        {
            out.push(line.to_owned());
        }
    }
}

/// `path linguist-generated` for plain files and whole folders; other patterns are left out.
pub(super) fn read_attributes(found: &mut BuildFindings, path: &str, text: &str) {
    for line in text.lines() {
        let mut parts = line.split_whitespace();
        let Some(pattern) = parts.next().filter(|pattern| !pattern.starts_with('#')) else {
            continue;
        };
        if !parts.any(|part| matches!(part, "linguist-generated" | "linguist-generated=true")) {
            continue;
        }
        let bare = pattern.trim_start_matches('/');
        let (bare, folder) = match bare.strip_suffix("/**").or_else(|| bare.strip_suffix("/*")) {
            Some(bare) => (bare, true),
            None => (bare, false),
        };
        if !bare.contains(['*', '?', '[']) {
            let why = format!("{path} says so");
            found.generated.push(Generated {
                path: join(folder_of(path), bare),
                folder,
                why,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shell_blocks_and_prompts_are_commands() {
        let text = "```sh\nmake up   # starts\n# note\n```\n```\n$ npm test\nok\n```\n```\nplain\n```\n```rust\nfn a() {}\n```\n";
        assert_eq!(commands(text), ["make up", "npm test"]);
    }

    #[test]
    fn attributes_name_generated_paths() {
        let mut found = BuildFindings::default();
        read_attributes(
            &mut found,
            ".gitattributes",
            "/gen/** linguist-generated\n*.pb.go linguist-generated\na.ts linguist-generated=true\nb.ts text\n",
        );
        let paths: Vec<_> = found
            .generated
            .iter()
            .map(|one| (one.path.as_str(), one.folder))
            .collect();
        assert_eq!(paths, [("gen", true), ("a.ts", false)]);
    }
}
