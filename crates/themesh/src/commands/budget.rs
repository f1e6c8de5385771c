//! What may be used in a day, and what was.

use clap::{Args, Subcommand, ValueEnum};
use mesh_model::api::{BudgetSetInput, CostBy, CostListInput, NoInput};
use mesh_model::events::Spend;
use mesh_model::ops::{BudgetList, BudgetSet, CostList};

use crate::commands::task::{budget_row, money, names, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{clean, line, printed_json, table};

/// What may be used in a day
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh budget set --agent rex --tokens 200000")]
pub enum BudgetVerb {
    /// List budgets and what is used of them today
    #[command(after_help = "Example: mesh budget list")]
    List,
    /// Set what may be used in a day; without limits there is none any more
    #[command(
        after_help = "Examples: mesh budget set --agent rex --tokens 200000 --cost 1.50\n          mesh budget set --each-agent --cost 5\n          mesh budget set --cost 20      (the whole mesh)"
    )]
    Set {
        /// Of one agent
        #[arg(long, value_name = "NAME")]
        agent: Option<String>,
        /// Of every agent for which nothing else is set
        #[arg(long, conflicts_with = "agent")]
        each_agent: bool,
        /// Of one room
        #[arg(long, conflicts_with_all = ["agent", "each_agent"])]
        room: Option<String>,
        /// Tokens a day
        #[arg(long)]
        tokens: Option<u64>,
        /// A sum a day, such as 1.50
        #[arg(long, value_name = "SUM")]
        cost: Option<String>,
    },
}

/// Add up what work cost
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh costs --by model --days 7")]
pub struct CostsArgs {
    /// model, agent, room or day
    #[arg(long, value_enum, default_value = "model")]
    pub by: CostsBy,
    /// Days back; 1 is today
    #[arg(long, default_value_t = 1)]
    pub days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CostsBy {
    Model,
    Agent,
    Room,
    Day,
}

/// `mesh budget …`
pub fn budget(context: &Context, verb: BudgetVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        BudgetVerb::List => {
            let list = http.call::<BudgetList>(NoInput {})?;
            if printed_json(context, &list)? {
                return Ok(());
            }
            if list.items.is_empty() {
                line("There are no budgets. Set one: mesh budget set --agent NAME --tokens 200000");
                return Ok(());
            }
            let known = names(&http);
            let name = |id| known.get(&id).cloned().unwrap_or_else(|| short(id));
            let rows: Vec<Vec<String>> = list
                .items
                .iter()
                .map(|budget| budget_row(budget, &name))
                .collect();
            table(&["budget", "used today", "set aside", "limit a day"], &rows);
        }
        BudgetVerb::Set {
            agent,
            each_agent,
            room,
            tokens,
            cost,
        } => {
            let micros = cost.as_deref().map(micros).transpose()?;
            let input = BudgetSetInput {
                agent,
                each_agent,
                room,
                tokens,
                micros,
            };
            let done = http.call::<BudgetSet>(input)?;
            if !printed_json(context, &done)? {
                line(if tokens.is_none() && micros.is_none() {
                    "there is no limit any more"
                } else {
                    "the budget holds from here on; it begins anew each day (UTC)"
                });
            }
        }
    }
    Ok(())
}

/// A sum as millionths.
fn micros(text: &str) -> Outcome<u64> {
    let wrong = || {
        Failure::usage(
            format!("'{text}' is no sum"),
            "for example 1.50, with at most six places",
        )
        .so(Effect::NothingChanged)
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || rest.len() > 6 || !digits(whole) || !digits(rest) {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let rest: u64 = format!("{rest:0<6}").parse().map_err(|_| wrong())?;
    let whole = whole.checked_mul(1_000_000).ok_or_else(wrong)?;
    whole.checked_add(rest).ok_or_else(wrong)
}

/// `mesh costs`
pub fn costs(context: &Context, args: CostsArgs) -> Outcome<()> {
    let (by, heading) = match args.by {
        CostsBy::Model => (CostBy::Model, "model"),
        CostsBy::Agent => (CostBy::Agent, "agent"),
        CostsBy::Room => (CostBy::Room, "room"),
        CostsBy::Day => (CostBy::Day, "day"),
    };
    let input = CostListInput {
        by,
        days: Some(args.days),
    };
    let list = context.http()?.call::<CostList>(input)?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("Nothing was spent in that time.");
        return Ok(());
    }
    let mut all = Spend::default();
    let mut attempts = 0_u64;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for cost in &list.items {
        all.tokens = all.tokens.saturating_add(cost.spend.tokens);
        all.micros = all.micros.saturating_add(cost.spend.micros);
        attempts += u64::from(cost.attempts);
        rows.push(cost_row(
            clean(&cost.name),
            u64::from(cost.attempts),
            cost.spend,
        ));
    }
    rows.push(cost_row("together".to_owned(), attempts, all));
    table(&[heading, "attempts", "tokens", "cost"], &rows);
    Ok(())
}

/// Numbers end below one another.
fn cost_row(name: String, attempts: u64, spend: Spend) -> Vec<String> {
    vec![
        name,
        format!("{attempts:>8}"),
        format!("{:>12}", spend.tokens),
        format!("{:>12}", money(spend.micros)),
    ]
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn sums_are_read_exactly() {
        for (text, number) in [
            ("1.50", 1_500_000),
            ("20", 20_000_000),
            ("0.000001", 1),
            ("3.", 3_000_000),
        ] {
            assert_eq!(micros(text).unwrap(), number, "{text}");
        }
        for wrong in [
            "",
            ".5",
            "-1",
            "1,5",
            "0.0000001",
            "a",
            "99999999999999999999",
        ] {
            assert!(micros(wrong).is_err(), "{wrong}");
        }
    }
}
