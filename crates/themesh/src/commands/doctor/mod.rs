//! Finds and explains the usual troubles. Each check says what it looked at, what it found and,
//! if something is wrong, what to do.

mod agents;

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use clap::{Args, Subcommand};
use mesh_connect::standing;
use mesh_model::Millis;
use mesh_model::api::{NoInput, Status, Webhook, WebhookState};
use mesh_model::home::Entry;
use mesh_model::ops::{LinkList, StatusGet, WebhookList};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use mesh_work::sandbox::plan::Means;
use mesh_work::sandbox::{INSTALL, Sandbox};
use rustix::process::{Pid, test_kill_process};
use serde::Serialize;

use crate::commands::log;
use crate::commands::sandbox::cell;
use crate::config;
use crate::context::{Context, DEFAULT_LISTEN};
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint};

/// Find and explain the usual troubles
#[derive(Debug, Args)]
#[command(after_help = "Examples: mesh doctor\n          mesh doctor agents --send")]
pub struct DoctorArgs {
    #[command(subcommand)]
    about: Option<About>,
}

#[derive(Debug, Subcommand)]
enum About {
    Agents(agents::AgentsArgs),
}

/// Below this much free space the log may soon refuse to store: a gigabyte.
const FREE_BYTES_LOW: u64 = 1 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    Warning,
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    /// What to do; empty if nothing is wrong.
    todo: String,
}

/// `mesh doctor`
pub fn doctor(context: &Context, args: &DoctorArgs) -> Outcome<ExitCode> {
    if let Some(About::Agents(args)) = &args.about {
        return agents::agents(context, args);
    }
    let mut findings = vec![
        home(context),
        configuration(context),
        token(context),
        disk(context),
        the_log(context),
        sandbox(),
    ];
    findings.extend(node(context));
    findings.extend(connectors(context));
    if context.json {
        let text = serde_json::to_string(&findings)
            .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
        line(&text);
    } else {
        findings.iter().for_each(print);
    }
    let bad = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Bad);
    Ok(ExitCode::from(u8::from(bad)))
}

fn print(finding: &Finding) {
    let mark = mark(finding.verdict);
    line(&format!("{mark}  {:<8}{}", finding.check, finding.found));
    if !finding.todo.is_empty() {
        line(&format!("              {}", finding.todo));
    }
}

fn mark(verdict: Verdict) -> String {
    match verdict {
        Verdict::Good => paint(Colour::Good, "good"),
        Verdict::Warning => paint(Colour::Warning, "look"),
        Verdict::Bad => paint(Colour::Bad, "bad "),
    }
}

fn good(check: &'static str, found: impl Into<String>) -> Finding {
    Finding {
        check,
        verdict: Verdict::Good,
        found: found.into(),
        todo: String::new(),
    }
}

fn warning(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding {
        check,
        verdict: Verdict::Warning,
        found: found.into(),
        todo: todo.into(),
    }
}

fn bad(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding {
        check,
        verdict: Verdict::Bad,
        found: found.into(),
        todo: todo.into(),
    }
}

fn home(context: &Context) -> Finding {
    let path = context.home.display();
    match fs::read_dir(&context.home) {
        Ok(_) => good("folder", path.to_string()),
        Err(why) if why.kind() == io::ErrorKind::NotFound => warning(
            "folder",
            format!("{path} does not exist yet"),
            "`mesh up` makes it",
        ),
        Err(why) => bad(
            "folder",
            format!("{path} cannot be read: {why}"),
            "check its owner, or name another with --home",
        ),
    }
}

fn configuration(context: &Context) -> Finding {
    match config::load(&context.home) {
        Ok(_) => good("config", "nothing unknown in it"),
        Err(Failure::Here(reason)) => bad("config", reason.what, reason.hint),
        Err(_) => bad("config", "it cannot be read", "check config.toml"),
    }
}

/// Whether this machine can confine programs, of workers and of others.
fn sandbox() -> Finding {
    let means = cell().map(|cell| Sandbox::means(&cell, &[]));
    match means {
        Ok(Ok(Means::Landlock)) => warning(
            "sandbox",
            "Landlock alone confines programs here: enough for `mesh work`, not for `mesh sandbox serve`",
            INSTALL,
        ),
        Ok(Ok(_)) => good("sandbox", "programs can be confined here"),
        Ok(Err(why)) => warning(
            "sandbox",
            format!("programs cannot be confined here: {why}"),
            INSTALL,
        ),
        Err(_) => warning("sandbox", "this program's own place is not known", ""),
    }
}

