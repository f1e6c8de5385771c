//! Tasks that the examples take for granted, each standing where its example needs it.

use serde_json::{Value, json};

use super::{Fixture, Surface, must, text};

/// Long enough for any walk.
const LEASE_MS: u32 = 10 * 60 * 1000;

impl Fixture {
    /// The owner works itself, so that it holds what the walk hands in; rex did one task before.
    pub(super) async fn name_tasks<S: Surface>(&mut self, surface: &mut S) {
        let (owner, rex) = (self.owner.clone(), self.rex.clone());
        let capabilities = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
        must(surface, &owner, "member.capabilities", capabilities).await;
        for token in [&owner, &rex] {
            must(surface, token, "worker.enrol", json!({"slots": 8})).await;
        }
        let me = must(surface, &owner, "me.get", json!({})).await;
        let me = me["participant"]["id"].clone();
        // Nobody can do these: they stay where they are.
        for name in ["$task", "$other_task", "$spare_task"] {
            let task = json!({"title": "Rest", "prompt": "Wait.", "capability": "patience"});
            self.create(surface, name, task).await;
        }
        self.name_done(surface, &rex).await;
        let mine = |title: &str| json!({"title": title, "prompt": "Do it.", "assigned": me, "attempts": 1});
        let held = [
            ("$held_task", "$fence"),
            ("$failing_task", "$failing_fence"),
            ("$ready_task", "$ready_fence"),
            ("$blocked_task", "$blocked_fence"),
        ];
        for (task, fence) in held {
            self.create(surface, task, mine("Read the parser")).await;
            let fence_at = self.take(surface, &owner, &self.names[task].clone()).await;
            self.names.insert(fence, fence_at);
        }
        let failed = json!({
            "task": self.names["$blocked_task"], "fence": self.names["$blocked_fence"],
            "reason": "nobody told me the password", "last": true,
        });
        must(surface, &owner, "task.fail", failed).await;
        // What `task.take` gives.
        self.create(surface, "$waiting_task", mine("Read the changelog"))
            .await;
    }

    /// A task that rex finished.
    async fn name_done<S: Surface>(&mut self, surface: &mut S, rex: &str) {
        let task = json!({"title": "Count", "prompt": "Count the files.", "assigned": "rex"});
        self.create(surface, "$done_task", task).await;
        let done = self.names["$done_task"].clone();
        let fence = self.take(surface, rex, &done).await;
        let result = json!({
            "task": done, "fence": fence, "output": {"text": "Nine files."}, "confidence": 95,
            "cost": {"spend": {"tokens": 800, "micros": 2400}, "model": "claude-sonnet"},
        });
        must(surface, rex, "task.finish", result).await;
    }

    async fn create<S: Surface>(&mut self, surface: &mut S, name: &'static str, task: Value) {
        let create = json!({"room": "workshop", "tasks": [task]});
        let created = must(surface, &self.owner, "task.create", create).await;
        self.names.insert(name, created["tasks"][0]["id"].clone());
    }

    /// Takes the one task that is for whoever asks; gives its fence.
    pub(super) async fn take<S: Surface>(
        &self,
        surface: &mut S,
        token: &str,
        task: &Value,
    ) -> Value {
        let take = json!({"count": 1, "lease_ms": LEASE_MS});
        let taken = must(surface, token, "task.take", take).await;
        let taken = &taken["items"][0];
        assert_eq!(text(&taken["task"]["id"]), text(task), "{taken}");
        taken["fence"].clone()
    }
}
