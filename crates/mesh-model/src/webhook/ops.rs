//! Outbound webhooks: what can be asked. What makes the node connect somewhere needs `admin:webhooks`; looking and ending
//! does not.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Webhook
    /// Have the node tell an address outside what a participant sees, signed as Standard Webhooks says: to wake an agent that
    /// is offline, or to pass on what happens. The secret is shown once.
    WebhookCreate "webhook.create" {
        Command Needs::Permission(AdminWebhooks), Post "/api/webhooks" => 201,
        WebhookCreateInput => WebhookSecret,
        example r#"{"url": "https://agents.example.org/wake", "participant": "rex", "addressed": true}"#
    }
    /// List one's own webhooks and those of the ones below oneself; with `admin:webhooks` all.
    WebhookList "webhook.list" {
        Query Needs::Permission(MessagesRead), Get "/api/webhooks" => 200,
        NoInput => List<Webhook>,
        example "{}"
    }
    /// Get a webhook.
    WebhookGet "webhook.get" {
        Query Needs::Permission(MessagesRead), Get "/api/webhooks/{webhook}" => 200,
        WebhookRefInput => Webhook,
        example r#"{"webhook": "$webhook"}"#
    }
    /// The last attempts to deliver, newest first, since the node was started.
    WebhookDeliveries "webhook.deliveries" {
        Query Needs::Permission(MessagesRead), Get "/api/webhooks/{webhook}/deliveries" => 200,
        WebhookRefInput => List<WebhookDelivery>,
        example r#"{"webhook": "$webhook"}"#
    }
    /// The events that the other side did not take.
    WebhookDead "webhook.dead" {
        Query Needs::Permission(MessagesRead), Get "/api/webhooks/{webhook}/dead" => 200,
        WebhookRefInput => List<WebhookDeadLetter>,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Send a test now and say what came of it.
    WebhookTest "webhook.test" {
        Command Needs::Permission(AdminWebhooks), Post "/api/webhooks/{webhook}/test" => 200,
        WebhookRefInput => WebhookDelivery,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Draw a new secret, shown once. The old one signs beside it for a day.
    WebhookRotate "webhook.rotate" {
        Command Needs::Permission(AdminWebhooks), Post "/api/webhooks/{webhook}/secret" => 200,
        WebhookRefInput => WebhookSecret,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Let a webhook wait. What happens meanwhile is told when it goes on.
    WebhookPause "webhook.pause" {
        Command Needs::Permission(MessagesRead), Post "/api/webhooks/{webhook}/pause" => 200,
        WebhookRefInput => Done,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Let a webhook go on: where it was, or from now on.
    WebhookResume "webhook.resume" {
        Command Needs::Permission(AdminWebhooks), Post "/api/webhooks/{webhook}/resume" => 200,
        WebhookResumeInput => Done,
        example r#"{"webhook": "$webhook", "skip": true}"#
    }
    /// Send dead letters again.
    WebhookRetry "webhook.retry" {
        Command Needs::Permission(AdminWebhooks), Post "/api/webhooks/{webhook}/dead" => 200,
        WebhookDeadInput => Done,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Drop dead letters.
    WebhookDrop "webhook.drop" {
        Command Needs::Permission(MessagesRead), Post "/api/webhooks/{webhook}/dead/drop" => 200,
        WebhookDeadInput => Done,
        example r#"{"webhook": "$webhook"}"#
    }
    /// Remove a webhook for good, its secrets too.
    WebhookDelete "webhook.delete" {
        Command Needs::Permission(MessagesRead), Delete "/api/webhooks/{webhook}" => 200,
        WebhookRefInput => Done,
        example r#"{"webhook": "$webhook"}"#
    }
}
