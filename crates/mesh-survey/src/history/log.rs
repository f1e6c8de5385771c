//! Reads `git log` as a stream: one pass over all commits with the lines each one added and removed.

use std::path::Path;

use super::tally::Tally;
use crate::error::SurveyError;
use crate::git::Stream;
use crate::progress::{Deadline, Limits, Progress};

/// A commit's head starts with this byte; the figures of a file start with a digit or `-`.
const HEAD_MARK: u8 = 2;
const FIELD_MARK: char = '\u{1f}';
const FORMAT: &str = "--format=tformat:%x02%H%x1f%P%x1f%ct%x1f%aE%x1f%aN%x1f%s";
const PROGRESS_COMMITS: u64 = 250;

/// The head of one commit.
pub(super) struct Head {
    pub hash: String,
    pub merge: bool,
    pub at: i64,
    pub email: String,
    pub name: String,
    pub subject: String,
}

/// Feeds every commit to the tally; the answer says why it stopped early, if it did.
pub(super) fn read(
    dir: &Path,
    scope: &[&str],
    total: Option<u64>,
    limits: &Limits,
    deadline: Deadline,
    tally: &mut Tally,
    progress: &mut dyn FnMut(Progress),
) -> Result<Option<String>, SurveyError> {
    let args = [
        "log",
        "-z",
        "--numstat",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--relative",
        FORMAT,
        "HEAD",
    ];
    let mut stream = Stream::start(dir, "log", &[&args, scope].concat())?;
    let mut part = Vec::new();
    let mut done = 0;
    while stream.next(&mut part)? {
        let token = part.trim_ascii_start();
        match token.first() {
            None => {}
            Some(&HEAD_MARK) => {
                tally.close_commit();
                if done >= limits.commits_max {
                    return Ok(Some(format!(
                        "it stopped at the limit of {} commits",
                        limits.commits_max
                    )));
                }
                if deadline.passed() {
                    return Ok(Some(format!(
                        "it stopped after {} seconds",
                        limits.time_max.as_secs()
                    )));
                }
                let head = head(&token[1..]).ok_or_else(|| SurveyError::Git {
                    what: "log",
                    why: "a commit in an unknown form".to_owned(),
                })?;
                tally.open_commit(head);
                done += 1;
                if done % PROGRESS_COMMITS == 0 {
                    progress(Progress {
                        unit: "commits",
                        done,
                        total,
                    });
                }
            }
            Some(_) => {
                if let Some((added, removed, path)) = figures(token) {
                    tally.change(path, added, removed);
                }
            }
        }
    }
    tally.close_commit();
    stream.finish()?;
    progress(Progress {
        unit: "commits",
        done,
        total: Some(done),
    });
    Ok(None)
}

fn head(token: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(token);
    let mut fields = text.splitn(6, FIELD_MARK);
    Some(Head {
        hash: fields.next()?.to_owned(),
        merge: fields.next()?.contains(' '),
        at: fields.next()?.parse().ok()?,
        email: fields.next()?.to_lowercase(),
        name: fields.next()?.to_owned(),
        subject: fields.next()?.to_owned(),
    })
}

/// `added TAB removed TAB path`; binary files have `-` for both.
fn figures(token: &[u8]) -> Option<(u64, u64, String)> {
    let mut fields = token.splitn(3, |byte| *byte == b'\t');
    let mut figure = || -> Option<u64> {
        let text = std::str::from_utf8(fields.next()?).ok()?;
        if text == "-" {
            Some(0)
        } else {
            text.parse().ok()
        }
    };
    let (added, removed) = (figure()?, figure()?);
    Some((
        added,
        removed,
        String::from_utf8_lossy(fields.next()?).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_odd_paths_whole() {
        assert_eq!(
            figures(b"3\t1\ta b\n\tc").unwrap(),
            (3, 1, "a b\n\tc".to_owned())
        );
        assert_eq!(figures(b"-\t-\tx.png").unwrap(), (0, 0, "x.png".to_owned()));
        assert!(figures(b"words").is_none());
    }

    #[test]
    fn a_separator_in_the_subject_stays_there() {
        let head =
            head("h\u{1f}p q\u{1f}12\u{1f}A@B\u{1f}Ann\u{1f}one\u{1f}two".as_bytes()).unwrap();
        assert!(head.merge);
        assert_eq!(
            (head.email.as_str(), head.subject.as_str()),
            ("a@b", "one\u{1f}two")
        );
    }
}
