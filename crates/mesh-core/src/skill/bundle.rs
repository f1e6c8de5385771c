//! The one form in which a skill's files travel and are kept: a line that names the form, a line a file, an empty line, and the
//! bytes of all files one after the other. Nothing is packed, so nothing unpacks to more than it is; there are no links, owners or
//! times in it; and files in one order make one bundle, so its hash names each byte of the folder.
//!
//! ```text
//! mesh-skill/1
//! 118 - SKILL.md
//! 40 x scripts/check.sh
//!
//! ```

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::limits::{SKILL_BYTES_MAX, SKILL_FILES_MAX, SKILL_TEXT_BYTES_MAX};
use mesh_model::skill::SKILL_FILE;
use mesh_model::{Effect, Refusal};

use crate::{check_path, refuse};

/// The form's name.
const FORM: &str = "mesh-skill/1";

/// A file of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Where in the folder.
    pub path: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// Whether it may be run as a program.
    pub run: bool,
}

/// The bundle of these files, in whichever order they come.
///
/// # Errors
/// A refusal that says what no skill may have.
pub fn pack(mut files: Vec<Entry<'_>>) -> Result<Vec<u8>, Refusal> {
    files.sort_unstable_by_key(|file| file.path);
    check(&files)?;
    let mut bundle = format!("{FORM}\n");
    for file in &files {
        let run = if file.run { 'x' } else { '-' };
        bundle.push_str(&format!("{} {run} {}\n", file.bytes.len(), file.path));
    }
    bundle.push('\n');
    let mut bundle = bundle.into_bytes();
    for file in &files {
        bundle.extend_from_slice(file.bytes);
    }
    if bundle.len() as u64 > SKILL_BYTES_MAX {
        return Err(too_large(bundle.len() as u64));
    }
    Ok(bundle)
}

/// The files of a bundle, `SKILL.md` among them. What [`pack`] would not have made is refused.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub fn unpack(bundle: &[u8]) -> Result<Vec<Entry<'_>>, Refusal> {
    if bundle.len() as u64 > SKILL_BYTES_MAX {
        return Err(too_large(bundle.len() as u64));
    }
    let end = bundle.windows(2).position(|two| two == b"\n\n");
    let head = end.and_then(|end| std::str::from_utf8(&bundle[..end]).ok());
    let (Some(end), Some(head)) = (end, head) else {
        return Err(no_bundle("it does not begin with a list of files"));
    };
    let mut lines = head.split('\n');
    if lines.next() != Some(FORM) {
        return Err(no_bundle("its first line is another"));
    }
    let mut rest = &bundle[end + 2..];
    let mut files = Vec::new();
    for line in lines {
        if files.len() >= SKILL_FILES_MAX {
            return Err(too_many());
        }
        let (size, run, path) =
            entry(line).ok_or_else(|| no_bundle("a line of its list is wrong"))?;
        let (bytes, after) = rest
            .split_at_checked(size)
            .ok_or_else(|| no_bundle("it has fewer bytes than its list says"))?;
        files.push(Entry { path, bytes, run });
        rest = after;
    }
    if !rest.is_empty() {
        return Err(no_bundle("it has more bytes than its list says"));
    }
    if !files.is_sorted_by(|one, next| one.path < next.path) {
        return Err(no_bundle("its files are not in the order of their paths"));
    }
    check(&files)?;
    Ok(files)
}

/// `BYTES RUN PATH`; a number is written in one way.
fn entry(line: &str) -> Option<(usize, bool, &str)> {
    let (size, rest) = line.split_once(' ')?;
    let (run, path) = rest.split_once(' ')?;
    let number: usize = size.parse().ok()?;
    let run = match run {
        "x" => true,
        "-" => false,
        _ => return None,
    };
    (number.to_string() == size).then_some((number, run, path))
}

