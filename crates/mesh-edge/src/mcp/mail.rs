//! Word of waiting messages. An agent that works learns of mail with whatever it does next.

use mesh_ops::Caller;

use crate::edge::Edge;

/// A line about what waits for the caller, if anything does and it may read it.
pub(super) async fn waiting(edge: &Edge, caller: &Caller) -> Option<String> {
    match edge.door.mail(caller).await {
        Ok(None | Some((0, _))) => None,
        Ok(Some((messages, named))) => Some(line(messages, named)),
        Err(why) => {
            tracing::warn!(%why, "whether messages wait could not be found out");
            None
        }
    }
}

fn line(messages: u32, named: u32) -> String {
    let waits = if messages == 1 {
        "message waits"
    } else {
        "messages wait"
    };
    match named {
        0 => format!("{messages} {waits}: use mesh_inbox"),
        1 => format!("{messages} {waits} (1 names you): use mesh_inbox"),
        _ => format!("{messages} {waits} ({named} name you): use mesh_inbox"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_it() {
        assert_eq!(line(1, 0), "1 message waits: use mesh_inbox");
        assert_eq!(line(4, 1), "4 messages wait (1 names you): use mesh_inbox");
    }
}
