//! By which ways one is told of alerts.

use mesh_model::api::{AlertDigest, AlertRoutes, DigestEvery, NoInput};
use mesh_model::ops::{AlertRoutesGet, AlertRoutesSet};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json, table};

use super::word;

/// `mesh alert routes …`
pub(super) fn routes(context: &Context, changes: &[String]) -> Outcome<()> {
    let http = context.http()?;
    let mut routes = http.call::<AlertRoutesGet>(NoInput {})?;
    if !changes.is_empty() {
        for one in changes {
            change(&mut routes, one)?;
        }
        routes = http.call::<AlertRoutesSet>(routes)?;
    }
    if printed_json(context, &routes)? {
        return Ok(());
    }
    let rows = [
        ("inbox", routes.inbox),
        ("push", routes.push),
        ("connector", routes.connector),
    ];
    let level = |of| {
        let name = serde_json::to_value(of).ok();
        name.and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(way, from)| vec![way.to_owned(), level(from)])
        .collect();
    table(&["way", "from"], &rows);
    line(&match &routes.digest {
        None => "Browsers are told of each alert when it is raised.".to_owned(),
        Some(digest) => {
            let when = match digest.every {
                DigestEvery::Hour => "every hour".to_owned(),
                DigestEvery::Day => format!("every day at {}", digest.at),
            };
            format!(
                "Below critical, browsers are told {when} ({}) of all together.",
                digest.zone
            )
        }
    });
    Ok(())
}

/// Takes in `push=critical`, `digest=day`, `at=08:00` or `zone=Europe/Berlin`.
fn change(routes: &mut AlertRoutes, given: &str) -> Outcome<()> {
    let wrong = |what: &str| {
        Failure::usage(
            format!("'{given}': {what}"),
            "for example push=critical, connector=never or digest=day at=08:00 zone=Europe/Berlin",
        )
        .so(Effect::NothingChanged)
    };
    let (what, value) = given
        .split_once('=')
        .ok_or_else(|| wrong("there is no '='"))?;
    let level = || word(value).map_err(|_| wrong("a severity is info, warning, critical or never"));
    match what {
        "inbox" => routes.inbox = level()?,
        "push" => routes.push = level()?,
        "connector" => routes.connector = level()?,
        "digest" if value == "off" => routes.digest = None,
        "digest" => {
            let every = word(value).map_err(|_| wrong("a digest is off, hour or day"))?;
            digest(routes).every = every;
        }
        "at" => digest(routes).at = value.to_owned(),
        "zone" => digest(routes).zone = value.to_owned(),
        _ => {
            return Err(wrong(
                "there are inbox, push, connector, digest, at and zone",
            ));
        }
    }
    Ok(())
}

/// The digest that is changed; a day's at eight, by the clocks of this machine, if there was none.
fn digest(routes: &mut AlertRoutes) -> &mut AlertDigest {
    routes.digest.get_or_insert_with(|| {
        let zone = jiff::tz::TimeZone::system();
        AlertDigest {
            every: DigestEvery::Day,
            at: "08:00".to_owned(),
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_model::api::AlertLevel;

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let mut routes = AlertRoutes::default();
        for one in ["push=never", "digest=hour", "zone=UTC"] {
            change(&mut routes, one).unwrap();
        }
        assert_eq!(routes.push, AlertLevel::Never);
        assert_eq!(routes.inbox, AlertRoutes::default().inbox);
        let digest = routes.digest.clone().unwrap();
        assert_eq!((digest.every, &*digest.zone), (DigestEvery::Hour, "UTC"));
        change(&mut routes, "digest=off").unwrap();
        assert_eq!(routes.digest, None);
        for wrong in ["push", "push=loud", "mail=info", "digest=week"] {
            assert!(change(&mut routes, wrong).is_err(), "{wrong}");
        }
    }
}
