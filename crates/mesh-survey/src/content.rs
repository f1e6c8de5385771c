//! Reads one file: is it text, and how many lines has it?
//!
//! Lines are what `wc -l` counts: newline bytes. A last line without a newline is not counted, CRLF counts once, and
//! the encoding does not matter. A file with a NUL byte among its first 8,000 bytes is binary, which is git's rule.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const CHUNK_BYTES: usize = 64 * 1024;
const LOOK_BYTES: usize = 8_000;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text with this many newline bytes.
    Text(u64),
    /// Anything else.
    Binary,
}

/// Reads a file in chunks; memory does not grow with its size.
pub(crate) fn read(place: &Path, chunk: &mut Vec<u8>) -> io::Result<Content> {
    let mut file = File::open(place)?;
    chunk.resize(CHUNK_BYTES, 0);
    let mut filled = fill(&mut file, chunk)?;
    if memchr::memchr(0, &chunk[..filled.min(LOOK_BYTES)]).is_some() {
        return Ok(Content::Binary);
    }
    let mut lines = 0;
    while filled > 0 {
        lines += memchr::memchr_iter(b'\n', &chunk[..filled]).count() as u64;
        filled = fill(&mut file, chunk)?;
    }
    Ok(Content::Text(lines))
}

/// Fills the chunk as far as the file goes: a short read is not the end.
fn fill(file: &mut File, chunk: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match file.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first bytes of a file as text, for manifests; bytes that are not UTF-8 are replaced.
pub(crate) fn head(place: &Path, bytes_max: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(place)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_newline_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("f");
        let mut late_nul = vec![b'x'; LOOK_BYTES];
        late_nul.extend(b"\0\n");
        let mut early_nul = vec![b'x'; LOOK_BYTES - 1];
        early_nul.extend(b"\0\n");
        for (bytes, want) in [
            (b"".to_vec(), Content::Text(0)),
            (b"a".to_vec(), Content::Text(0)),
            (b"a\nb".to_vec(), Content::Text(1)),
            (b"a\r\nb\r\n".to_vec(), Content::Text(2)),
            (b"\xff\xfe\n".to_vec(), Content::Text(1)),
            (b"a\0\n".to_vec(), Content::Binary),
            (late_nul, Content::Text(1)),
            (early_nul, Content::Binary),
            (
                b"y\n".repeat(CHUNK_BYTES),
                Content::Text(CHUNK_BYTES as u64),
            ),
        ] {
            std::fs::write(&place, &bytes).unwrap();
            assert_eq!(
                read(&place, &mut Vec::new()).unwrap(),
                want,
                "{} bytes",
                bytes.len()
            );
        }
    }
}
