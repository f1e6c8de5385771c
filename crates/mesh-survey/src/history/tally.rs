//! Adds up commits as they stream by, newest first.

use std::collections::{BTreeMap, BTreeSet};

use super::log::Head;
use super::{Author, Commit, HistoryFindings, PathHistory, SHARES_MAX, Share};
use crate::progress::Limits;
use crate::walk;

/// What a path has seen so far; commits are numbered in reading order.
struct PathTally {
    commits: u64,
    lines_added: u64,
    by_author: Vec<Share>,
    last: Commit,
}

struct Open {
    commit: Commit,
    merge: bool,
    changes: Vec<(String, u64)>,
}

/// Sums over the commits read so far.
pub(super) struct Tally {
    authors: Vec<Author>,
    author_by_email: BTreeMap<String, u32>,
    first: Option<Commit>,
    last: Option<Commit>,
    commits: u64,
    merges: u64,
    files: BTreeMap<String, PathTally>,
    folders: BTreeMap<String, PathTally>,
    paths_max: usize,
    paths_left_out: bool,
    open: Option<Open>,
}

impl Tally {
    pub(super) fn new(limits: &Limits) -> Self {
        Tally {
            authors: Vec::new(),
            author_by_email: BTreeMap::new(),
            first: None,
            last: None,
            commits: 0,
            merges: 0,
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
            paths_max: limits.paths_max,
            paths_left_out: false,
            open: None,
        }
    }

    pub(super) fn open_commit(&mut self, head: Head) {
        let author = *self
            .author_by_email
            .entry(head.email.clone())
            .or_insert_with(|| {
                self.authors.push(Author {
                    name: head.name,
                    email: head.email,
                    commits: 0,
                    lines_added: 0,
                    lines_removed: 0,
                    first_at: head.at,
                    last_at: head.at,
                });
                (self.authors.len() - 1) as u32
            });
        let person = &mut self.authors[author as usize];
        person.commits += 1;
        person.first_at = person.first_at.min(head.at);
        person.last_at = person.last_at.max(head.at);
        let commit = Commit {
            hash: head.hash,
            author,
            at: head.at,
            subject: head.subject,
        };
        self.commits += 1;
        self.merges += u64::from(head.merge);
        self.last.get_or_insert_with(|| commit.clone());
        self.first = Some(commit.clone());
        self.open = Some(Open {
            commit,
            merge: head.merge,
            changes: Vec::new(),
        });
    }

    pub(super) fn change(&mut self, path: String, added: u64, removed: u64) {
        let Some(open) = self.open.as_mut().filter(|open| !open.merge) else {
            return;
        };
        let person = &mut self.authors[open.commit.author as usize];
        person.lines_added += added;
        person.lines_removed += removed;
        open.changes.push((path, added));
    }

    /// Books the changes of the open commit on its files and, once each, on the folders above them.
    pub(super) fn close_commit(&mut self) {
        let Some(open) = self.open.take() else { return };
        let mut folders: BTreeMap<&str, u64> = BTreeMap::new();
        for (path, added) in &open.changes {
            for above in walk::folders_above(path) {
                *folders.entry(above).or_default() += added;
            }
        }
        for (path, added) in &folders {
            self.paths_left_out |= !book(
                &mut self.folders,
                self.paths_max,
                path,
                *added,
                &open.commit,
            );
        }
        for (path, added) in &open.changes {
            self.paths_left_out |=
                !book(&mut self.files, self.paths_max, path, *added, &open.commit);
        }
    }

    pub(super) fn into_findings(self, found: &mut HistoryFindings, present: &BTreeSet<String>) {
        let mut order: Vec<usize> = (0..self.authors.len()).collect();
        order.sort_by(|&a, &b| rank(&self.authors[a], &self.authors[b]));
        let mut place = vec![0_u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new as u32;
        }
        let moved = |mut commit: Commit| {
            commit.author = place[commit.author as usize];
            commit
        };
        found.authors = order.iter().map(|&old| self.authors[old].clone()).collect();
        found.commits = self.commits;
        found.merges = self.merges;
        found.first = self.first.map(moved);
        found.last = self.last.map(moved);
        let folders: BTreeSet<&str> = present
            .iter()
            .flat_map(|path| walk::folders_above(path))
            .collect();
        let finish = |tally: PathTally, exists: bool| {
            let mut shares = tally.by_author;
            for share in &mut shares {
                share.author = place[share.author as usize];
            }
            // Authors are in order of rank, so the lower place decides a tie the same way every time.
            shares.sort_by(|a, b| {
                (b.commits, b.lines_added)
                    .cmp(&(a.commits, a.lines_added))
                    .then_with(|| {
                        found.authors[a.author as usize]
                            .name
                            .cmp(&found.authors[b.author as usize].name)
                    })
            });
            let people = shares.len() as u64;
            shares.truncate(SHARES_MAX);
            PathHistory {
                commits: tally.commits,
                lines_added: tally.lines_added,
                shares,
                people,
                last: moved(tally.last),
                exists,
            }
        };
        let files: BTreeMap<_, _> = self
            .files
            .into_iter()
            .map(|(path, tally)| {
                let exists = present.contains(&path);
                (path, finish(tally, exists))
            })
            .collect();
        let kept: BTreeMap<_, _> = self
            .folders
            .into_iter()
            .map(|(path, tally)| {
                let exists = folders.contains(path.as_str());
                (path, finish(tally, exists))
            })
            .collect();
        found.files = files;
        found.folders = kept;
        if self.paths_left_out && found.cut_short.is_none() {
            found.cut_short = Some(format!(
                "it keeps figures for {} paths at most",
                self.paths_max
            ));
        }
    }
}

/// Most commits first, then most added lines, then by name.
fn rank(a: &Author, b: &Author) -> std::cmp::Ordering {
    (b.commits, b.lines_added)
        .cmp(&(a.commits, a.lines_added))
        .then_with(|| (&a.name, &a.email).cmp(&(&b.name, &b.email)))
}

/// Adds one commit to a path; `false` if there is no room for a new path.
fn book(
    paths: &mut BTreeMap<String, PathTally>,
    paths_max: usize,
    path: &str,
    added: u64,
    commit: &Commit,
) -> bool {
    if !paths.contains_key(path) {
        if paths.len() >= paths_max {
            return false;
        }
        let tally = PathTally {
            commits: 0,
            lines_added: 0,
            by_author: Vec::new(),
            last: commit.clone(),
        };
        paths.insert(path.to_owned(), tally);
    }
    let Some(tally) = paths.get_mut(path) else {
        return false;
    };
    tally.commits += 1;
    tally.lines_added += added;
    match tally
        .by_author
        .iter_mut()
        .find(|share| share.author == commit.author)
    {
        Some(share) => {
            share.commits += 1;
            share.lines_added += added;
        }
        None => tally.by_author.push(Share {
            author: commit.author,
            commits: 1,
            lines_added: added,
        }),
    }
    true
}
