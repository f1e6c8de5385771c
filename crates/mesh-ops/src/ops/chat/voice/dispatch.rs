//! `voice.dispatch`

use mesh_model::events::{TaskFacts, TaskState, VariableKind};
use mesh_model::limits::VOICE_CHARS_MAX;
use mesh_store::vault::secret;
use serde_json::Value;

use crate::door::store_failed;
use crate::ops::chat::act::perform;
use crate::ops::present;
use crate::prelude::*;

use super::blanks::Form;
use super::deed::Came;
use super::grammar::Name;
use super::hear::Heard;
use super::phrases::{GRAVE, Want, YES};
use super::read::{self, Reading, World};
use super::yes::{Asked, Deed};
use super::{clause, say, understood};

/// Rooms and names that are asked back.
const NAMED_MAX: usize = 3;

/// A sentence on its way.
pub(super) struct Voice<'a> {
    pub door: &'a Door,
    pub call: &'a Call,
    pub world: World,
    pub locale: VoiceLocale,
    /// The room that the request names.
    pub room: Option<RoomId>,
    /// The sentence, as it is compared.
    sentence: String,
}

impl Run for VoiceDispatch {
    async fn run(door: &Door, call: &Call, input: VoiceInput) -> Result<VoiceAnswer, Refusal> {
        let me = call.me()?;
        check(&input.text)?;
        let room = input
            .room
            .as_deref()
            .map(|room| call.room(room))
            .transpose()?;
        let world = World {
            names: names(call, me),
            forms: forms(door, call).await?,
        };
        let (reading, locale) = read::read(&input.text, &world, input.locale);
        let voice = Voice {
            door,
            call,
            world,
            locale,
            room: room.map(|room| room.id),
            sentence: Heard::new(&input.text).folded(),
        };
        match input.confirm {
            Some(token) => voice.answered(&token, input.locale).await,
            None => voice.act(reading).await,
        }
    }

    /// What a sentence led to is in the log; its words are not kept.
    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<VoiceAnswer> {
        let task = |facts: &Facts| match facts {
            Facts::Task(TaskFacts::Created(created)) => Some(created.task),
            _ => None,
        };
        Some(VoiceAnswer {
            spoken: "This was carried out before.".to_owned(),
            locale: VoiceLocale::En,
            understood: understood(VoiceKind::Command, "repeated"),
            sure: true,
            confirm: None,
            task: facts.iter().find_map(task),
            seq: outcome.last(),
        })
    }
}

fn check(text: &str) -> Result<(), Refusal> {
    let count = text.chars().count();
    if count > VOICE_CHARS_MAX {
        return Err(refuse::invalid(
            format!("the field 'text' has {count} characters, the limit is {VOICE_CHARS_MAX}"),
            "say it in fewer words, or create the task with task.create",
        ));
    }
    check::message(text, None, false)
}

/// Whoever can be named: those that the caller may know of, itself left out.
fn names(call: &Call, me: ParticipantId) -> Vec<Name> {
    let all = call.access.participants();
    let known = all.filter(|it| it.id != me && it.is_enabled() && call.sees(it.id));
    known.map(|it| Name::new(it.id, &it.handle)).collect()
}

/// The templates that the caller may read, by their titles too where those are told plain.
async fn forms(door: &Door, call: &Call) -> Result<Vec<Form>, Refusal> {
    if !call.has(mesh_model::Permission::TasksRead) {
        return Ok(Vec::new());
    }
    let items = perform::<TemplateList>(door, call, NoInput {}).await?.items;
    let form = |it: TemplateView| {
        let title = it
            .body
            .map(|body| body.title.into_inner())
            .unwrap_or_default();
        Form::new(it.id, &it.name, &title, it.variables)
    };
    Ok(items.into_iter().map(form).collect())
}