/// The text of a skill's `SKILL.md`.
///
/// # Errors
/// If it has none, or one that is no text or too long.
pub fn main_text<'a>(files: &[Entry<'a>]) -> Result<&'a str, Refusal> {
    let main = files.iter().find(|file| file.path == SKILL_FILE);
    let main = main.ok_or_else(|| {
        refuse::invalid(
            format!("there is no {SKILL_FILE} at the top of the folder"),
            "write one: its front matter has the skill's name and description",
        )
        .so(Effect::NothingStored)
    })?;
    if main.bytes.len() > SKILL_TEXT_BYTES_MAX {
        return Err(refuse::too_large(
            format!("the file {SKILL_FILE}"),
            main.bytes.len(),
            SKILL_TEXT_BYTES_MAX,
            "move what is not always needed into files beside it",
        )
        .so(Effect::NothingStored));
    }
    std::str::from_utf8(main.bytes).map_err(|_| {
        refuse::invalid(
            format!("{SKILL_FILE} is no text in UTF-8"),
            "save it as one",
        )
        .so(Effect::NothingStored)
    })
}

/// Paths that mean the same files on every file system that they could be written to.
fn check(files: &[Entry<'_>]) -> Result<(), Refusal> {
    if files.len() > SKILL_FILES_MAX {
        return Err(too_many());
    }
    let (mut seen, mut folders) = (BTreeMap::new(), BTreeSet::new());
    for file in files {
        check_in_folder(file.path)?;
        let path = file.path.to_ascii_lowercase();
        folders.extend(
            path.match_indices('/')
                .map(|(end, _)| path[..end].to_owned()),
        );
        if let Some(other) = seen.insert(path, file.path) {
            return Err(clash(file.path, other));
        }
    }
    // What is a file here may be no folder there.
    let both = folders.iter().find_map(|folder| seen.get(folder));
    match both {
        Some(file) => Err(clash(file, file)),
        None => main_text(files).map(drop),
    }
}

/// Whether a file of a skill may be called so: a plain path of ASCII, and no part of it hidden. Programs take what is in hidden
/// folders (`.claude-plugin/`) for more than something to read.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub fn check_in_folder(path: &str) -> Result<(), Refusal> {
    check_path(path)?;
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    let hidden = |name: &str| name.starts_with('.') || name.starts_with('~');
    if path.chars().all(plain) && !path.split('/').any(hidden) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!(
            "'{}' is no path of a skill's file: it is plain ASCII, and no name in it is hidden",
            path.escape_default()
        ),
        "leave the file out, or rename it",
    )
    .so(Effect::NothingStored))
}

fn clash(one: &str, other: &str) -> Refusal {
    refuse::invalid(
        format!("'{one}' and '{other}' are the same path on some systems"),
        "rename one of them",
    )
    .so(Effect::NothingStored)
}

fn too_many() -> Refusal {
    refuse::invalid(
        format!("a skill has at most {SKILL_FILES_MAX} files"),
        "leave out what nobody needs who uses it",
    )
    .so(Effect::NothingStored)
}

/// A bundle with more bytes than a skill has.
pub fn too_large(bytes: u64) -> Refusal {
    refuse::too_large(
        "the skill",
        usize::try_from(bytes).unwrap_or(usize::MAX),
        usize::try_from(SKILL_BYTES_MAX).unwrap_or(usize::MAX),
        "share large files as files of the room, and say in the skill where they are",
    )
    .so(Effect::NothingStored)
}

