//! Which characters a reader cannot see: the one place that knows their numbers.

/// Text hidden in Unicode's tag characters.
pub fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0000}'..='\u{E007F}')
}

/// Characters that turn the direction of what follows.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters without width that no script needs, unlike joiners.
pub fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}')
}

/// The two joiners: emoji, Arabic and Indic scripts need them, others do not.
pub fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Characters that choose between two forms of the one before.
pub fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{180B}'..='\u{180D}' | '\u{E0100}'..='\u{E01EF}')
}

/// Control characters other than line feed and tab.
pub fn is_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// Whether a joiner behind this character means something.
pub fn joins(before: char) -> bool {
    matches!(before,
        '\u{0600}'..='\u{0DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{A840}'..='\u{ABFF}'
        | '\u{11000}'..='\u{11FFF}' | '\u{2190}'..='\u{2BFF}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

/// The length in bytes of the terminal's escape sequence at the start of the text; 0 if there is none.
///
/// A sequence that does not end within 256 bytes is its first character only, so that nothing can be swallowed at will.
pub fn escape_sequence(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&0x1b) {
        return 0;
    }
    match bytes.get(1) {
        Some(b'[') => {
            let end = bytes
                .iter()
                .take(64)
                .skip(2)
                .position(|b| !matches!(b, 0x20..=0x3f));
            match end {
                Some(at) if matches!(bytes[at + 2], 0x40..=0x7e) => at + 3,
                _ => 1,
            }
        }
        Some(b']' | b'P' | b'_' | b'^') => {
            let end = bytes
                .iter()
                .take(256)
                .skip(2)
                .position(|b| matches!(b, 0x07 | 0x1b));
            match end {
                Some(at) if bytes[at + 2] == 0x07 => at + 3,
                Some(at) if bytes.get(at + 3) == Some(&b'\\') => at + 4,
                _ => 1,
            }
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_end_where_a_terminal_ends_them() {
        assert_eq!(escape_sequence("plain"), 0);
        assert_eq!(escape_sequence("\u{1b}[1;31mred"), 7);
        assert_eq!(escape_sequence("\u{1b}]8;;http://a\u{7}link"), 14);
        assert_eq!(escape_sequence("\u{1b}]0;t\u{1b}\\rest"), 7);
        assert_eq!(escape_sequence("\u{1b}]never ends"), 1);
        assert_eq!(escape_sequence("\u{1b}[é"), 1);
    }
}
