//! Encodings of text as other text, undone: each function takes what could be one and gives the text, if it is text.

use base64::Engine;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::{DecodePaddingMode, GeneralPurpose};

/// What was decoded, with a sentence about the encoding.
pub type Decoded = (String, &'static str);

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// A run of letters, digits and a few signs.
pub fn run(run: &str) -> Option<Decoded> {
    for (sign, detail) in [
        (b'%', "Percent signs encode an order."),
        (b'=', "Quoted-printable hides an order."),
    ] {
        let pairs = run.as_bytes().windows(3);
        let spelled =
            |three: &[u8]| three[0] == sign && three[1..].iter().all(u8::is_ascii_hexdigit);
        if pairs.filter(|three| spelled(three)).take(3).count() == 3
            && let Some(text) = readable(escaped(run, sign))
        {
            return Some((text, detail));
        }
    }
    if run.bytes().all(|b| matches!(b, b'0' | b'1')) && run.len().is_multiple_of(8) {
        let bytes = run.as_bytes().chunks(8).map(|bits| number(bits, 2));
        return readable(bytes.collect()).map(|text| (text, "Binary digits hide an order."));
    }
    if run.bytes().all(|b| b.is_ascii_hexdigit()) && run.len().is_multiple_of(2) {
        return readable(hexadecimal(run)).map(|text| (text, "Hexadecimal hides an order."));
    }
    let engine = if run.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    let trimmed = run.trim_end_matches('=');
    let whole = &trimmed[..trimmed.len() - usize::from(trimmed.len() % 4 == 1)];
    let plain = engine.decode(whole).ok().and_then(readable);
    if let Some(text) = plain {
        return Some((text, "Base64 hides an order."));
    }
    readable(base32(trimmed)?).map(|text| (text, "Base32 hides an order."))
}

/// A word with signs in it that base64 does not have.
pub fn base85(word: &str) -> Option<Decoded> {
    const MODERN: &[u8; 85] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    let inner = word.strip_prefix("<~").unwrap_or(word);
    let inner = inner.strip_suffix("~>").unwrap_or(inner);
    let modern = |b: u8| MODERN.iter().position(|known| *known == b);
    let old = |b: u8| matches!(b, b'!'..=b'u').then(|| usize::from(b - b'!'));
    let decoded = fives(inner.as_bytes(), old)
        .and_then(readable)
        .or_else(|| fives(inner.as_bytes(), modern).and_then(readable));
    decoded.map(|text| (text, "Base85 hides an order."))
}

/// Words in a row that are a letter each: binary, hexadecimal or decimal numbers, or dots and dashes.
pub fn letters(words: &[&str]) -> Option<Decoded> {
    type Reader = fn(&str) -> Option<u8>;
    let ways: [(Reader, &str); 4] = [
        (
            |word| one_number(word, 8, 2),
            "Binary digits hide an order.",
        ),
        (
            |word| one_number(word.trim_start_matches("0x"), 2, 16).filter(|b| *b >= 9),
            "Hexadecimal hides an order.",
        ),
        (
            |word| word.parse().ok().filter(|b| *b >= 9),
            "Numbers of characters hide an order.",
        ),
        (morse, "Dots and dashes hide an order."),
    ];
    ways.into_iter().find_map(|(read, detail)| {
        let bytes: Option<Vec<u8>> = words.iter().map(|word| read(word)).collect();
        readable(bytes?).map(|text| (text, detail))
    })
}

/// Whether a word could be one of [`letters`].
pub fn is_letter(word: &str) -> bool {
    let numbers = word.len() <= 8
        && word
            .trim_start_matches("0x")
            .bytes()
            .all(|b| b.is_ascii_hexdigit());
    !word.is_empty()
        && (numbers || (word.len() <= 5 && word.bytes().all(|b| matches!(b, b'.' | b'-' | b'/'))))
}

/// The text with the characters that numbers between `&#` and `;` stand for, if there are several.
pub fn entities(text: &str) -> Option<Decoded> {
    if text.matches("&#").take(4).count() < 4 {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("&#");
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        let end = part.bytes().take(8).position(|b| b == b';');
        let code = end.and_then(|end| {
            let digits = &part[..end];
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => digits.parse().ok(),
            }
        });
        match (code.and_then(char::from_u32), end) {
            (Some(c), Some(end)) => {
                out.push(c);
                out.push_str(&part[end + 1..]);
            }
            _ => {
                out.push_str("&#");
                out.push_str(part);
            }
        }
    }
    Some((out, "Numbers of characters hide an order."))
}

fn number(digits: &[u8], radix: u32) -> u8 {
    let value = digits.iter().fold(0, |sum, b| {
        sum * radix + (*b as char).to_digit(radix).unwrap_or(0)
    });
    u8::try_from(value).unwrap_or(0)
}

fn one_number(word: &str, length: usize, radix: u32) -> Option<u8> {
    (word.len() == length)
        .then(|| u8::from_str_radix(word, radix).ok())
        .flatten()
}

fn hexadecimal(run: &str) -> Vec<u8> {
    run.as_bytes()
        .chunks_exact(2)
        .map(|pair| number(pair, 16))
        .collect()
}

/// The bytes behind a sign and two digits each; others as they are.
fn escaped(run: &str, sign: u8) -> Vec<u8> {
    let bytes = run.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes
            .get(at + 1..at + 3)
            .filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        match digits {
            Some(pair) if bytes[at] == sign => {
                out.push(number(pair, 16));
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

fn base32(run: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(run.len() * 5 / 8), 0_u32, 0);
    for b in run.bytes() {
        let value = match b.to_ascii_uppercase() {
            b @ b'A'..=b'Z' => b - b'A',
            b @ b'2'..=b'7' => b - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap_or(0));
        }
    }
    Some(out)
}

/// Five characters for four bytes each, by the value of a character.
fn fives(run: &[u8], value: impl Fn(u8) -> Option<usize>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(run.len() * 4 / 5);
    for part in run.chunks(5) {
        let mut sum = 0_u64;
        for at in 0..5 {
            let digit = part.get(at).map_or(Some(84), |b| value(*b))?;
            sum = sum * 85 + digit as u64;
        }
        let bytes = u32::try_from(sum).ok()?.to_be_bytes();
        out.extend_from_slice(&bytes[..part.len() - 1]);
    }
    Some(out)
}

fn morse(word: &str) -> Option<u8> {
    const CODE: &[&str; 36] = &[
        ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--",
        "-.", "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--",
        "--..", "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..",
        "----.",
    ];
    if word == "/" {
        return Some(b' ');
    }
    let at = CODE.iter().position(|code| *code == word)?;
    b"abcdefghijklmnopqrstuvwxyz0123456789".get(at).copied()
}

/// The bytes as text if they are text: UTF-8, mostly letters and spaces.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let all = text.chars().count();
    let good = text
        .chars()
        .filter(|c| c.is_alphabetic() || matches!(c, ' ' | '\n'))
        .count();
    (all >= 8 && good * 10 >= all * 7).then_some(text)
}
