//! `link.refused`

use crate::ops::present;
use crate::prelude::*;

impl Run for LinkRefused {
    async fn run(
        _: &Door,
        call: &Call,
        input: LinkRefInput,
    ) -> Result<List<LinkDeadLetter>, Refusal> {
        let dead = call.link(&input.link)?.dead.iter();
        let items = dead.map(|(seq, letter)| LinkDeadLetter {
            seq: *seq,
            message: MessageId(*seq),
            room: letter.waiting.map(|(room, _)| room),
            author: letter
                .waiting
                .map(|(_, author)| present::participant(&call.access, author)),
            code: letter.code.clone(),
            rule: letter.rule.clone(),
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