impl Voice<'_> {
    /// Another operation as the same caller.
    pub(super) async fn ask<O: Run>(&self, input: O::Input) -> Result<O::Output, Refusal> {
        perform::<O>(self.door, self.call, input).await
    }

    fn answer(&self, spoken: &str, understood: VoiceUnderstood, sure: bool) -> VoiceAnswer {
        VoiceAnswer {
            spoken: say::sentence(spoken),
            locale: self.locale,
            understood,
            sure,
            confirm: None,
            task: None,
            seq: self.call.head,
        }
    }

    /// It asks back.
    fn question(&self, what: &str, spoken: &str, candidates: Vec<String>) -> VoiceAnswer {
        let asked = VoiceUnderstood {
            candidates,
            ..understood(VoiceKind::Question, what)
        };
        self.answer(spoken, asked, false)
    }

    async fn act(&self, reading: Reading) -> Result<VoiceAnswer, Refusal> {
        match reading {
            Reading::Unclear { candidates } => {
                let spoken = say::unclear(self.locale, &candidates);
                Ok(self.question("unclear", &spoken, candidates))
            }
            Reading::Remove => {
                let spoken = say::no_removing(self.locale);
                Ok(self.question("remove", &spoken, Vec::new()))
            }
            Reading::Typed => Ok(self.question("typed", &say::typed(self.locale), Vec::new())),
            Reading::Missing { form, blanks } => {
                let name = &self.world.forms[form].name;
                let spoken = say::missing(self.locale, name, &blanks);
                let mut answer = self.question("missing", &spoken, blanks);
                answer.understood.template = Some(name.clone());
                Ok(answer)
            }
            Reading::Template { form, values } => self.template_wanted(form, values).await,
            Reading::Wanted { want, agent, text } => self.wanted(want, agent, text).await,
        }
    }

    async fn wanted(
        &self,
        want: Want,
        agent: Option<usize>,
        text: Option<String>,
    ) -> Result<VoiceAnswer, Refusal> {
        let named = agent.and_then(|at| self.world.names.get(at));
        let mut meant = understood(VoiceKind::Command, want.name());
        meant.agent = named.map(|name| present::participant(&self.call.access, name.id));
        match want {
            Want::Pause | Want::Resume | Want::Drain => {
                let name = named.ok_or_else(refuse::no_participant)?;
                let clause = clause::mode(self.locale, want, &name.handle);
                let deed = Deed::Mode { who: name.id, want };
                if want == Want::Drain {
                    return self.would(deed, clause, meant).await;
                }
                self.done(deed, &clause, meant).await
            }
            Want::StopAll | Want::ResumeAll => {
                let on = want == Want::ResumeAll;
                let clause = clause::dispatch(self.locale, on);
                self.would(Deed::Dispatch { on }, clause, meant).await
            }
            Want::Approve | Want::Reject => {
                let approve = want == Want::Approve;
                let reason = text.unwrap_or_default();
                self.decide(approve, named, reason, meant).await
            }
            Want::Cancel => self.cancel(named, meant).await,
            Want::Task | Want::AnyTask | Want::Auto => {
                meant.kind = VoiceKind::Agent;
                meant.text.clone_from(&text);
                self.task(want, named, text.unwrap_or_default(), meant)
                    .await
            }
            _ => {
                meant.kind = VoiceKind::Report;
                let spoken = self.report(want, agent).await?;
                Ok(self.answer(&spoken, meant, true))
            }
        }
    }

    /// A task in words of one's own.
    async fn task(
        &self,
        want: Want,
        named: Option<&Name>,
        text: String,
        meant: VoiceUnderstood,
    ) -> Result<VoiceAnswer, Refusal> {
        let room = match self.place(named.map(|name| name.id))? {
            Ok(room) => room,
            Err(rooms) => return Ok(self.which_room(rooms)),
        };
        // What cannot be heard whole is shortened if it is done at once, and left to the page if it needs a yes.
        let spoken = say::plain(&text, say::SPOKEN_CHARS_MAX);
        let heard = say::whole(&text);
        let Some(name) = named else {
            let Some(heard) = heard else {
                return Ok(self.answer(&say::too_long(self.locale), meant, true));
            };
            let clause = clause::open(self.locale, want, &heard);
            return self
                .would(Deed::Open { room, want, text }, clause, meant)
                .await;
        };
        let clause = clause::task(self.locale, &name.handle, &spoken);
        let grave = is_grave(&text);
        let deed = Deed::Task {
            room,
            who: name.id,
            text,
        };
        match (grave, heard) {
            (false, _) => self.done(deed, &clause, meant).await,
            (true, Some(_)) => self.would(deed, clause, meant).await,
            (true, None) => Ok(self.answer(&say::too_long(self.locale), meant, true)),
        }
    }

    async fn template_wanted(
        &self,
        form: usize,
        values: Vec<(String, String)>,
    ) -> Result<VoiceAnswer, Refusal> {
        let form = &self.world.forms[form];
        let mut meant = understood(VoiceKind::Template, "template");
        meant.template = Some(form.name.clone());
        let value = |(name, value): &(String, String)| VoiceValue {
            name: name.clone(),
            value: value.clone(),
        };
        meant.values = values.iter().map(value).collect();
        let room = match self.place(None)? {
            Ok(room) => room,
            Err(rooms) => return Ok(self.which_room(rooms)),
        };
        let clause = clause::template(self.locale, &form.name, &values);
        let texts = form
            .variables
            .iter()
            .filter(|it| it.kind == VariableKind::Text);
        let texts: Vec<&str> = texts.map(|it| &*it.name).collect();
        let mut said = values.iter().filter(|(blank, _)| texts.contains(&&**blank));
        let grave = is_grave(&form.name) || said.any(|(_, value)| is_grave(value));
        let deed = Deed::Template {
            room,
            template: form.id,
            values,
        };
        if !grave {
            return self.done(deed, &clause, meant).await;
        }
        match say::whole(&clause) {
            Some(_) => self.would(deed, clause, meant).await,
            None => Ok(self.answer(&say::too_long(self.locale), meant, true)),
        }
    }

    fn which_room(&self, rooms: Vec<String>) -> VoiceAnswer {
        let spoken = say::which_room(self.locale, &rooms);
        self.question("room", &spoken, rooms)
    }

    /// Where a task belongs: in the room that the request names, else in the only one that the caller shares with whoever is
    /// to do it. If there are more, their names.
    fn place(&self, who: Option<ParticipantId>) -> Result<Result<RoomId, Vec<String>>, Refusal> {
        if let Some(room) = self.room {
            return Ok(Ok(room));
        }
        let access = &self.call.access;
        let own = access.rooms_of(self.call.me()?).filter(|room| {
            let kind = matches!(room.kind, RoomKind::Room | RoomKind::Group);
            let with = who.is_none_or(|who| access.member(room.id, who).is_some());
            kind && with && !room.archived
        });
        let own: Vec<_> = own.collect();
        Ok(match own.as_slice() {
            [one] => Ok(one.id),
            more => {
                let names = more.iter().filter_map(|room| room.name.clone());
                Err(names.take(NAMED_MAX).collect())
            }
        })
    }

    /// The end of a task that is under way.
    async fn cancel(
        &self,
        named: Option<&Name>,
        meant: VoiceUnderstood,
    ) -> Result<VoiceAnswer, Refusal> {
        use TaskState::{Blocked, Leased, Running};
        let mut tasks = self.tasks(vec![Running, Leased, Blocked]).await?;
        tasks.retain(|task| {
            let has = |who| task.attempt.as_ref().is_some_and(|it| it.worker == who);
            named.is_none_or(|name| has(name.id))
        });
        match tasks.as_slice() {
            [] => {
                let spoken = say::of(
                    self.locale,
                    "There is no such task under way.",
                    "So eine Aufgabe läuft gerade nicht.",
                    "No hay ninguna tarea así en marcha.",
                );
                Ok(self.answer(&spoken, meant, true))
            }
            [one] => {
                let title = one.title.as_ref().filter(|title| !title.is_enveloped());
                let Some(title) = title.and_then(|title| say::whole(title)) else {
                    return Ok(self.answer(&say::too_long(self.locale), meant, true));
                };
                let clause = clause::cancel(self.locale, &title);
                self.would(Deed::Cancel { task: one.id }, clause, meant)
                    .await
            }
            more => {
                let told: Vec<String> = more.iter().map(|task| self.told(task)).collect();
                let head = say::of(
                    self.locale,
                    "More than one is under way, please choose on the page",
                    "Es läuft mehr als eine, bitte wähle auf der Seite",
                    "Hay más de una en marcha, elige en la página",
                );
                let spoken = say::list(self.locale, &head, &told);
                Ok(self.question("unclear", &spoken, Vec::new()))
            }
        }
    }

    /// An answer to somebody who asks for approval.
    async fn decide(
        &self,
        approve: bool,
        named: Option<&Name>,
        reason: String,
        mut meant: VoiceUnderstood,
    ) -> Result<VoiceAnswer, Refusal> {
        let mut items = self.approvals().await?;
        items.retain(|it| named.is_none_or(|name| it.from.id == name.id));
        let [one] = items.as_slice() else {
            return Ok(self.not_one(approve, &items, meant));
        };
        meant.agent = Some(one.from.clone());
        let Some(question) = self.whole_question(one).await? else {
            return Ok(self.answer(&say::too_long(self.locale), meant, true));
        };
        let clause = clause::decide(self.locale, approve, &one.from.handle, &question);
        let deed = Deed::Decide {
            approval: one.id,
            approve,
            reason,
        };
        self.would(deed, clause, meant).await
    }

    /// No question waits, or more than one.
    fn not_one(
        &self,
        approve: bool,
        items: &[ApprovalView],
        meant: VoiceUnderstood,
    ) -> VoiceAnswer {
        if items.is_empty() {
            let spoken = say::of(
                self.locale,
                "Nothing waits for your approval.",
                "Nichts wartet auf deine Freigabe.",
                "Nada espera tu aprobación.",
            );
            return self.answer(&spoken, meant, true);
        }
        let mut from: Vec<&str> = items.iter().map(|it| &*it.from.handle).collect();
        from.sort_unstable();
        from.dedup();
        let of = |who: &&str| match (approve, self.locale) {
            (true, VoiceLocale::En) => format!("approve the request of {who}"),
            (false, VoiceLocale::En) => format!("reject the request of {who}"),
            (true, VoiceLocale::De) => format!("genehmige die Anfrage von {who}"),
            (false, VoiceLocale::De) => format!("lehne die Anfrage von {who} ab"),
            (true, VoiceLocale::Es) => format!("aprueba la solicitud de {who}"),
            (false, VoiceLocale::Es) => format!("rechaza la solicitud de {who}"),
        };
        if from.len() > 1 {
            let candidates: Vec<String> = from.iter().take(NAMED_MAX).map(of).collect();
            let spoken = say::unclear(self.locale, &candidates);
            return self.question("unclear", &spoken, candidates);
        }
        let spoken = say::of(
            self.locale,
            "More than one question of the same agent waits; please answer them on the page.",
            "Es wartet mehr als eine Frage desselben Agenten; bitte antworte auf der Seite.",
            "Espera más de una pregunta del mismo agente; respóndelas en la página.",
        );
        self.question("unclear", &spoken, Vec::new())
    }

    /// All that a yes would let happen, if all of it can be heard.
    async fn whole_question(&self, approval: &ApprovalView) -> Result<Option<String>, Refusal> {
        if approval.enveloped {
            return Ok(None);
        }
        let mut parts = Vec::new();
        match (&approval.question, approval.task) {
            (Some(question), _) => parts.push(question.to_string()),
            (None, Some(task)) => {
                let found = self.ask::<TaskGet>(TaskRefInput { task }).await?;
                let more = found.input.is_some() || found.enveloped;
                let (Some(title), Some(prompt), false) = (found.task.title, found.prompt, more)
                else {
                    return Ok(None);
                };
                if *title != *prompt {
                    parts.push(title.to_string());
                }
                parts.push(prompt.to_string());
            }
            (None, None) => return Ok(None),
        }
        for (name, value) in approval.detail.iter().flat_map(|detail| detail.iter()) {
            match value {
                Value::String(text) => parts.push(format!("{name} {text}")),
                Value::Number(number) => parts.push(format!("{name} {number}")),
                Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => {
                    return Ok(None);
                }
            }
        }
        Ok(say::whole(&parts.join(", ")))
    }

    /// Does it, and says what was done.
    async fn done(
        &self,
        deed: Deed,
        clause: &str,
        meant: VoiceUnderstood,
    ) -> Result<VoiceAnswer, Refusal> {
        let Came { task, seq } = self.perform(deed).await?;
        let answer = self.answer(&say::done(self.locale, clause), meant, true);
        Ok(VoiceAnswer {
            task,
            seq,
            ..answer
        })
    }

    /// Says all that would be done, and waits for a yes. What cannot be said whole is not offered.
    async fn would(
        &self,
        deed: Deed,
        clause: String,
        understood: VoiceUnderstood,
    ) -> Result<VoiceAnswer, Refusal> {
        let spoken = say::would(self.locale, &clause);
        if spoken.chars().count() > say::SPOKEN_CHARS_MAX {
            return Ok(self.answer(&say::too_long(self.locale), understood, true));
        }
        let token = secret::draw("yes_").map_err(store_failed)?;
        let answer = self.answer(&spoken, understood.clone(), true);
        let asked = Asked {
            deed,
            locale: self.locale,
            sentence: self.sentence.clone(),
            clause,
            understood,
        };
        let (actor, now) = (self.call.actor, self.door.node().now());
        self.door.yeses().note(token.clone(), actor, now, asked);
        Ok(VoiceAnswer {
            confirm: Some(token),
            ..answer
        })
    }

    /// A yes, or something else, to what was asked before.
    async fn answered(
        mut self,
        token: &str,
        wanted: Option<VoiceLocale>,
    ) -> Result<VoiceAnswer, Refusal> {
        let (actor, now) = (self.call.actor, self.door.node().now());
        let Some(asked) = self.door.yeses().take(token, actor, now) else {
            return self.late().await;
        };
        self.locale = wanted.unwrap_or(asked.locale);
        if self.sentence != asked.sentence && !YES.contains(&&*self.sentence) {
            let mut meant = asked.understood;
            "declined".clone_into(&mut meant.what);
            return Ok(self.answer(&say::declined(self.locale), meant, true));
        }
        self.done(asked.deed, &asked.clause, asked.understood).await
    }

    /// A yes for which nothing waits. Whoever sends a request again because its answer was lost gets that answer.
    async fn late(&self) -> Result<VoiceAnswer, Refusal> {
        if self.call.key.is_some()
            && let Ok(outcome) = self.call.submit(self.door, Command::Recall).await
            && outcome.replayed
        {
            return crate::door::told::<VoiceDispatch>(self.door, self.call, &outcome).await;
        }
        Ok(self.question("late", &say::late(self.locale), Vec::new()))
    }
}

/// Whether somebody may be sorry for it afterwards.
fn is_grave(text: &str) -> bool {
    let words = Heard::new(text).words;
    words.iter().any(|word| GRAVE.contains(&&*word.folded))
}
