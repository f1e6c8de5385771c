//! `template.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::{Reader, Whose};
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
    let whose = Whose::of(access, row.author, row.seq);
    let tell = |text: String| reader.tell(access, &whose, text);
    let body = row.body.map(|body| {
        if reader.seals(&whose) {
            return TemplateTold {
                prompt: tell(format!("{}\n{}\n{}", body.about, body.title, body.prompt)),
                ..TemplateTold::default()
            };
        }
        TemplateTold {
            about: tell(body.about),
            title: tell(body.title),
            prompt: tell(body.prompt),
        }
    });
    TemplateView {
        id: row.facts.template,
        name: row.facts.name,
        variables: row.facts.variables,
        body,
    }
}
