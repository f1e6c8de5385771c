//! What a file is, told by its bytes and never by its name. The list is short on purpose: every type on it is one that a
//! browser saves or shows as a picture, and none that it runs.

use std::str;

/// What begins so is that.
const SIGNATURES: &[(&str, usize, &[u8])] = &[
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/gif", 0, b"GIF87a"),
    ("image/gif", 0, b"GIF89a"),
    ("image/webp", 8, b"WEBPVP8"),
    ("application/pdf", 0, b"%PDF-"),
    ("application/zip", 0, b"PK\x03\x04"),
    ("application/gzip", 0, b"\x1f\x8b\x08"),
    ("application/zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/flac", 0, b"fLaC"),
    ("audio/ogg", 0, b"OggS"),
    ("audio/wav", 8, b"WAVEfmt "),
    ("video/mp4", 4, b"ftypisom"),
    ("video/mp4", 4, b"ftypmp42"),
    ("video/webm", 0, b"\x1a\x45\xdf\xa3"),
];

/// A text in UTF-8, whatever is written in it.
pub(crate) const TEXT: &str = "text/plain";
/// Anything else.
const BYTES: &str = "application/octet-stream";

/// What a file is that begins so; `whole` says whether that is all of it.
pub(crate) fn told_by(head: &[u8], whole: bool) -> &'static str {
    let begins = |(_, at, signature): &&(&str, usize, &[u8])| {
        head.get(*at..)
            .is_some_and(|rest| rest.starts_with(signature))
    };
    match SIGNATURES.iter().find(begins) {
        Some((media, ..)) => media,
        None if is_text(head, whole) => TEXT,
        None => BYTES,
    }
}

fn is_text(head: &[u8], whole: bool) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        // Where it was cut, a letter may be cut too.
        Err(why) if !whole && why.error_len().is_none() => {
            str::from_utf8(&head[..why.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_they_are() {
        for (head, media) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], "image/png"),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<script>alert(1)</script>", TEXT),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", TEXT),
            ("Größe\n".as_bytes(), TEXT),
            (b"", TEXT),
            (b"a\0b", BYTES),
            (b"\xff\xfe", BYTES),
            (b"\x7fELF", BYTES),
        ] {
            assert_eq!(told_by(head, true), media, "{head:?}");
        }
        let cut = &"ö".as_bytes()[..1];
        assert_eq!(told_by(cut, true), BYTES);
        assert_eq!(told_by(cut, false), TEXT);
    }
}
