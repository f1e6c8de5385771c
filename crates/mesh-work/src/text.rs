//! Bytes to text piece by piece, and cutting text at whole characters.

/// Makes text of bytes that come in pieces; what is no UTF-8 is replaced.
#[derive(Debug, Default)]
pub struct Decoder {
    rest: Vec<u8>,
    replaced: usize,
}

impl Decoder {
    /// The text that is whole with these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let mut text = String::with_capacity(self.rest.len());
        let mut done = 0;
        for chunk in self.rest.utf8_chunks() {
            text.push_str(chunk.valid());
            done += chunk.valid().len();
            let invalid = chunk.invalid();
            let may_go_on = done + invalid.len() == self.rest.len()
                && std::str::from_utf8(invalid).is_err_and(|why| why.error_len().is_none());
            if may_go_on {
                break;
            }
            if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                self.replaced += invalid.len();
                done += invalid.len();
            }
        }
        self.rest.drain(..done);
        text
    }

    /// What is left when nothing more comes.
    pub fn end(&mut self) -> String {
        let rest = std::mem::take(&mut self.rest);
        self.replaced += rest.len();
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Bytes that were replaced so far.
    pub fn replaced(&self) -> usize {
        self.replaced
    }
}

/// The beginning of a text, at most so many bytes.
pub fn head(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// The end of a text, at most so many bytes.
pub fn tail(text: &str, bytes_max: usize) -> &str {
    let over = text.len().saturating_sub(bytes_max);
    &text[text.ceil_char_boundary(over)..]
}

/// Bytes of a text as a JSON string.
pub fn encoded(text: &str) -> usize {
    serde_json::to_string(text).map_or(usize::MAX, |json| json.len())
}

/// What stands where text was left out.
const CUT: &str = "[the beginning was left out]\n";

/// The end of a text that fits into so many bytes of JSON; says so if something is left out.
pub fn fitting_tail(text: &str, bytes_max: usize) -> String {
    if encoded(text) <= bytes_max {
        return text.to_owned();
    }
    let room = bytes_max.saturating_sub(encoded(CUT));
    let mut kept = tail(text, room);
    while !kept.is_empty() && encoded(kept) > room {
        kept = tail(kept, kept.len() - kept.len().div_ceil(8));
    }
    format!("{CUT}{kept}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_give_the_same_text_as_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 1_usize..20) {
            let mut decoder = Decoder::default();
            let mut text = String::new();
            for piece in bytes.chunks(cut) {
                text.push_str(&decoder.push(piece));
            }
            text.push_str(&decoder.end());
            prop_assert_eq!(&text, &String::from_utf8_lossy(&bytes));
            prop_assert_eq!(decoder.replaced() == 0, std::str::from_utf8(&bytes).is_ok());
        }

        #[test]
        fn what_has_to_fit_fits(text in "[a\"\u{1}é\n]{0,300}", room in 40_usize..400) {
            let kept = fitting_tail(&text, room);
            prop_assert!(encoded(&kept) <= room, "{}", encoded(&kept));
            prop_assert!(text.ends_with(kept.trim_start_matches(CUT)));
        }

        #[test]
        fn cuts_are_at_whole_characters(text in ".{0,40}", at in 0_usize..80) {
            prop_assert!(text.starts_with(head(&text, at)) && head(&text, at).len() <= at);
            prop_assert!(text.ends_with(tail(&text, at)) && tail(&text, at).len() <= at);
        }
    }
}