fn token(context: &Context) -> Finding {
    let path = Entry::OwnerToken.of(&context.home);
    match fs::metadata(&path) {
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => bad(
            "token",
            format!("others can read {}", path.display()),
            format!(
                "chmod 600 {}; anybody who read it is the owner, so consider a new folder",
                path.display()
            ),
        ),
        Ok(_) => good("token", "the owner's token is readable by you alone"),
        Err(why) if why.kind() == io::ErrorKind::NotFound => warning(
            "token",
            "there is no owner's token yet",
            "`mesh up` makes it",
        ),
        Err(why) => bad(
            "token",
            format!("{} cannot be read: {why}", path.display()),
            "check its owner",
        ),
    }
}

fn disk(context: &Context) -> Finding {
    let existing = context.home.ancestors().find(|path| path.exists());
    let Some(Ok(stat)) = existing.map(rustix::fs::statvfs) else {
        return warning(
            "disk",
            "free space cannot be read",
            "check the folder's disk",
        );
    };
    let free = stat.f_bavail * stat.f_frsize;
    let found = format!("{:.1} GB free", free as f64 / 1e9);
    if free < FREE_BYTES_LOW {
        bad(
            "disk",
            found,
            "make room: on a full disk the node stores nothing more, and loses nothing either",
        )
    } else {
        good("disk", found)
    }
}

fn the_log(context: &Context) -> Finding {
    if !log::folder(context).is_dir() {
        return warning("log", "there is none yet", "`mesh up` makes it");
    }
    if !Entry::Vault.of(&context.home).exists() {
        return bad(
            "log",
            "the vault that belongs to it is missing",
            "put it back, or go on without: `mesh up --new-vault` (all tokens and passwords end)",
        );
    }
    match log::check(context) {
        Ok(Ok(verified)) => good(
            "log",
            format!(
                "{} events verified, chain and signatures hold",
                verified.events
            ),
        ),
        Ok(Err(problem)) => bad(
            "log",
            problem.to_string(),
            "everything before that line is intact; restore the segment from a copy",
        ),
        Err(_) => bad(
            "log",
            "it cannot be read",
            "check the folder's owner and the disk",
        ),
    }
}

/// What can be learnt from the node, if the one that is meant answers.
fn node(context: &Context) -> Vec<Finding> {
    let (url, http) = match (context.node(), context.http()) {
        (Ok(node), Ok(http)) => (node.url, http),
        (Err(Failure::Unreachable(_)), _) => return vec![nobody(context)],
        (Err(Failure::Here(reason)), _) | (_, Err(Failure::Here(reason))) => {
            return vec![bad("node", reason.what, reason.hint)];
        }
        _ => {
            return vec![bad(
                "node",
                "which one is meant is not clear",
                "see --url and --as",
            )];
        }
    };
    match http.call::<StatusGet>(NoInput {}) {
        Ok(status) => {
            let mut found = vec![version(&url, &status), clock(&status), writable(&status)];
            if context
                .running()
                .is_some_and(|node| node.url == url && node.air_gapped)
            {
                found.push(air_gap(&http));
            } else {
                found.extend(webhooks(&http));
            }
            found
        }
        Err(Error::Unreachable { .. }) => vec![silent(context, &url)],
        Err(Error::Stranger { why, .. }) => vec![bad(
            "node",
            format!("something else listens at {url}: {why}; it was shown no token"),
            "start this folder's node elsewhere: mesh up --listen 127.0.0.1:0, or stop what listens there",
        )],
        Err(Error::Refused(refusal)) => {
            vec![bad(
                "node",
                format!("{url} answers, but: {}", refusal),
                refusal.hint.to_string(),
            )]
        }
        Err(why) => vec![bad(
            "node",
            format!("{url} answers, but: {why}"),
            "is it of another version? Restart it with this one",
        )],
    }
}

/// What rests while nothing goes out of the node, as far as it is used.
fn air_gap(http: &Http) -> Finding {
    let webhooks = http.call::<WebhookList>(NoInput {});
    let webhooks = webhooks.map_or(0, |all| all.items.len());
    let links = http.call::<LinkList>(NoInput {}).map(|all| all.items);
    let called = links.map_or(0, |all| {
        all.iter().filter(|link| link.address.is_some()).count()
    });
    let mut rest = Vec::new();
    if webhooks > 0 {
        rest.push(format!("webhooks ({webhooks})"));
    }
    if called > 0 {
        rest.push(format!("calling other meshes ({called}; they may call)"));
    }
    rest.push("notifications of browsers, web_search and notify".to_owned());
    good(
        "air gap",
        format!(
            "nothing goes out of the node; so these rest: {}",
            rest.join(", ")
        ),
    )
}

