//! The peers' protocols, as far as the arms need them.

use std::ops::Range;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::wire::{Reader, connect};
use crate::{Outcome, said};

/// Appends one XADD of `body` to the stream `bench`.
pub fn xadd(out: &mut Vec<u8>, body: &[u8]) {
    out.extend_from_slice(b"*5\r\n$4\r\nXADD\r\n$5\r\nbench\r\n$1\r\n*\r\n$1\r\nb\r\n");
    out.extend_from_slice(format!("${}\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// Counts whole answers (`$N\r\n…\r\n`) at the front of `bytes`, and how many bytes they take.
pub fn redis_answers(bytes: &[u8]) -> Outcome<(usize, usize)> {
    let (mut count, mut at) = (0, 0);
    while let Some(end) = memchr::memchr(b'\n', &bytes[at..]) {
        let head = &bytes[at..at + end];
        if head.first() != Some(&b'$') {
            return said(format!("Redis says {}", String::from_utf8_lossy(head)));
        }
        let length: usize = String::from_utf8_lossy(&head[1..])
            .trim()
            .parse()
            .unwrap_or(0);
        let next = at + end + 1 + length + 2;
        if next > bytes.len() {
            break;
        }
        (count, at) = (count + 1, next);
    }
    Ok((count, at))
}

/// Appends one command.
pub fn redis_command(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// The next whole array of strings at the front of `bytes`: where its last string is, and where it ends.
pub fn redis_pushed(bytes: &[u8]) -> Option<(Range<usize>, usize)> {
    let number = |at: usize| {
        let end = at + memchr::memchr(b'\n', bytes.get(at..)?)?;
        let digits = std::str::from_utf8(bytes.get(at + 1..end)?).ok()?;
        Some((digits.trim().parse::<usize>().ok()?, end + 1))
    };
    let (count, mut at) = number(0)?;
    let mut last = 0..0;
    for _ in 0..count {
        let (length, begin) = number(at)?;
        last = begin..begin + length;
        at = last.end + 2;
    }
    (bytes.len() >= at).then_some((last, at))
}

/// Connects to NATS.
pub async fn nats(address: &str) -> Outcome<(Reader, OwnedWriteHalf)> {
    let (mut reader, mut writer) = connect(address).await?;
    reader.until(b"\r\n").await?;
    writer
        .write_all(
            b"CONNECT {\"verbose\":false,\"headers\":false,\"no_responders\":false}\r\nPING\r\n",
        )
        .await?;
    reader.until(b"PONG\r\n").await?;
    Ok((reader, writer))
}

/// Makes a JetStream stream of the subject `js.bench`, stored in files.
pub async fn make_stream(reader: &mut Reader, writer: &mut OwnedWriteHalf) -> Outcome<()> {
    let config = br#"{"name":"BENCH","subjects":["js.bench"],"storage":"file","retention":"limits","num_replicas":1}"#;
    let mut out = b"SUB _INBOX.make 1\r\n".to_vec();
    publish(
        &mut out,
        "$JS.API.STREAM.CREATE.BENCH",
        Some("_INBOX.make"),
        config,
    );
    writer.write_all(&out).await?;
    let head = reader.until(b"\r\n").await?;
    let answer = reader.until(b"\r\n").await?;
    if memchr::memmem::find(&answer, b"\"error\"").is_some() {
        return said(format!(
            "JetStream says {}{}",
            String::from_utf8_lossy(&head),
            String::from_utf8_lossy(&answer)
        ));
    }
    Ok(())
}

/// Appends one PUB.
pub fn publish(out: &mut Vec<u8>, subject: &str, reply: Option<&str>, body: &[u8]) {
    let reply = reply.map(|reply| format!(" {reply}")).unwrap_or_default();
    out.extend_from_slice(format!("PUB {subject}{reply} {}\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

/// The next whole MSG at the front of `bytes`: where its body begins, its length, where it ends.
/// Other lines are skipped: the first number is 0 then.
pub fn nats_message(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let end = memchr::memchr(b'\n', bytes)?;
    let head = &bytes[..end];
    if !head.starts_with(b"MSG ") {
        return Some((0, 0, end + 1));
    }
    let length: usize = std::str::from_utf8(head)
        .ok()?
        .trim()
        .rsplit(' ')
        .next()?
        .parse()
        .ok()?;
    let whole = end + 1 + length + 2;
    (bytes.len() >= whole).then_some((end + 1, length, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_messages_are_cut_where_they_end() {
        assert_eq!(redis_answers(b"$3\r\n1-0\r\n$3\r\n2-").unwrap(), (1, 9));
        assert!(redis_answers(b"-ERR no\r\n").is_err());
        let pushed = b"*2\r\n$1\r\na\r\n$3\r\nxyz\r\n*2";
        assert_eq!(redis_pushed(pushed), Some((15..18, 20)));
        assert_eq!(redis_pushed(&pushed[..19]), None);
        let mut command = Vec::new();
        redis_command(&mut command, &[b"a", b"xyz"]);
        assert_eq!(command, pushed[..20]);
        assert_eq!(nats_message(b"MSG a 1 3\r\nxyz\r\nMSG"), Some((11, 3, 16)));
        assert_eq!(nats_message(b"PING\r\n"), Some((0, 0, 6)));
        assert_eq!(nats_message(b"MSG a 1 3\r\nxy"), None);
    }
}
