//! Secrets: who may set them. Their values are in the vault.

use mesh_model::command::SecretCommand;
use mesh_model::events::{SecretRemoved, SecretSet};
use mesh_model::limits::SECRETS_MAX;
use mesh_model::{Effect, NewEvent};

use crate::actor::Asker;
use crate::{Decision, check, refuse};

pub(crate) fn decide(asker: &Asker<'_>, command: &SecretCommand) -> Decision {
    match command {
        SecretCommand::Set { name } => set(asker, name),
        SecretCommand::Remove { name } => remove(asker, name),
    }
}

fn set(asker: &Asker<'_>, name: &str) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("store secrets"));
    }
    check::name("name of the secret", name)?;
    let known = asker.access.secret(name);
    if known.is_none() && asker.access.secrets().count() >= SECRETS_MAX {
        return Err(refuse::conflict(
            format!("there are {SECRETS_MAX} secrets already"),
            "remove one that is not needed any more",
        )
        .so(Effect::NothingStored));
    }
    let version = known.map_or(0, |secret| secret.version).saturating_add(1);
    Ok(vec![NewEvent::new(SecretSet {
        name: name.to_owned(),
        version,
    })])
}

fn remove(asker: &Asker<'_>, name: &str) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("remove secrets"));
    }
    if asker.access.secret(name).is_none() {
        return Err(refuse::not_found(
            "secret",
            "list the secrets to see their names",
        ));
    }
    Ok(vec![NewEvent::new(SecretRemoved {
        name: name.to_owned(),
    })])
}
