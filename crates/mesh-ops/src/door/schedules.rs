//! Runs the schedules whose time has come, each as its owner: by the actor that made it, with the rights of this moment, through
//! the operation that its owner would use by hand.

use std::time::Duration;

use mesh_model::command::ScheduleCommand;
use mesh_model::{Actor, Command, Millis, Refusal, ScheduleId};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::door::{Caller, Door, Options};
use crate::ops::schedule::act;

/// So many run at one time: they share the writer's syncs.
const TOGETHER_MAX: usize = 32;
/// What could not be done because of the node itself is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

impl Door {
    /// Runs schedules until the node goes down.
    pub async fn keep_schedules(self) {
        let node = std::sync::Arc::clone(self.node());
        let (mut changed, mut stopping) = (node.work_changed(), node.stopping());
        if let Err(why) = self.note_schedule(ScheduleCommand::Move).await {
            tracing::warn!(%why, "whether the time zones have changed was not looked at");
        }
        loop {
            changed.borrow_and_update();
            let all_done = self.run_due().await;
            tokio::select! {
                more = changed.changed() => if more.is_err() { return },
                () = sleep(AGAIN), if !all_done => {}
                _ = stopping.wait_for(|stops| *stops) => return,
            }
        }
    }

    /// Whether all that was due is done or refused.
    async fn run_due(&self) -> bool {
        let work = self.node().work();
        let due = work.schedules().due();
        let mut waiting = due.filter_map(|found| Some((found.id, Millis(found.due?))));
        let (mut running, mut all_done) = (JoinSet::new(), true);
        loop {
            while running.len() < TOGETHER_MAX
                && let Some((schedule, due)) = waiting.next()
            {
                let door = self.clone();
                running.spawn(async move { door.run_one(schedule, due).await });
            }
            match running.join_next().await {
                Some(done) => all_done &= done.unwrap_or(false),
                None => return all_done,
            }
        }
    }

    async fn run_one(&self, schedule: ScheduleId, due: Millis) -> bool {
        let work = self.node().work();
        let Some(found) = work.schedules().get(schedule) else {
            return true;
        };
        let owner = found.owner;
        let Err(mut refusal) = self.run_as(found.by, schedule, due).await else {
            return true;
        };
        let now = self.node().work();
        let still = now.schedules().get(schedule);
        if still.is_none_or(|found| found.due != Some(due.0)) {
            // It is done, or its owner changed it meanwhile.
            return true;
        }
        if refusal.code.status() >= 500 {
            tracing::warn!(%schedule, why = %refusal, "a schedule could not run; it is tried again");
            return false;
        }
        self.refused(Some(owner), "schedule.run", &mut refusal)
            .await;
        let command = ScheduleCommand::Refuse {
            schedule,
            due,
            code: refusal.code,
            why: refusal.detail(),
        };
        let noted = self.note_schedule(command).await;
        if let Err(why) = &noted {
            tracing::warn!(%schedule, %why, "that a schedule was refused was not noted; it is tried again");
        }
        noted.is_ok()
    }

    /// By whatever made it: a credential that is over, a user who is disabled or a room that was left end it here.
    async fn run_as(&self, by: Actor, schedule: ScheduleId, due: Millis) -> Result<(), Refusal> {
        let caller = Caller::known(by);
        let declaration = act::DECLARATION;
        self.limit(&caller, None)?;
        self.check_needs(&caller, declaration.needs)?;
        let head = self.node().head();
        let mut call = self.begin(&caller, declaration, Options::default(), None, head);
        call.schedule = Some((schedule, Some(due)));
        act::act(self, &call).await
    }

    async fn note_schedule(&self, command: ScheduleCommand) -> Result<(), Refusal> {
        let command = Command::Schedule(command);
        let noted = self.node().submit(command, Actor::Node, None, None);
        noted.await.map(drop)
    }
}
