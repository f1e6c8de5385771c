//! Delivery: messages handed into a running session of a program, and what came of them; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Delivery
    /// Be handed what waits in the inbox, for one running session of a program. Each message goes to one session at a time.
    DeliveryTake "delivery.take" {
        Command Needs::Permission(MessagesRead), Post "/api/deliveries/take" => 200,
        DeliveryTakeInput => Deliveries,
        example r#"{"session": "s-1", "limit": 10}"#
    }
    /// Say what came of messages that a session was handed. Those that a model read are taken in.
    DeliveryReport "delivery.report" {
        Command Needs::Permission(MessagesRead), Post "/api/deliveries/report" => 200,
        DeliveryReportInput => List<DeliveryStanding>,
        example r#"{"session": "s-1", "lost": "all", "why": "ended"}"#
    }
    /// Ask with what an idle session of a program is to be woken, if it is.
    DeliveryWake "delivery.wake" {
        Command Needs::Permission(MessagesRead), Post "/api/deliveries/wake" => 200,
        DeliveryWakeInput => Wake,
        example r#"{"session": "s-1"}"#
    }
    /// Give the words with which a turn of a woken session ended. If a person woke it and it has said nothing since where it was
    /// asked, they are posted there as its reply, marked as what they are.
    DeliveryFinish "delivery.finish" {
        Command Needs::Permission(MessagesWrite), Post "/api/deliveries/finish" => 200,
        DeliveryFinishInput => Finished,
        example r#"{"session": "s-1", "text": "The build is green again."}"#
    }
}
