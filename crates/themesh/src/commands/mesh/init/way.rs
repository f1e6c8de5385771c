//! The way to the mesh: the node that runs, or one in this process that nobody else can reach.

use std::sync::Arc;

use mesh_model::Actor;
use mesh_model::api::NoInput;
use mesh_model::ops::{Operation, StatusGet};
use mesh_node::{Config, Node};
use mesh_ops::{Caller, Door, Options};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use tokio::runtime::Runtime;

use crate::commands::up::not_started;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};

/// Where operations go.
pub enum Way {
    /// To a running node.
    There(Http),
    /// To the folder's node in this process, as the owner.
    Here(Inside),
}

/// A node without an address.
pub struct Inside {
    runtime: Runtime,
    node: Arc<Node>,
    door: Door,
    caller: Caller,
}

impl Way {
    /// The running node if there is one; else the folder's own. A new mesh is called `name`.
    pub fn open(context: &Context, name: &str) -> Outcome<Way> {
        let named = context.is_pointed();
        if named || context.running().is_some() {
            let http = context.http()?;
            match http.call::<StatusGet>(NoInput {}) {
                Ok(_) => return Ok(Way::There(http)),
                // The record of a node that was killed stays behind; something else may listen there now.
                Err(Error::Unreachable { .. } | Error::Stranger { .. }) if !named => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(Way::Here(Inside::start(context, name)?))
    }

    /// Calls an operation.
    pub fn call<O: Operation>(&self, input: O::Input) -> Outcome<O::Output> {
        match self {
            Way::There(http) => Ok(http.call::<O>(input)?),
            Way::Here(inside) => inside.call::<O>(input),
        }
    }

    /// Whether the node goes on running afterwards.
    pub fn is_running(&self) -> bool {
        matches!(self, Way::There(_))
    }

    /// What the mesh is called.
    pub fn mesh_name(&self) -> Outcome<String> {
        Ok(self.call::<StatusGet>(NoInput {})?.name)
    }

    /// Ends what was started.
    pub fn close(self) {
        if let Way::Here(inside) = self {
            inside.runtime.block_on(inside.node.shutdown());
        }
    }
}

impl Inside {
    fn start(context: &Context, name: &str) -> Outcome<Inside> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|why| {
                Failure::here(format!("no threads to run on: {why}"), "").so(Effect::NothingChanged)
            })?;
        let mut config = Config::new(&context.home);
        name.clone_into(&mut config.name);
        let node = runtime
            .block_on(Node::start(config))
            .map_err(|why| not_started(context, &why))?;
        let owner = node.access().owner().ok_or_else(|| {
            Failure::here(
                "the mesh has no owner",
                "the log is damaged: run `mesh log verify`",
            )
        })?;
        Ok(Inside {
            runtime,
            door: Door::new(Arc::clone(&node)),
            caller: Caller::known(Actor::Owner(owner)),
            node,
        })
    }

    fn call<O: Operation>(&self, input: O::Input) -> Outcome<O::Output> {
        let unreadable = |why: serde_json::Error| Failure::here(why.to_string(), "");
        let input = serde_json::to_value(input).map_err(unreadable)?;
        let name = O::DECLARATION.name;
        let call = self
            .door
            .call(&self.caller, name, input, Options::default());
        let reply = self.runtime.block_on(call)?;
        serde_json::from_slice(&reply.body).map_err(unreadable)
    }
}
