//! The Postgres side: a table, `FOR UPDATE SKIP LOCKED`, and one connection for each who takes part.

use std::future::poll_fn;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Statement};

use crate::arms::window::{Done, Load, Window};
use crate::cluster::Server;
use crate::{BenchError, Outcome};

/// The table and the index that such queues have.
const TABLE: &str = "CREATE TABLE tasks (
    id bigserial PRIMARY KEY, state smallint NOT NULL DEFAULT 0, prompt text NOT NULL, worker text, result text,
    created timestamptz NOT NULL DEFAULT now(), taken timestamptz, ended timestamptz);
  CREATE INDEX queued ON tasks (id) WHERE state = 0";
const CREATE: &str = "INSERT INTO tasks (prompt) SELECT unnest($1::text[])";
const CREATE_AND_NOTIFY: &str =
    "WITH made AS (INSERT INTO tasks (prompt) SELECT unnest($1::text[]) RETURNING id)
  SELECT count(*), pg_notify('tasks', '') FROM made";
const TAKE: &str = "UPDATE tasks SET state = 1, worker = $1, taken = now() WHERE id IN
  (SELECT id FROM tasks WHERE state = 0 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, prompt";
const END: &str =
    "UPDATE tasks SET state = 2, result = 'done', ended = now() WHERE id = ANY($1::bigint[])";

/// How a worker that found nothing learns that there is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The server tells whoever listens.
    Notified,
    /// The driver tells one of its own workers: no queue has it that cheap.
    Told,
}

impl From<tokio_postgres::Error> for BenchError {
    fn from(why: tokio_postgres::Error) -> BenchError {
        let detail = why.as_db_error().map(ToString::to_string);
        BenchError::Said(format!(
            "Postgres says {}",
            detail.unwrap_or(why.to_string())
        ))
    }
}

/// Connects, and rings when the server notifies.
async fn connect(server: &Server, bell: Rc<Notify>) -> Outcome<Client> {
    let mut config = Config::new();
    let (host, port) = server.address.split_once(':').unwrap_or_default();
    config.host(host).port(port.parse().unwrap_or_default());
    config.user("bench").dbname("postgres");
    let begun = Instant::now();
    // It takes connections before it answers them.
    let (client, mut connection) = loop {
        match config.connect(NoTls).await {
            Err(why) if begun.elapsed() > Duration::from_secs(10) => return Err(why.into()),
            Err(_) => tokio::task::yield_now().await,
            Ok(both) => break both,
        }
    };
    tokio::task::spawn_local(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                bell.notify_one();
            }
        }
    });
    Ok(client)
}

/// Makes the table.
pub async fn set_up(server: &Server) -> Outcome<()> {
    let making = async {
        Ok(connect(server, Rc::default())
            .await?
            .batch_execute(TABLE)
            .await?)
    };
    tokio::task::LocalSet::new().run_until(making).await
}

type Value<'a> = &'a (dyn ToSql + Sync);

/// Takes rows and ends them, and asks for the next ones in the same breath.
async fn work(
    client: Client,
    name: &str,
    batch: i64,
    bell: &Notify,
    over: impl Fn(),
) -> Outcome<()> {
    let (take, end): (Statement, Statement) =
        tokio::try_join!(client.prepare(TAKE), client.prepare(END))?;
    let mut ids: Vec<i64> = Vec::new();
    loop {
        let taken = if ids.is_empty() {
            client.query(&take, &[&name, &batch]).await?
        } else {
            let (ended, more): ([Value<'_>; 1], [Value<'_>; 2]) = ([&ids], [&name, &batch]);
            let (ended, taken) =
                tokio::try_join!(client.execute(&end, &ended), client.query(&take, &more))?;
            (0..ended).for_each(|_| over());
            taken
        };
        ids = taken.iter().map(|row| row.get(0)).collect();
        if ids.is_empty() {
            bell.notified().await;
        }
    }
}

/// Tasks from creation to the answer that they are done, as many under way as the load says; a worker takes and ends
/// so many rows with one statement.
pub async fn run(server: &Server, load: Load, batch: usize, wake: Wake) -> Outcome<Done> {
    let arm = tasks(server, load, batch, wake);
    tokio::task::LocalSet::new().run_until(arm).await
}

async fn tasks(server: &Server, load: Load, batch: usize, wake: Wake) -> Outcome<Done> {
    let batch = batch as i64;
    let bells = [Rc::new(Notify::new()), Rc::new(Notify::new())];
    let creator = connect(server, Rc::default()).await?;
    creator.batch_execute("TRUNCATE tasks").await?;
    let create = creator.prepare(match wake {
        Wake::Notified => CREATE_AND_NOTIFY,
        Wake::Told => CREATE,
    });
    let create = create.await?;
    let first = connect(server, bells[0].clone()).await?;
    let second = connect(server, bells[1].clone()).await?;
    if wake == Wake::Notified {
        first.batch_execute("LISTEN tasks").await?;
        second.batch_execute("LISTEN tasks").await?;
    }
    let window = Window::new(load, 1);
    let begun = Instant::now();
    let creating = async {
        for turn in 0_usize.. {
            let count = window.next().await.count();
            if count == 0 {
                break;
            }
            creator.execute(&create, &[&vec!["no-op"; count]]).await?;
            if wake == Wake::Told {
                bells[turn % 2].notify_one();
                if count > 1 {
                    bells[(turn + 1) % 2].notify_one();
                }
            }
        }
        Outcome::Ok(())
    };
    tokio::select! {
        created = creating => created,
        broke = work(first, "first", batch, &bells[0], || window.has(0)) => broke,
        broke = work(second, "second", batch, &bells[1], || window.has(0)) => broke,
    }?;
    Ok(window.done(begun))
}
