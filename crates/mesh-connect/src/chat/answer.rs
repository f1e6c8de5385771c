//! Answers to questions: who may give one, and what comes of it.

use mesh_model::ApprovalId;
use mesh_model::api::{ApprovalRefInput, ApprovalState};
use mesh_model::ops::{ApprovalDecide, ApprovalGet, Operation};
use serde_json::json;

use super::desk::Desk;
use super::meant::decision_of;
use super::mine::Mine;
use super::shown::ELSEWHERE;
use super::{Chat, Press};
use crate::mesh::{Done, act, seen};
use crate::said::{Said, Trouble};

impl Mine {
    /// A button below a question was pressed. Only the person whom this chat was opened for may.
    pub(super) async fn pressed<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        pressed: Press,
    ) -> Result<(), Trouble> {
        let kept = &desk.place.kept;
        let own = kept.user.as_ref() == Some(&pressed.user)
            && pressed.chat.is_some()
            && kept.chat == pressed.chat;
        if !own {
            desk.ignore();
            let said = "This is not yours to answer.";
            return desk.chat.toast(&mut desk.place, &pressed, said).await;
        }
        let at = pressed.message.as_ref();
        let shown = at.and_then(|at| kept.of_there(at)).cloned();
        let decision = decision_of(&pressed.data);
        let said = match (decision, shown.and_then(|pair| pair.approval)) {
            // The question that is shown above the button, and no other.
            (Some((approve, id)), Some(asked)) if asked == id => {
                let key = format!(
                    "{}-{}-press-{}",
                    C::SERVICE,
                    desk.chat.account(),
                    pressed.id
                );
                self.decide(desk, id, approve, String::new(), key).await?
            }
            _ => format!(
                "This waits no more, or it is too long ago. Nothing was answered. {ELSEWHERE}"
            ),
        };
        desk.chat.toast(&mut desk.place, &pressed, &said).await?;
        match &pressed.message {
            Some(at) => desk.answer(at, &said).await,
            None => Ok(()),
        }
    }

    /// Answers a question, if it waits still; says what came of it.
    pub(super) async fn decide<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        id: ApprovalId,
        approve: bool,
        reason: String,
        key: String,
    ) -> Result<String, Trouble> {
        if approve && !desk.chat.takes_yes() {
            return Ok(format!(
                "Only a no is taken here. Nothing was answered. {ELSEWHERE}"
            ));
        }
        let asked = ApprovalRefInput {
            approval: id,
            wait_ms: None,
        };
        let found = seen(self.client().call::<ApprovalGet>(asked).await)?;
        let by = found.as_ref().and_then(|found| found.by.as_ref());
        let by = by.map_or("somebody".to_owned(), |by| format!("@{}", by.handle));
        let said = match found.map(|found| found.state) {
            None => "It is not there any more, or not yours to answer.".to_owned(),
            Some(ApprovalState::Expired) => {
                "Its time is over: nobody waits for the answer any more. Nothing was answered."
                    .to_owned()
            }
            Some(ApprovalState::Approved) => format!("It was approved already, by {by}."),
            Some(ApprovalState::Rejected) => format!("It was refused already, by {by}."),
            Some(ApprovalState::Waiting) => {
                let input = json!({"approval": id, "approve": approve, "reason": reason});
                match act(self.client(), ApprovalDecide::DECLARATION.name, input, key).await? {
                    Done::Yes(_) => {
                        let (what, said) = if approve {
                            ("approved", "Approved, once.")
                        } else {
                            ("refused", "Refused.")
                        };
                        (desk.place.tell)(Said::Took {
                            what,
                            message: None,
                        });
                        said.to_owned()
                    }
                    Done::Before => "It was answered before.".to_owned(),
                    Done::No(why) => {
                        (desk.place.tell)(Said::Refused {
                            why: why.to_string(),
                        });
                        // It may be asked for once more.
                        return Ok(format!("No: {why}."));
                    }
                }
            }
        };
        if let Some(there) = desk.place.kept.take_question(id) {
            desk.place.keep()?;
            if let Some(last) = there.last() {
                desk.unbutton(last).await?;
            }
        }
        Ok(said)
    }
}
