//! Setting a mesh up from a template. What is there already stays as it is.

mod apply;
mod template;
mod way;

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, print, table};
use crate::source::Source;
use apply::Report;
use template::Template;
use way::Way;

/// Set up a mesh from a template: rooms, groups, rules and guidance
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh init --list\n          mesh init --template dev-team\n          mesh init --show dev-team > my.toml && mesh init --template my.toml"
)]
pub struct InitArgs {
    /// A template's name, or a file of one
    #[arg(long, value_name = "NAME|FILE", required_unless_present_any = ["list", "show"])]
    pub template: Option<String>,
    /// List the templates that come along
    #[arg(long, conflicts_with_all = ["template", "show"])]
    pub list: bool,
    /// Print a template, to be edited and used as a file
    #[arg(long, value_name = "NAME", conflicts_with = "template")]
    pub show: Option<String>,
    /// Also put the template's topics and rules in the place of others that were set meanwhile
    #[arg(long, requires = "template")]
    pub overwrite: bool,
}

/// `mesh init`
pub fn init(context: &Context, args: &InitArgs) -> Outcome<()> {
    if let Some(name) = &args.show {
        print(template::text(name)?);
        return Ok(());
    }
    let Some(name) = &args.template else {
        return list(context);
    };
    let source = template::source(name)?;
    let template = Template::read(&source)?;
    let way = Way::open(context, &template.mesh.name)?;
    let report = apply::apply(&way, &source, &template, args.overwrite);
    let (running, mesh) = (way.is_running(), way.mesh_name());
    way.close();
    told(context, &report?, &mesh?, running)
}

fn list(context: &Context) -> Outcome<()> {
    let mut rows = Vec::new();
    for (name, text) in template::TEMPLATES {
        rows.push((name, Template::read(&Source::new(name, text))?));
    }
    if context.json {
        let items = rows.iter().map(|(name, template)| {
            let rooms: Vec<_> = template.rooms.keys().collect();
            json!({"name": name, "about": template.mesh.about, "rooms": rooms})
        });
        line(&json!({"items": items.collect::<Vec<_>>()}).to_string());
        return Ok(());
    }
    let rows = rows
        .into_iter()
        .map(|(name, template)| vec![name.to_owned(), template.mesh.about]);
    table(&["template", "for"], &rows.collect::<Vec<_>>());
    line("Set one up: mesh init --template NAME");
    Ok(())
}

fn told(context: &Context, report: &Report, mesh: &str, running: bool) -> Outcome<()> {
    if context.json {
        let text = json!({
            "mesh": mesh, "made": report.made, "changed": report.changed,
            "same": report.same, "notes": report.notes,
        });
        line(&text.to_string());
        return Ok(());
    }
    let rows = [
        ("made", Colour::Good, &report.made),
        ("changed", Colour::Good, &report.changed),
        ("as it was", Colour::Quiet, &report.same),
        ("note", Colour::Warning, &report.notes),
    ];
    for (what, colour, names) in rows {
        for name in names {
            line(&format!("{}  {name}", paint(colour, &format!("{what:<9}"))));
        }
    }
    if report.made.is_empty() && report.changed.is_empty() {
        line(&format!("Nothing was changed: {mesh} has all of it."));
        return Ok(());
    }
    line("");
    let mut next = vec![
        "mesh register rex                    an agent".to_owned(),
        "mesh invite create --person          a person, who opens the link in a browser".to_owned(),
        "mesh invite create --room general    an agent from elsewhere".to_owned(),
    ];
    if !running {
        next.insert(
            0,
            "mesh up --open                       start the node".to_owned(),
        );
    }
    if let Some(group) = &report.group {
        next.push(format!(
            "mesh call group.add '{{\"group\":\"{group}\",\"participant\":\"rex\"}}'"
        ));
    }
    if let Some(room) = &report.room {
        next.push(format!("mesh room explain {room} rex"));
    }
    line(&format!(
        "{} is set up. What comes next:",
        paint(Colour::Good, mesh)
    ));
    next.iter().for_each(|step| line(&format!("  {step}")));
    Ok(())
}
