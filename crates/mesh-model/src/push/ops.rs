//! Web Push: what can be asked. Each browser is its own person's: nobody has another one's browser told.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Push
    /// List the caller's browsers that are told of what waits, and the key with which another one asks for it.
    PushList "push.list" {
        Query Needs::Permission(MessagesRead), Get "/api/push" => 200,
        NoInput => Pushes,
        example "{}"
    }
    /// Have one of the caller's browsers told of what waits, by its push service: who wants something and where, sealed for that
    /// browser. It ends with the sign-in.
    PushSubscribe "push.subscribe" {
        Command Needs::Permission(MessagesRead), Post "/api/push" => 201,
        PushSubscribeInput => PushBrowser,
        example r#"{"browser": "$told", "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/x", "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}"#
    }
    /// Tell a browser something now, and say what came of it.
    PushTest "push.test" {
        Command Needs::Permission(MessagesRead), Post "/api/push/{browser}/test" => 200,
        BrowserRefInput => PushSent,
        example r#"{"browser": "$told"}"#
    }
    /// Tell a browser nothing any more.
    PushUnsubscribe "push.unsubscribe" {
        Command Needs::Permission(MessagesRead), Delete "/api/push/{browser}" => 200,
        BrowserRefInput => Done,
        example r#"{"browser": "$told"}"#
    }
    /// Say whether the caller looks at the page: what is in sight is told to no other browser.
    PushLook "push.look" {
        Command Needs::Permission(MessagesRead), Put "/api/push/look" => 200,
        PushLookInput => Done,
        example r#"{"looking": true}"#
    }
}
