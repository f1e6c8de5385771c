//! Following what happens, live.

use clap::Args;
use mesh_model::Seq;
use mesh_model::api::{ClientInfo, StreamItem};
use mesh_sdk::{Client, Filter};

use crate::commands::message::print_message;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint, printed_json};

/// Follow what happens, live
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh tail general --after 0")]
pub struct TailArgs {
    /// Only these rooms
    pub rooms: Vec<String>,
    /// Begin behind this place instead of now
    #[arg(long, value_name = "SEQ")]
    pub after: Option<u64>,
}

/// `mesh tail`
pub fn tail(context: &Context, args: TailArgs) -> Outcome<()> {
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-tail".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        channel: Some("terminal".to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
    runtime.block_on(async {
        let client = Client::connect(options).await?;
        let filter = Filter {
            after: args.after.map(Seq),
            rooms: args.rooms,
            types: Vec::new(),
        };
        let mut items = client.subscribe(filter).await?;
        while let Some(item) = items.next().await {
            print_item(context, &item)?;
        }
        Ok(())
    })
}

fn print_item(context: &Context, item: &StreamItem) -> Outcome<()> {
    if printed_json(context, item)? {
        return Ok(());
    }
    if let Some(message) = item.message() {
        print_message(&message);
        return Ok(());
    }
    let who = item
        .from
        .as_ref()
        .map_or_else(|| "the node".to_owned(), |from| format!("@{}", from.handle));
    line(&paint(
        Colour::Quiet,
        &format!("{} {who} {}", item.seq, item.kind),
    ));
    Ok(())
}