fn no_bundle(why: &str) -> Refusal {
    refuse::invalid(
        format!("this is no bundle of a skill: {why}"),
        "publish the folder with `mesh skill publish DIR`; archives are not taken",
    )
    .so(Effect::NothingStored)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAIN: &str = "---\nname: a\ndescription: b\n---\n";

    fn file<'a>(path: &'a str, bytes: &'a [u8]) -> Entry<'a> {
        Entry {
            path,
            bytes,
            run: false,
        }
    }

    fn with<'a>(path: &'a str) -> Vec<Entry<'a>> {
        vec![file("SKILL.md", MAIN.as_bytes()), file(path, b"x")]
    }

    #[test]
    fn a_folder_is_one_bundle_whatever_its_order() {
        let mut files = with("scripts/run.sh");
        files[1].run = true;
        let bundle = pack(files.clone()).unwrap();
        files.reverse();
        assert_eq!(pack(files.clone()).unwrap(), bundle);
        files.reverse();
        assert_eq!(unpack(&bundle).unwrap(), files);
        assert!(bundle.starts_with(b"mesh-skill/1\n31 - SKILL.md\n1 x scripts/run.sh\n\n---\n"));
    }

    #[test]
    fn paths_out_of_the_folder_and_into_hidden_ones_are_refused() {
        for bad in [
            "../x",
            "/etc/passwd",
            "a/../../x",
            "a//b",
            "./a",
            "a\\b",
            "C:/x",
            ".claude-plugin/plugin.json",
            "hooks/.mcp.json",
            "~root/x",
            "skill.md",
            "SKILL.md/x",
            "con",
            "a\nb",
            "\u{440}un.sh",
            "r\u{200b}un.sh",
        ] {
            assert!(pack(with(bad)).is_err(), "{bad:?}");
            let raw = format!("mesh-skill/1\n31 - SKILL.md\n1 - {bad}\n\n{MAIN}x");
            assert!(unpack(raw.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(pack(vec![file("a", b""), file("SKILL.md", b""), file("A", b"")]).is_err());
        assert!(pack(vec![file("README.md", b"")]).is_err());
        assert!(pack(vec![file("SKILL.md", b"\xff\xfe")]).is_err());
    }

    #[test]
    fn archives_and_lists_that_lie_are_refused() {
        for bad in [
            "PK\u{3}\u{4}",
            "",
            "mesh-skill/1\n\n",
            "mesh-skill/2\n31 - SKILL.md\n\n",
            "mesh-skill/1\n99999999999999999999 - SKILL.md\n\n",
            "mesh-skill/1\n4294967296 - SKILL.md\n\nx",
            "mesh-skill/1\n1 - SKILL.md\n\nxx",
            "mesh-skill/1\n01 - SKILL.md\n\nx",
            "mesh-skill/1\n1 l SKILL.md\n\nx",
            "mesh-skill/1\n1 - b\n1 - SKILL.md\n\nxx",
            "mesh-skill/1\n1 - SKILL.md\n1 - SKILL.md\n\nxx",
        ] {
            assert!(unpack(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let many: String = (0..=SKILL_FILES_MAX)
            .map(|i| format!("0 - f{i:04}\n"))
            .collect();
        assert!(unpack(format!("mesh-skill/1\n{many}\n").as_bytes()).is_err());
    }

    #[test]
    fn the_limits_are_the_last_that_pass() {
        let names: Vec<String> = (1..SKILL_FILES_MAX).map(|i| format!("f{i:04}")).collect();
        let mut files: Vec<Entry<'_>> = names.iter().map(|name| file(name, b"")).collect();
        files.push(file("SKILL.md", MAIN.as_bytes()));
        assert!(pack(files.clone()).is_ok());
        files.push(file("one-more", b""));
        assert!(pack(files).is_err());
        let head = pack(with("data")).unwrap().len() - 1;
        // The length of the file is written with seven digits in place of one.
        let most = vec![b'x'; SKILL_BYTES_MAX as usize - head - 6];
        let fits = vec![file("SKILL.md", MAIN.as_bytes()), file("data", &most)];
        assert_eq!(pack(fits).unwrap().len() as u64, SKILL_BYTES_MAX);
        let more = vec![b'x'; most.len() + 1];
        let not = vec![file("SKILL.md", MAIN.as_bytes()), file("data", &more)];
        assert!(pack(not).is_err());
    }

    proptest! {
        #[test]
        fn what_is_unpacked_packs_to_the_same(head in "(mesh-skill/1\n)?([0-3] [-x] [a-cS./]{1,4}\n){0,4}", body in "[a\n]{0,8}") {
            let raw = format!("{head}\n{body}").into_bytes();
            if let Ok(files) = unpack(&raw) {
                prop_assert_eq!(pack(files).unwrap(), raw);
            }
        }

        #[test]
        fn what_is_packed_is_unpacked(paths in proptest::collection::btree_map("[a-z]{1,3}(/[a-z]{1,3})?", (any::<Vec<u8>>(), any::<bool>()), 0..6)) {
            let mut files: Vec<Entry<'_>> = paths.iter()
                .map(|(path, (bytes, run))| Entry { path, bytes, run: *run })
                .collect();
            files.push(file("SKILL.md", MAIN.as_bytes()));
            if let Ok(bundle) = pack(files.clone()) {
                files.sort_unstable_by_key(|file| file.path);
                prop_assert_eq!(unpack(&bundle).unwrap(), files);
            }
        }
    }
}
