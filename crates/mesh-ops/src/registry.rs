//! The table of operations: each declaration with its one implementation. A declared operation
//! without an `impl Run` does not compile, and a file in `ops/` without a declaration neither.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use mesh_model::Refusal;
use mesh_model::ops::{Declaration, Operation};
use serde_json::Value;

use crate::call::Call;
use crate::door::Door;
use crate::refuse;
use crate::request;

/// What an operation does.
pub trait Run: Operation {
    /// Carries it out. The caller holds what the declaration needs; what else there is to check
    /// about it is the operation's and the core's affair.
    fn run(
        door: &Door,
        call: &Call,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Refusal>> + Send;
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
        let output = O::run(door, call, input).await?;
        serde_json::to_vec(&output)
            .map_err(|_| refuse::internal("the answer could not be written as JSON"))
    })
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
