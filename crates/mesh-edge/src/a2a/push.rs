//! Push notifications: a configuration is a webhook of one task. What that needs, where it may lead, how it is sent and when it
//! ends is said there, once.

use mesh_model::api::{NoInput, Webhook, WebhookCreateInput, WebhookRefInput};
use mesh_model::events::WebhookBody;
use mesh_model::ops::{WebhookCreate, WebhookDelete, WebhookGet, WebhookList};
use mesh_model::{ErrorCode, Refusal, Seq, TaskId, WebhookId};
use serde_json::{Value, json};

use super::asking::{Asking, Whom};
use super::fault::{Fault, Kind};
use super::wire::{PushConfig, PushNamed, PushOf};

/// A method about configurations, with what it was given.
pub(super) enum Ask {
    Create(Box<PushConfig>),
    Get(PushNamed),
    List(PushOf),
    Delete(PushNamed),
}

/// Carries a method out.
pub(super) async fn answer(asking: &Asking, whom: &Whom, ask: Ask) -> Result<Value, Fault> {
    match ask {
        Ask::Create(config) => {
            let task = asking.task(whom, &config.task_id).await?.task.id;
            check(asking, task, &config).await?;
            Ok(json!(create(asking, task, *config, None).await?))
        }
        Ask::Get(named) => {
            let found = find(asking, whom, &named).await?;
            Ok(json!(told(asking, &found).await?))
        }
        Ask::List(of) => {
            let task = asking.task(whom, &of.task_id).await?.task.id;
            let mut configs = Vec::new();
            for found in own(asking, task).await? {
                configs.push(told(asking, &found).await?);
            }
            Ok(json!({"configs": configs, "nextPageToken": ""}))
        }
        Ask::Delete(named) => {
            let webhook = find(asking, whom, &named).await?.id;
            let gone = asking.call::<WebhookDelete>(WebhookRefInput { webhook });
            gone.await?;
            Ok(json!({}))
        }
    }
}

/// Whether the caller may have this configuration, before anything is made.
pub(super) fn check_new(asking: &Asking, config: &PushConfig) -> Result<(), Fault> {
    authorization(config)?;
    Ok(asking
        .edge
        .door
        .check_may_push(&asking.caller, &config.url)?)
}

/// The same for a task that is there: one that is replaced counts for nothing.
async fn check(asking: &Asking, task: TaskId, config: &PushConfig) -> Result<(), Fault> {
    if replaced(asking, task, &config.url).await?.is_some() {
        authorization(config)?;
        return Ok(());
    }
    check_new(asking, config)
}

/// Has the address told what happens to the task after this place. An address is told once: a new configuration for it takes
/// the place of the old.
pub(super) async fn create(
    asking: &Asking,
    task: TaskId,
    config: PushConfig,
    after: Option<Seq>,
) -> Result<PushConfig, Fault> {
    if let Some(webhook) = replaced(asking, task, &config.url).await? {
        let gone = asking.call::<WebhookDelete>(WebhookRefInput { webhook });
        gone.await?;
    }
    let input = WebhookCreateInput {
        url: config.url.clone(),
        body: WebhookBody::Full,
        task: Some(task),
        after,
        authorization: authorization(&config)?,
        token: Some(config.token).filter(|token| !token.is_empty()),
        ..WebhookCreateInput::default()
    };
    let made = asking.call::<WebhookCreate>(input).await?;
    Ok(PushConfig {
        id: made.id.to_string(),
        task_id: task.to_string(),
        url: config.url,
        ..PushConfig::default()
    })
}

/// The header that a receiver wants to see.
fn authorization(config: &PushConfig) -> Result<Option<String>, Fault> {
    let Some(wanted) = &config.authentication else {
        return Ok(None);
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match (wanted.scheme.as_str(), wanted.credentials.as_str()) {
        ("", "") => Ok(None),
        (scheme, credentials) if !scheme.is_empty() && scheme.bytes().all(fits) => {
            Ok((!credentials.is_empty()).then(|| format!("{scheme} {credentials}")))
        }
        _ => Err(Fault::field(
            "authentication.scheme",
            "it is no scheme of HTTP",
            "send such as Bearer",
        )),
    }
}

/// The caller's webhooks of a task.
async fn own(asking: &Asking, task: TaskId) -> Result<Vec<Webhook>, Refusal> {
    let me = asking.me()?;
    let mut all = asking.call::<WebhookList>(NoInput {}).await?.items;
    all.retain(|found| found.task == Some(task) && found.participant.id == me);
    Ok(all)
}

async fn replaced(asking: &Asking, task: TaskId, url: &str) -> Result<Option<WebhookId>, Fault> {
    for found in own(asking, task).await? {
        if told(asking, &found).await?.url == url {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}

/// A configuration by its id, if it is the caller's and of the task that is named.
async fn find(asking: &Asking, whom: &Whom, named: &PushNamed) -> Result<Webhook, Fault> {
    let task = asking.task(whom, &named.task_id).await?.task.id;
    let found = own(asking, task).await?;
    let mut found = found.into_iter();
    let found = found.find(|found| found.id.to_string() == named.id);
    found.ok_or_else(|| {
        Fault::new(
            Kind::TaskNotFound,
            "there is no such configuration",
            "ListTaskPushNotificationConfigs has those that there are; one ends with its task",
        )
    })
}

/// A configuration as it is shown: tokens and credentials are told to nobody again.
async fn told(asking: &Asking, found: &Webhook) -> Result<PushConfig, Fault> {
    let webhook = found.id;
    let whole = asking.call::<WebhookGet>(WebhookRefInput { webhook });
    let url = match whole.await {
        Ok(whole) => whole.url,
        // It ended with its task a moment ago.
        Err(why) if why.code == ErrorCode::NotFound => None,
        Err(why) => return Err(why.into()),
    };
    Ok(PushConfig {
        id: webhook.to_string(),
        task_id: found.task.map(|task| task.to_string()).unwrap_or_default(),
        url: url.map(|url| url.to_string()).unwrap_or_default(),
        ..PushConfig::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(authentication: Value) -> PushConfig {
        let config = json!({"url": "https://a.example", "authentication": authentication});
        serde_json::from_value(config).unwrap()
    }

    #[test]
    fn a_scheme_and_its_credentials_make_one_header() {
        let header = |value| authorization(&config(value));
        assert_eq!(header(json!(null)).unwrap(), None);
        assert_eq!(
            header(json!({"scheme": "Bearer", "credentials": "abc"})).unwrap(),
            Some("Bearer abc".to_owned())
        );
        assert_eq!(header(json!({"scheme": "Bearer"})).unwrap(), None);
        for bad in ["Bear er", "X\r\nHost:", ""] {
            assert!(header(json!({"scheme": bad, "credentials": "abc"})).is_err());
        }
    }
}
