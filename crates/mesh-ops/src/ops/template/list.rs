//! `template.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::Trust;
use mesh_node::machine::{Reader, Sealed};
use mesh_store::view::TemplateRow;

impl Run for TemplateList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<TemplateView>, Refusal> {
        let rows = door.view(call, |view| view.templates()).await?;
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let items = rows.into_iter().map(|row| view(&access, reader, row));
        Ok(List {
            items: items.collect(),
        })
    }
}

/// Programs get the words of somebody who is not trusted any more in an envelope.
fn view(access: &Access, reader: Reader<'_>, row: TemplateRow) -> TemplateView {
    let trust = access.trust_of(row.author, false);
    let body = match (reader, row.body) {
        (Reader::Program(envelopes, _), Some(body)) if trust < Trust::Local => {
            let words = Sealed {
                seq: row.seq,
                room: None,
                author: Some(row.author),
                trust,
                relayed: None,
                guard: None,
                text: &format!("{}\n{}\n{}", body.about, body.title, body.prompt),
                payload: None,
            };
            Some(TemplateBody {
                prompt: envelopes.wrap(access, &words),
                ..TemplateBody::default()
            })
        }
        (_, body) => body,
    };
    TemplateView {
        id: row.facts.template,
        name: row.facts.name,
        variables: row.facts.variables,
        body,
    }
}
