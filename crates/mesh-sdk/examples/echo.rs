//! A bot that answers `@echo say WORDS` and takes tasks that can `count`: cargo run --example echo -- INVITE

use mesh_sdk::{Error, Mesh, Work};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let invite = std::env::args().nth(1).unwrap_or_default();
    let mesh = Mesh::join(&invite, "echo", "echo.json").await?;
    mesh.room("general").join().await?;
    let commands = mesh.commands().on("say", |message, words| async move {
        let mut answer = words.join(" ");
        if answer.is_empty() {
            answer.push_str("say what?");
        }
        message.reply(answer).await.map(drop)
    });
    let work = mesh.work(Work::new(["count"]), |task| async move {
        Ok(format!(
            "{} words",
            task.prompt().split_whitespace().count()
        ))
    });
    tokio::try_join!(commands.run(), work).map(drop)
}
