//! Alerts: what is wrong, who knows of it, and by which rules it is told.

mod routes;

use clap::{Args, Subcommand};
use mesh_model::Seq;
use mesh_model::api::{
    Alert, AlertListInput, AlertRefInput, AlertRuleView, AlertSetInput, AlertTestInput,
};
use mesh_model::events::{AlertKind, AlertSeverity};
use mesh_model::ops::{AlertAcknowledge, AlertList, AlertSet, AlertTest};
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{clean, line, printed_json, table};
use crate::times;

/// What is wrong and waits for a person to know of it
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples: mesh alert list\n          mesh alert acknowledge 8123\n          mesh alert set disk_low --threshold 10"
)]
pub enum AlertVerb {
    List(ListArgs),
    /// Say that one knows of it: nobody else is told any more
    #[command(after_help = "Example: mesh alert acknowledge 8123")]
    Acknowledge {
        /// The alert, as `mesh alert list` shows it
        alert: u64,
    },
    /// Show when each kind is raised, and who hears of it
    #[command(after_help = "Example: mesh alert rules")]
    Rules,
    Set(SetArgs),
    /// Show or set by which ways you are told, from which severity on
    #[command(
        after_help = "Examples: mesh alert routes\n          mesh alert routes push=critical connector=never\n          mesh alert routes digest=day at=08:00 zone=Europe/Berlin\n\nWays: inbox, push, connector; severities: info, warning, critical, never. digest is off, hour or day: below critical, browsers are told of all together."
    )]
    Routes {
        /// Such as push=critical; what you do not name stays
        #[arg(value_name = "WAY=SEVERITY")]
        changes: Vec<String>,
    },
    /// Raise an alert that only you see, to try whether it reaches you
    #[command(after_help = "Example: mesh alert test --severity critical")]
    Test {
        /// info, warning or critical
        #[arg(long, value_parser = word::<AlertSeverity>, default_value = "warning")]
        severity: AlertSeverity,
    },
}

/// List what is wrong at present, the worst first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh alert list --mine\n          mesh alert list --ended --kind agent_down"
)]
pub struct ListArgs {
    /// At least as bad: info, warning or critical
    #[arg(long, value_parser = word::<AlertSeverity>)]
    severity: Option<AlertSeverity>,
    /// Of this kind, as `mesh alert rules` names it
    #[arg(long, value_parser = word::<AlertKind>)]
    kind: Option<AlertKind>,
    /// Those that have ended lately too
    #[arg(long)]
    ended: bool,
    /// Those alone that wait for your word
    #[arg(long, conflicts_with = "ended")]
    mine: bool,
}

/// Set when a kind is raised, how bad it is and who hears of it; what is left out stays
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh alert set guard_surge --threshold 30 --severity warning\n          mesh alert set cost --off\n          mesh alert set overdue --push no --escalate-minutes 0"
)]
pub struct SetArgs {
    /// The kind, as `mesh alert rules` names it
    #[arg(value_parser = word::<AlertKind>)]
    kind: AlertKind,
    /// Raise it
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Do not raise it any more
    #[arg(long)]
    off: bool,
    /// info, warning or critical
    #[arg(long, value_parser = word::<AlertSeverity>)]
    severity: Option<AlertSeverity>,
    /// From what on, in the unit that `mesh alert rules` shows
    #[arg(long, value_name = "N")]
    threshold: Option<u64>,
    /// Whether browsers are told: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes)]
    push: Option<bool>,
    /// After how long more people hear of it if nobody has acknowledged it; 0: never
    #[arg(long, value_name = "N")]
    escalate_minutes: Option<u32>,
}

/// A word of the model, by its name in JSON.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|why| why.to_string())
}

fn yes(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
}