/// Whether webhooks deliver; nothing where there are none, or where they are not shown.
fn webhooks(http: &Http) -> Option<Finding> {
    let all = http.call::<WebhookList>(NoInput {}).ok()?.items;
    let ill = |webhook: &&Webhook| webhook.state != WebhookState::Active || webhook.dead > 0;
    let ill: Vec<String> = all
        .iter()
        .filter(ill)
        .map(|webhook| clean(&webhook.origin))
        .collect();
    match (all.len(), ill.is_empty()) {
        (0, _) => None,
        (count, true) => Some(good("webhook", format!("all deliver ({count})"))),
        (_, false) => Some(warning(
            "webhook",
            format!("not everything is delivered to {}", ill.join(", ")),
            "`mesh webhook list` says why; `mesh webhook test` tries one",
        )),
    }
}

/// Whether the connectors run that have a place here; nothing where there are none.
fn connectors(context: &Context) -> Vec<Finding> {
    let workers = fs::read_dir(Entry::Work.of(&context.home));
    let folders = workers.into_iter().flatten().flatten();
    let all = folders.flat_map(|folder| standing(&folder.path().join("connect")));
    let told = all.map(|one| {
        let name = one.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = clean(&name);
        if one.runs {
            return good("phone", format!("{name} runs"));
        }
        warning(
            "phone",
            format!("{name} does not run; what it would carry waits"),
            format!(
                "start it with `mesh connect`, or remove {} if it is not used any more",
                one.path.display()
            ),
        )
    });
    told.collect()
}

/// No node said that it runs here.
fn nobody(context: &Context) -> Finding {
    let record = Entry::Node.of(&context.home);
    if record.exists() {
        return bad(
            "node",
            format!(
                "{} does not say which node runs here; an earlier release may have written it",
                record.display()
            ),
            "stop that node, if it runs, and start it with this program: mesh up",
        );
    }
    let config = config::load(&context.home).unwrap_or_default();
    let place = config.listen.as_deref().unwrap_or(DEFAULT_LISTEN);
    let taken = place.parse::<SocketAddr>().is_ok_and(|address| {
        TcpListener::bind(address).is_err_and(|why| why.kind() == io::ErrorKind::AddrInUse)
    });
    if taken {
        return warning(
            "node",
            format!("none runs on this folder, and something else listens at {place}"),
            "name that node's folder with --home, or start this one elsewhere: mesh up --listen 127.0.0.1:0",
        );
    }
    warning(
        "node",
        "none runs on this folder",
        "start it with `mesh up`",
    )
}

/// Nothing listens where the node said that it would.
fn silent(context: &Context, url: &str) -> Finding {
    let Some(node) = context.running().filter(|node| node.url == url) else {
        return warning(
            "node",
            format!("nothing answers at {url}"),
            "start that node, or ask who runs it",
        );
    };
    let process = i32::try_from(node.pid).ok().and_then(Pid::from_raw);
    if process.is_some_and(|process| test_kill_process(process).is_ok()) {
        return bad(
            "node",
            format!(
                "process {} was to listen at {url} and does not answer",
                node.pid
            ),
            "if that process is the node, it hangs or is stopped: end it and start it again with `mesh up`",
        );
    }
    warning(
        "node",
        format!(
            "the last one here, process {} at {url}, ended without a goodbye; what it acknowledged is stored",
            node.pid
        ),
        "start it with `mesh up`",
    )
}

fn version(url: &str, status: &Status) -> Finding {
    let ours = env!("CARGO_PKG_VERSION");
    if status.version == ours {
        good(
            "node",
            format!("'{}' answers at {url}, version {ours}", status.name),
        )
    } else {
        warning(
            "node",
            format!("it is version {}, this program is {ours}", status.version),
            "restart the node with the newer one",
        )
    }
}

fn clock(status: &Status) -> Finding {
    #[expect(
        clippy::disallowed_methods,
        reason = "comparing this machine's clock with the node's is the check"
    )]
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = Millis(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    if status.started_at > now {
        warning(
            "clock",
            format!(
                "the node started at {}, which is later than now",
                status.started_at
            ),
            "set the clock; until it has caught up, new events carry the time of the last one",
        )
    } else {
        good("clock", "not behind the log")
    }
}

fn writable(status: &Status) -> Finding {
    match &status.log.problem {
        Some(problem) => bad("writes", problem.clone(), "see the log check above"),
        None if status.log.writable => good("writes", "the node takes commands"),
        None => bad(
            "writes",
            "the node is read-only",
            "look at its output, mend the disk, start it again",
        ),
    }
}
