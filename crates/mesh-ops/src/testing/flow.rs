//! An approval, a template and memories that the examples take for granted.

use serde_json::json;

use super::{Fixture, Surface, must};

impl Fixture {
    /// Rex asks, so that the owner can answer; rex remembers, and has tidied it already.
    pub(super) async fn name_flow<S: Surface>(&mut self, surface: &mut S) {
        let (owner, rex) = (self.owner.clone(), self.rex.clone());
        let asked = json!({"room": "workshop", "question": "May I delete the old branches?", "seconds": 600});
        let asked = must(surface, &rex, "approval.ask", asked).await;
        self.names.insert("$approval", asked["id"].clone());
        let spare =
            json!({"name": "spare", "title": "Nothing", "prompt": "Do nothing about {what}."});
        must(surface, &owner, "template.create", spare).await;
        let memories = [
            ("stale", "The build needs Node 18."),
            ("port", "The preview listens at port 4000."),
            ("preview", "Port 4000 is the preview's."),
        ];
        for (key, text) in memories {
            let memory = json!({"participant": "rex", "key": key, "text": text});
            must(surface, &owner, "memory.set", memory).await;
        }
        let tidy = json!({"participant": "rex", "room": "workshop"});
        let tidy = must(surface, &owner, "memory.consolidate", tidy).await;
        let task = tidy["tasks"][0]["id"].clone();
        let fence = self.take(surface, &rex, &task).await;
        let change = json!({"forget": ["port"], "key": "preview", "text": "The preview listens at port 4000.", "why": "the same twice"});
        let result = json!({
            "task": task, "fence": fence,
            "output": {"text": "Two say the same.", "data": {"changes": [change]}},
        });
        must(surface, &rex, "task.finish", result).await;
        self.names.insert("$tidied_task", task);
        self.name_proposals(surface).await;
        self.name_plan(surface).await;
    }

    /// Rex has planned what the owner wished.
    async fn name_plan<S: Surface>(&mut self, surface: &mut S) {
        let (owner, rex) = (self.owner.clone(), self.rex.clone());
        let wish = json!({"room": "workshop", "wish": "Tell everybody", "assigned": "rex"});
        let made = must(surface, &owner, "plan.ask", wish).await;
        let task = made["tasks"][0]["id"].clone();
        let fence = self.take(surface, &rex, &task).await;
        let input = json!({"room": "workshop", "text": "rex rests"});
        let step = json!({"operation": "message.post", "input": input, "why": "so that all know"});
        let result = json!({
            "task": task, "fence": fence,
            "output": {"text": "One step.", "data": {"answer": "I would say it.", "steps": [step]}},
        });
        must(surface, &rex, "task.finish", result).await;
        let read = must(surface, &owner, "plan.get", json!({"task": task})).await;
        self.names.insert("$planning_task", task);
        self.names.insert("$plan", read["plan"].clone());
    }

    /// Rex has read a report and proposes something.
    async fn name_proposals<S: Surface>(&mut self, surface: &mut S) {
        let (owner, rex) = (self.owner.clone(), self.rex.clone());
        let proposal = json!({"title": "Keep a mirror", "why": "two downloads failed", "task": "Set up a mirror."});
        let asked = json!({"title": "Propose", "prompt": "What could be better?", "assigned": "rex", "verify_below": 0});
        let asked = json!({"room": "workshop", "tasks": [asked]});
        let made = must(surface, &owner, "task.create", asked).await;
        let task = made["tasks"][0]["id"].clone();
        let fence = self.take(surface, &rex, &task).await;
        let result = json!({
            "task": task, "fence": fence,
            "output": {"text": "One proposal.", "data": {"proposals": [proposal]}},
        });
        must(surface, &rex, "task.finish", result).await;
        self.names.insert("$proposing_task", task);
    }
}