/// `mesh alert …`
pub fn alert(context: &Context, verb: AlertVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        AlertVerb::List(args) => list(context, args),
        AlertVerb::Acknowledge { alert } => {
            let done = http.call::<AlertAcknowledge>(AlertRefInput { alert: Seq(alert) })?;
            if !printed_json(context, &done)? {
                line(&format!("alert {alert} is acknowledged"));
            }
            Ok(())
        }
        AlertVerb::Rules => rules(context),
        AlertVerb::Set(args) => {
            let input = AlertSetInput {
                kind: args.kind,
                on: (args.on || args.off).then_some(args.on),
                severity: args.severity,
                threshold: args.threshold,
                push: args.push,
                escalate_minutes: args.escalate_minutes,
            };
            let done = http.call::<AlertSet>(input)?;
            if !printed_json(context, &done)? {
                line("it holds from here on; mesh alert rules shows it");
            }
            Ok(())
        }
        AlertVerb::Routes { changes } => routes::routes(context, &changes),
        AlertVerb::Test { severity } => {
            let severity = Some(severity);
            let made = http.call::<AlertTest>(AlertTestInput { severity })?;
            if !printed_json(context, &made)? {
                line(&format!(
                    "alert {} is raised; it ends with mesh alert acknowledge {}, or in ten minutes",
                    made.alert, made.alert
                ));
            }
            Ok(())
        }
    }
}

fn list(context: &Context, args: ListArgs) -> Outcome<()> {
    let input = AlertListInput {
        severity: args.severity,
        kind: args.kind,
        ended: args.ended,
        mine: args.mine,
    };
    let found = context.http()?.call::<AlertList>(input)?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("Nothing is wrong that you would have to know of.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found.items.iter().map(row).collect();
    table(
        &["alert", "severity", "what", "since", "times", "state"],
        &rows,
    );
    Ok(())
}

fn row(alert: &Alert) -> Vec<String> {
    let state = match (&alert.ended, &alert.acknowledged) {
        (Some(at), _) => format!("ended {}", times::relative(*at)),
        (None, Some(known)) => format!("known to @{}", known.by.handle),
        (None, None) if alert.escalated => "open, escalated".to_owned(),
        (None, None) => "open".to_owned(),
    };
    vec![
        alert.alert.to_string(),
        severity(alert.severity).to_owned(),
        clean(&alert.title),
        times::relative(alert.since),
        alert.count.to_string(),
        state,
    ]
}

fn severity(of: AlertSeverity) -> &'static str {
    match of {
        AlertSeverity::Info => "info",
        AlertSeverity::Warning => "warning",
        AlertSeverity::Critical => "critical",
    }
}

fn rules(context: &Context) -> Outcome<()> {
    let found = context
        .http()?
        .call::<AlertList>(AlertListInput::default())?;
    if printed_json(context, &found.rules)? {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found.rules.iter().map(rule).collect();
    table(
        &["kind", "raised", "severity", "push", "escalates after"],
        &rows,
    );
    Ok(())
}

fn rule(of: &AlertRuleView) -> Vec<String> {
    let rule = &of.rule;
    let raised = match (rule.on, rule.threshold) {
        (false, _) => "off".to_owned(),
        (true, None) => "on".to_owned(),
        (true, Some(from)) => format!("{from} {}", unit(of.kind)),
    };
    let escalates = rule
        .escalate_seconds
        .map(|seconds| format!("{} min", seconds / 60));
    vec![
        of.kind.name().to_owned(),
        raised,
        severity(rule.severity).to_owned(),
        if rule.push { "yes" } else { "no" }.to_owned(),
        escalates.unwrap_or_else(|| "never".to_owned()),
    ]
}

fn unit(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::AgentDown | AlertKind::LinkDown => "seconds",
        AlertKind::AgentFailing | AlertKind::TaskFailing => "failures in a row",
        AlertKind::Cost => "millionths a day",
        AlertKind::DiskLow => "percent free",
        AlertKind::GuardSurge => "messages in ten minutes",
        AlertKind::Escalated
        | AlertKind::Overdue
        | AlertKind::Budget
        | AlertKind::SchedulePaused
        | AlertKind::Test => "",
    }
}
