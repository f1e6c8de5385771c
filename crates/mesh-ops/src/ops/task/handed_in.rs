//! A result before the core hears of it: does it fit the schema that the task declares, and did its worker sign it.

use mesh_model::api::{SignedResult, TaskBody, TaskOutput};
use mesh_model::events::Provenance;
use mesh_model::{OutputHash, Refusal, TaskId, refuse};
use mesh_proof::Digest;
use mesh_proof::provenance::{Made, Signed};

use crate::door::call::content;
use crate::door::{Call, Door};
use crate::evidence::{payload, signature};

/// Whether the output fits the schema of its task; nothing if that has none.
pub(crate) async fn check(
    door: &Door,
    task: TaskId,
    output: &TaskOutput,
) -> Result<Option<bool>, Refusal> {
    let work = door.node().work();
    let Some(known) = work.task(task).filter(|known| known.plan.checked) else {
        return Ok(None);
    };
    let (reader, created) = (door.node().log_reader(), known.created);
    let data = output.data.clone();
    let checked = door.blocking(move || {
        let body = reader.get(created.0, |record| match record.content {
            mesh_log::Content::Json(json) => Some(serde_json::from_str::<TaskBody>(json).ok()),
            mesh_log::Content::None | mesh_log::Content::Erased => None,
        });
        let body = body.map_err(|why| {
            tracing::error!(%why, %created, "a task could not be read in the log");
            refuse::internal("the log could not be read")
        })?;
        let Some(body) = body.flatten() else {
            // Words are erased of tasks that have ended, which is what is said to whoever still ends one.
            return Ok(None);
        };
        let Some(schema) = body.and_then(|body| body.check) else {
            return Err(refuse::internal("the schema of the task cannot be read"));
        };
        let schema = payload::compile(&schema)?;
        // Output without data fits only a schema that asks for none.
        Ok(Some(match &data {
            Some(data) => payload::fault(&schema, "the output", data).is_none(),
            None => schema.takes_nothing(),
        }))
    });
    checked.await?
}

/// Checks that the caller's key signed exactly this output for this task. The core checks what it is linked to.
pub(crate) fn verify(
    call: &Call,
    task: TaskId,
    signed: SignedResult,
    output: &TaskOutput,
) -> Result<(Provenance, [u8; 16]), Refusal> {
    let me = call.me()?;
    let held = call.access.key(me, &signed.key);
    if held.is_none_or(|key| key.revoked.is_some()) {
        return Err(refuse::bad_signature(
            "the key in 'signed.key' is not one of yours that holds",
        ));
    }
    let salt = signature::salt(&signed.salt)?;
    let exact = content(output)?;
    let exact = exact.as_ref().map_or("", |json| json.get());
    let made = Made {
        mesh: call.mesh()?.to_string(),
        previous: signed.previous.iter().map(|link| Digest(link.0)).collect(),
        at_ms: signed.at.0,
        agent: me.to_string(),
        task: task.to_string(),
        output: Digest::of_body(&salt, exact.as_bytes()),
    };
    let whole = Signed {
        made,
        key: signed.key.0,
        sig: signed.sig.0,
    };
    if !whole.is_signed() {
        return Err(refuse::bad_signature(
            "the signature in 'signed.sig' does not fit this mesh, agent, task, time, links and output",
        ));
    }
    let provenance = Provenance {
        previous: signed.previous,
        at: signed.at.0,
        output: OutputHash(whole.made.output.0),
        key: signed.key,
        sig: signed.sig,
        link: OutputHash(whole.link().0),
    };
    Ok((provenance, salt))
}
