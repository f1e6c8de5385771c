//! What is asked about the mesh, answered by what the same operations give the caller.

use mesh_model::api::VoiceLocale::{De, En, Es};
use mesh_model::events::TaskState;

use crate::prelude::*;

use super::dispatch::Voice;
use super::phrases::Want;
use super::say;

/// Tasks whose titles are looked at.
const TASKS_READ: u32 = 20;

impl Voice<'_> {
    /// A report in a sentence.
    pub(super) async fn report(&self, want: Want, agent: Option<usize>) -> Result<String, Refusal> {
        match want {
            Want::Running => self.running().await,
            Want::Waiting => self.waiting().await,
            Want::Pending => self.pending().await,
            Want::Costs => self.costs().await,
            Want::Finished => self.finished().await,
            Want::MostFailing => self.most_failing().await,
            Want::DoneToday => self.done_by(agent, 1).await,
            Want::DoneWeek => self.done_by(agent, 7).await,
            Want::DoneMonth => self.done_by(agent, 30).await,
            _ => self.status().await,
        }
    }

    fn room_text(&self) -> Option<String> {
        self.room.map(|room| room.to_string())
    }

    async fn stats(&self, room: Option<String>, days: u32) -> Result<TaskStats, Refusal> {
        let days = Some(days);
        self.ask::<TaskStatistics>(TaskStatsInput { room, days })
            .await
    }

    pub(super) async fn tasks(&self, states: Vec<TaskState>) -> Result<Vec<TaskView>, Refusal> {
        let input = TaskListInput {
            room: self.room_text(),
            states,
            limit: Some(TASKS_READ),
            ..TaskListInput::default()
        };
        Ok(self.ask::<TaskList>(input).await?.items)
    }

    pub(super) async fn approvals(&self) -> Result<Vec<ApprovalView>, Refusal> {
        let input = ApprovalListInput {
            room: self.room_text(),
            mine: true,
        };
        let mut items = self.ask::<ApprovalList>(input).await?.items;
        // Ids grow with time: the latest question comes first.
        items.sort_by_key(|approval| std::cmp::Reverse(approval.id));
        Ok(items)
    }

    async fn counts(&self) -> Result<(u64, u64, u64), Refusal> {
        use TaskState::{Blocked, Leased, Queued, Retrying, Running, Verifying, Waiting};
        let stats = self.stats(self.room_text(), 1).await?;
        let of = |states: &[TaskState]| {
            let found = stats.states.iter().filter(|it| states.contains(&it.state));
            found.map(|it| u64::from(it.count)).sum()
        };
        Ok((
            of(&[Leased, Running, Verifying]),
            of(&[Waiting, Retrying, Queued]),
            of(&[Blocked]),
        ))
    }

    async fn status(&self) -> Result<String, Refusal> {
        let workers = self.ask::<WorkerList>(NoInput {}).await?;
        let here = workers.items.iter().filter(|worker| worker.here).count() as u64;
        let (running, queued, blocked) = self.counts().await?;
        let locale = self.locale;
        let here = say::count(
            locale,
            here,
            ("agent is here", "agents are here"),
            ("Agent ist da", "Agenten sind da"),
            ("agente está aquí", "agentes están aquí"),
        );
        let runs = say::count(
            locale,
            running,
            ("task runs", "tasks run"),
            ("Aufgabe läuft", "Aufgaben laufen"),
            ("tarea en marcha", "tareas en marcha"),
        );
        let mut said = match locale {
            En => format!("{here}, {runs}, {queued} in the queue, {blocked} blocked"),
            De => format!("{here}, {runs}, {queued} in der Schlange, {blocked} blockiert"),
            Es => format!("{here}, {runs}, {queued} en cola, {blocked} bloqueadas"),
        };
        if workers.stopped {
            said.push_str(match locale {
                En => "; nobody is given new work",
                De => "; niemand bekommt neue Arbeit",
                Es => "; nadie recibe trabajo nuevo",
            });
        }
        Ok(format!("{said}."))
    }

    async fn running(&self) -> Result<String, Refusal> {
        use TaskState::{Leased, Running, Verifying};
        let (running, queued, _) = self.counts().await?;
        let locale = self.locale;
        if running == 0 {
            return Ok(match locale {
                En => format!("Nothing is running, and {queued} in the queue."),
                De => format!("Es läuft nichts, und {queued} in der Schlange."),
                Es => format!("No hay nada en marcha y {queued} en cola."),
            });
        }
        let mut items = self.tasks(vec![Running, Leased, Verifying]).await?;
        items.sort_by_key(|task| std::cmp::Reverse(task.seq));
        let told: Vec<String> = items.iter().map(|task| self.told(task)).collect();
        let head = say::count(
            locale,
            running,
            ("task is running", "tasks are running"),
            ("Aufgabe läuft", "Aufgaben laufen"),
            ("tarea en marcha", "tareas en marcha"),
        );
        Ok(say::list(locale, &head, &told))
    }

    /// A task with who has it.
    pub(super) fn told(&self, task: &TaskView) -> String {
        let title = say::title(self.locale, task.title.as_ref());
        let who = task.attempt.as_ref().map(|attempt| attempt.worker);
        let who = who.and_then(|id| self.call.access.participant(id));
        match (who, self.locale) {
            (None, _) => title,
            (Some(who), En) => format!("{title} by {}", who.handle),
            (Some(who), De) => format!("{title} bei {}", who.handle),
            (Some(who), Es) => format!("{title} con {}", who.handle),
        }
    }

    async fn waiting(&self) -> Result<String, Refusal> {
        let approvals = self.approvals().await?.len() as u64;
        let (_, _, blocked) = self.counts().await?;
        let locale = self.locale;
        if approvals == 0 && blocked == 0 {
            return Ok(say::of(
                locale,
                "Nothing waits for you.",
                "Nichts wartet auf dich.",
                "No hay nada que te espere.",
            ));
        }
        let questions = say::count(
            locale,
            approvals,
            (
                "question waits for your answer",
                "questions wait for your answer",
            ),
            (
                "Frage wartet auf deine Antwort",
                "Fragen warten auf deine Antwort",
            ),
            (
                "pregunta espera tu respuesta",
                "preguntas esperan tu respuesta",
            ),
        );
        let blocked = say::count(
            locale,
            blocked,
            ("task is blocked", "tasks are blocked"),
            ("Aufgabe ist blockiert", "Aufgaben sind blockiert"),
            ("tarea está bloqueada", "tareas están bloqueadas"),
        );
        Ok(match locale {
            En => format!("{questions}, and {blocked}."),
            De => format!("{questions}, und {blocked}."),
            Es => format!("{questions} y {blocked}."),
        })
    }

    async fn pending(&self) -> Result<String, Refusal> {
        let items = self.approvals().await?;
        let locale = self.locale;
        let mut told = Vec::new();
        for approval in items.iter().take(3) {
            let question = match approval.question.as_ref() {
                Some(question) => say::title(locale, Some(question)),
                None => self.gated(approval).await,
            };
            told.push(format!("{} ({question})", approval.from.handle));
        }
        // Those that are not read out are counted all the same.
        told.extend(
            items
                .iter()
                .skip(3)
                .map(|approval| approval.from.handle.clone()),
        );
        let head = say::count(
            locale,
            items.len() as u64,
            ("question waits for you", "questions wait for you"),
            ("Frage wartet auf dich", "Fragen warten auf dich"),
            ("pregunta te espera", "preguntas te esperan"),
        );
        Ok(say::list(locale, &head, &told))
    }

    /// The title of a task that nobody may begin before an answer.
    async fn gated(&self, approval: &ApprovalView) -> String {
        let found = match approval.task {
            Some(task) => self.ask::<TaskGet>(TaskRefInput { task }).await.ok(),
            None => None,
        };
        say::title(
            self.locale,
            found.as_ref().and_then(|it| it.task.title.as_ref()),
        )
    }

    async fn costs(&self) -> Result<String, Refusal> {
        let input = CostListInput {
            by: CostBy::Agent,
            days: Some(1),
        };
        let items = self.ask::<CostList>(input).await?.items;
        let attempts: u64 = items.iter().map(|cost| u64::from(cost.attempts)).sum();
        let sum = |of: fn(&CostView) -> u64| items.iter().map(of).fold(0, u64::saturating_add);
        let tokens = sum(|cost| cost.spend.tokens);
        let money = say::money(self.locale, sum(|cost| cost.spend.micros));
        if attempts == 0 {
            return Ok(say::of(
                self.locale,
                "Nothing was spent today.",
                "Heute wurde nichts ausgegeben.",
                "Hoy no se ha gastado nada.",
            ));
        }
        let attempts = say::count(
            self.locale,
            attempts,
            ("attempt", "attempts"),
            ("Versuch", "Versuchen"),
            ("intento", "intentos"),
        );
        Ok(match self.locale {
            En => format!("Today {money} was spent, {tokens} tokens in {attempts}."),
            De => format!("Heute wurden {money} ausgegeben, {tokens} Tokens in {attempts}."),
            Es => format!("Hoy se han gastado {money}, {tokens} tokens en {attempts}."),
        })
    }

    async fn finished(&self) -> Result<String, Refusal> {
        let mut items = self.tasks(vec![TaskState::Done]).await?;
        items.sort_by_key(|task| std::cmp::Reverse(task.ended_at));
        let told: Vec<String> = items
            .iter()
            .take(3)
            .map(|task| say::title(self.locale, task.title.as_ref()))
            .collect();
        if told.is_empty() {
            return Ok(say::of(
                self.locale,
                "Nothing is done yet.",
                "Noch ist nichts fertig.",
                "Todavía no hay nada terminado.",
            ));
        }
        let head = say::of(
            self.locale,
            "Done last",
            "Zuletzt fertig",
            "Lo último terminado",
        );
        Ok(say::list(self.locale, &head, &told))
    }

    async fn most_failing(&self) -> Result<String, Refusal> {
        let workers = self.stats(None, 30).await?.workers;
        let share = |worker: &&WorkerCount| {
            u64::from(worker.failed) * 1_000_000 / u64::from(worker.finished + worker.failed).max(1)
        };
        let worst = workers
            .iter()
            .filter(|worker| worker.failed > 0)
            .max_by_key(share);
        let Some(worst) = worst else {
            return Ok(say::of(
                self.locale,
                "No attempt failed in the last 30 days.",
                "In den letzten 30 Tagen scheiterte kein Versuch.",
                "En los últimos 30 días no ha fallado ningún intento.",
            ));
        };
        let (who, failed, all) = (
            &worst.worker.handle,
            worst.failed,
            worst.finished + worst.failed,
        );
        Ok(match self.locale {
            En => format!("{who} failed most in the last 30 days, in {failed} of {all} attempts."),
            De => format!(
                "{who} scheiterte in den letzten 30 Tagen am häufigsten, in {failed} von {all} Versuchen."
            ),
            Es => format!(
                "{who} es quien más ha fallado en los últimos 30 días, en {failed} de {all} intentos."
            ),
        })
    }

    async fn done_by(&self, agent: Option<usize>, days: u32) -> Result<String, Refusal> {
        let name = agent.and_then(|at| self.world.names.get(at));
        let name = name.ok_or_else(refuse::no_participant)?;
        let stats = self.stats(None, days).await?;
        let found = stats
            .workers
            .iter()
            .find(|worker| worker.worker.id == name.id);
        let (done, failed) = found.map_or((0, 0), |it| (it.finished, it.failed));
        let who = &name.handle;
        let span = match (days, self.locale) {
            (1, En) => "today",
            (1, De) => "heute",
            (1, Es) => "hoy",
            (7, En) => "in the last 7 days",
            (7, De) => "in den letzten 7 Tagen",
            (7, Es) => "en los últimos 7 días",
            (_, En) => "in the last 30 days",
            (_, De) => "in den letzten 30 Tagen",
            (_, Es) => "en los últimos 30 días",
        };
        let tasks = say::count(
            self.locale,
            done.into(),
            ("task", "tasks"),
            ("Aufgabe", "Aufgaben"),
            ("tarea", "tareas"),
        );
        Ok(match self.locale {
            En => format!("{who} finished {tasks} {span}, and {failed} failed."),
            De => format!("{who} hat {span} {tasks} erledigt, und {failed} scheiterten."),
            Es => format!("{who} ha terminado {tasks} {span} y {failed} han fallado."),
        })
    }
}
