//! Schedules and reminders: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Schedule
    /// Say something, or create tasks, at a time: once, again and again, or by cron. It is done with your rights of that
    /// moment, and shown as yours.
    ScheduleCreate "schedule.create" {
        Command Needs::Permission(MessagesWrite), Post "/api/schedules" => 201,
        ScheduleCreateInput => ScheduleMade,
        example r#"{"to": "workshop", "text": "Stand-up: what is in your way?", "cron": "0 9 * * MON-FRI", "zone": "Europe/Berlin", "name": "stand-up"}"#
    }
    /// List one's own schedules and those of the ones below oneself; with `agents:admin` all.
    ScheduleList "schedule.list" {
        Query Needs::Permission(MessagesRead), Get "/api/schedules" => 200,
        NoInput => List<Schedule>,
        example "{}"
    }
    /// Get a schedule with its next ten times and what came of the last ones.
    ScheduleGet "schedule.get" {
        Query Needs::Permission(MessagesRead), Get "/api/schedules/{schedule}" => 200,
        ScheduleRefInput => Schedule,
        example r#"{"schedule": "$schedule"}"#
    }
    /// The next ten times that something would be due, before it is made.
    SchedulePreview "schedule.preview" {
        Query Needs::Permission(MessagesRead), Get "/api/schedule-times" => 200,
        SchedulePreviewInput => ScheduleTimes,
        example r#"{"cron": "0 9 * * MON", "zone": "Europe/Berlin"}"#
    }
    /// Change a schedule of one's own. What is left out stays as it is.
    ScheduleChange "schedule.change" {
        Command Needs::Permission(MessagesWrite), Patch "/api/schedules/{schedule}" => 200,
        ScheduleChangeInput => ScheduleMade,
        example r#"{"schedule": "$schedule", "text": "Stand-up in five minutes."}"#
    }
    /// Let a schedule wait.
    SchedulePause "schedule.pause" {
        Command Needs::Permission(MessagesRead), Post "/api/schedules/{schedule}/pause" => 200,
        ScheduleRefInput => Done,
        example r#"{"schedule": "$schedule"}"#
    }
    /// Let a schedule of one's own go on. Times that have passed meanwhile are left out.
    ScheduleResume "schedule.resume" {
        Command Needs::Permission(MessagesWrite), Post "/api/schedules/{schedule}/resume" => 200,
        ScheduleRefInput => Done,
        example r#"{"schedule": "$schedule"}"#
    }
    /// Run a schedule of one's own now. The times that come stay as they are.
    ScheduleRun "schedule.run" {
        Command Needs::Permission(MessagesWrite), Post "/api/schedules/{schedule}/run" => 200,
        ScheduleRefInput => ScheduleDone,
        example r#"{"schedule": "$schedule"}"#
    }
    /// Remove a schedule for good.
    ScheduleRemove "schedule.remove" {
        Command Needs::Permission(MessagesRead), Delete "/api/schedules/{schedule}" => 200,
        ScheduleRefInput => Done,
        example r#"{"schedule": "$schedule"}"#
    }
}
