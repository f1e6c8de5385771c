//! The table of operations: each declaration with its one implementation. A declared operation
//! without an `impl Run` does not compile, and a file in `ops/` without a declaration neither.
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use mesh_model::ops::{Declaration, Operation};
use mesh_model::{Command, ErrorCode, Facts, Refusal, refuse};
use mesh_node::Outcome;
use serde_json::{Value, json};

use crate::door::{Call, Door, request};

/// What an operation does.
pub trait Run: Operation {
    /// Carries it out. The caller holds what the declaration needs; what else there is to check
    /// about it is the operation's and the core's affair.
    fn run(
        door: &Door,
        call: &Call,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Refusal>> + Send;

    /// The answer that a command's own events give, for the first time and for every repetition.
    /// Operations that answer with more than a place and no secret say how.
    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Self::Output> {
        // Fits `Done` and no other output.
        let _ = (call, facts);
        serde_json::from_value(json!({ "seq": outcome.last() })).ok()
    }
}

/// An answer under way: the JSON of the output.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Refusal>> + Send + 'a>>;

/// One line of the table.
pub(crate) struct Entry {
    pub declaration: &'static Declaration,
    pub run: for<'a> fn(&'a Door, &'a Call, &'a Value) -> Answering<'a>,
}

fn run<'a, O: Run>(door: &'a Door, call: &'a Call, input: &'a Value) -> Answering<'a> {
    Box::pin(async move {
        let input: O::Input = request::typed(input)?;
        let output = match O::run(door, call, input).await {
            Err(refusal) => replayed::<O>(door, call, refusal).await?,
            Ok(output) => output,
        };
        serde_json::to_vec(&output)
            .map_err(|_| refuse::internal("the answer could not be written as JSON"))
    })
}

/// A request that is refused today may have been carried out yesterday: whoever left a private room
/// and asks again does not find the room. If its key is remembered, it is answered as the first time.
async fn replayed<O: Run>(
    door: &Door,
    call: &Call,
    refusal: Refusal,
) -> Result<O::Output, Refusal> {
    if call.key.is_none() || call.notes().asked {
        return Err(refusal);
    }
    let outcome = match call.submit(door, Command::Recall).await {
        Ok(outcome) if outcome.replayed => outcome,
        Err(other) if other.code == ErrorCode::IdempotencyMismatch => return Err(other),
        Ok(_) | Err(_) => return Err(refusal),
    };
    let facts = door.facts(&outcome).await?;
    O::told(call, &outcome, facts).ok_or(refusal)
}

/// The answer of a command that was carried out, now or before.
pub(crate) async fn told<O: Run>(
    door: &Door,
    call: &Call,
    outcome: &Outcome,
) -> Result<O::Output, Refusal> {
    let facts = door.facts(outcome).await?;
    O::told(call, outcome, facts)
        .ok_or_else(|| refuse::internal("the command's own events cannot be read"))
}

static TABLE: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    macro_rules! add {
        ($($op:ident)*) => {$(
            let declaration = &<mesh_model::ops::$op as Operation>::DECLARATION;
            table.insert(declaration.name, Entry { declaration, run: run::<mesh_model::ops::$op> });
        )*};
    }
    mesh_model::for_each_operation! { add }
    table
});

/// The operation of that name.
pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    TABLE.get(name)
}
