//! What was put into which file, and for whom. With it the file becomes what it was: byte for byte if nobody has edited it
//! since, else without what is ours. Nothing here touches a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Part, Replaced, Span, Trouble, is_empty, put, take};

/// Everything that was put somewhere. Kept as one file in the mesh's folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// By the file's path.
    pub files: BTreeMap<PathBuf, Kept>,
    /// Folders that were made for them.
    pub folders: BTreeSet<PathBuf>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Whether it was there before us.
    existed: bool,
    /// What it was before us, as a hash.
    was: String,
    /// What it was after us, as a hash.
    left: String,
    /// What turns what we left into what it was; the first is undone last.
    spans: Vec<Span>,
    /// What of ours is in it, in the order in which it was put there.
    parts: Vec<Ours>,
}

/// Something of ours, and who wants it there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ours {
    part: Part,
    owners: Vec<String>,
    found: Replaced,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub path: PathBuf,
    /// Its text now; none if it is not there.
    pub before: Option<String>,
    /// Its text then; none if it goes.
    pub after: Option<String>,
    /// What is known of it then; none if nothing of ours is left in it.
    pub kept: Option<Kept>,
    /// It was a file of ours that somebody has edited since: it is theirs now.
    pub is_theirs: bool,
}

impl Book {
    /// The files in which somebody has something.
    pub fn of(&self, owner: &str) -> Vec<PathBuf> {
        let wants = |ours: &Ours| ours.owners.iter().any(|name| name == owner);
        let files = self
            .files
            .iter()
            .filter(|(_, kept)| kept.parts.iter().any(wants));
        files.map(|(path, _)| path.clone()).collect()
    }

    /// What becomes of a file when this is what an owner wants to have in it, and nothing else.
    pub fn change(
        &self,
        path: PathBuf,
        now: Option<String>,
        owner: &str,
        wanted: &[Part],
    ) -> Result<Change, Trouble> {
        let kept = self.files.get(&path);
        let theirs = |kept: &&Kept| wanted.is_empty() && kept.was_taken_over(now.as_deref());
        if kept.filter(theirs).is_some() {
            return Ok(Change {
                path,
                before: now.clone(),
                after: now,
                kept: None,
                is_theirs: true,
            });
        }
        let base = match kept {
            Some(kept) => kept.base(now.as_deref())?,
            None => now.clone(),
        };
        let wishes = wishes(kept, owner, wanted)?;
        let mut after = base.clone();
        let (mut spans, mut parts) = (Vec::new(), Vec::new());
        for (part, owners) in wishes {
            let before = after.clone().unwrap_or_default();
            let (text, found) = put(after.as_deref(), &part)?;
            spans.push(Span::between(&before, &text));
            parts.push(Ours {
                part,
                owners,
                found,
            });
            after = Some(text);
        }
        let kept = (!parts.is_empty()).then(|| Kept {
            existed: base.is_some(),
            was: hash(base.as_deref()),
            left: hash(after.as_deref()),
            spans,
            parts,
        });
        Ok(Change {
            path,
            before: now,
            after,
            kept,
            is_theirs: false,
        })
    }
}

/// What everybody wants to have in a file, once this owner wants what it wants now.
fn wishes(
    kept: Option<&Kept>,
    owner: &str,
    wanted: &[Part],
) -> Result<Vec<(Part, Vec<String>)>, Trouble> {
    let mut wishes: Vec<(Part, Vec<String>)> = Vec::new();
    for ours in kept.into_iter().flat_map(|kept| &kept.parts) {
        let others = ours.owners.iter().filter(|name| *name != owner).cloned();
        let others: Vec<_> = others.collect();
        let mine = wanted.iter().find(|part| part.same_place(&ours.part));
        match mine {
            Some(part) if others.is_empty() || part == &ours.part || part.is_only_words() => {
                wishes.push((part.clone(), [others, vec![owner.to_owned()]].concat()));
            }
            Some(_) => {
                let theirs = others.join(", ");
                return Err(Trouble::new(
                    format!("has the entry of another installation there: {theirs}"),
                    "take that one out with `mesh uninstall`, or act as the same participant with --as",
                ));
            }
            None if others.is_empty() => {}
            None => wishes.push((ours.part.clone(), others)),
        }
    }
    for part in wanted {
        if !wishes.iter().any(|(there, _)| there.same_place(part)) {
            wishes.push((part.clone(), vec![owner.to_owned()]));
        }
    }
    Ok(wishes)
}

impl Kept {
    /// The file without anything of ours.
    fn base(&self, now: Option<&str>) -> Result<Option<String>, Trouble> {
        let Some(text) = now else {
            return Ok(None);
        };
        let is = hash(now);
        if is == self.was {
            // It was noted, but not written any more.
            return Ok(now.map(str::to_owned));
        }
        if is == self.left
            && let Some(before) = self.unwound(text)
        {
            return Ok(self.existed.then_some(before));
        }
        let mut text = text.to_owned();
        for ours in self.parts.iter().rev() {
            text = take(&text, &ours.part, &ours.found)?;
        }
        let gone = !self.existed
            && self
                .parts
                .first()
                .is_none_or(|ours| is_empty(&text, &ours.part));
        Ok((!gone).then_some(text))
    }

    /// Whether it is a file of ours that somebody has edited since.
    fn was_taken_over(&self, now: Option<&str>) -> bool {
        let ours = |text: &str| {
            self.parts
                .iter()
                .all(|ours| matches!(&ours.part, Part::Whole { text: ours } if ours == text))
        };
        let whole = self
            .parts
            .iter()
            .any(|ours| matches!(ours.part, Part::Whole { .. }));
        whole && now.is_some_and(|text| !ours(text) && hash(now) != self.was)
    }

    fn unwound(&self, text: &str) -> Option<String> {
        let mut spans = self.spans.iter().rev();
        let before = spans.try_fold(text.to_owned(), |text, span| span.undo(&text))?;
        let was = self.existed.then_some(before.as_str());
        (hash(was) == self.was).then_some(before)
    }
}

fn hash(text: Option<&str>) -> String {
    text.map_or_else(
        || "none".to_owned(),
        |text| hex::encode(Sha256::digest(text)),
    )
}
