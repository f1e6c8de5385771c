//! What an MCP client sees: the tools of daily use, two that reach everything else, word of waiting mail with each result, and the
//! skills that it may use.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, OnceLock};

use axum::http::request::Parts;
use mesh_model::api::ClientInfo;
use mesh_model::session::api::SESSION_META;
use mesh_model::{Effect, ErrorCode, Refusal, SessionId};
use mesh_ops::{CALL_TOOL, Caller, Carried, HELP_TOOL, Options};
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    InitializeRequestParams, InitializeResult, JsonObject, ListToolsResult, MetaObject,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer};
use serde_json::Value;
use tokio::task::AbortHandle;

#[cfg(feature = "conformance-fixtures")]
use super::fixtures as offered;
#[cfg(not(feature = "conformance-fixtures"))]
use super::offers as offered;
use super::skills::{self, Asks, Changes};
use super::{SESSION_IDLE, compact, events, mail, offers};
use crate::caller;
use crate::edge::{Edge, stopped};

/// The tools as the SDK lists them, made once.
static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    mesh_ops::mcp_tools()
        .into_iter()
        .filter_map(|tool| {
            let Value::Object(schema) = tool.input_schema else {
                return None;
            };
            let annotations = serde_json::from_value(tool.annotations).ok()?;
            Some(Tool::new(tool.name, tool.description, schema).with_annotations(annotations))
        })
        .collect()
});

/// Serves one MCP session, or one request of a client that keeps none.
pub(crate) struct Handler {
    edge: Arc<Edge>,
    /// The session of the mesh that it was given at `initialize`.
    carried: OnceLock<Carried>,
    /// Tells a client that keeps a session when its skills have changed.
    telling: OnceLock<AbortHandle>,
}

/// The session of the mesh ends with the client's. When the node goes down it stays open, for the client to go on with.
impl Drop for Handler {
    fn drop(&mut self) {
        if let Some(telling) = self.telling.take() {
            telling.abort();
        }
        if let Some(carried) = self.carried.take()
            && !*self.edge.stopping.borrow()
        {
            carried.end(SESSION_IDLE);
        }
    }
}

impl Handler {
    pub fn new(edge: Arc<Edge>) -> Handler {
        Handler {
            edge,
            carried: OnceLock::new(),
            telling: OnceLock::new(),
        }
    }

    /// Who asks for a prompt or a resource.
    fn asks<'a>(
        &'a self,
        caller: &'a Caller,
        context: &RequestContext<RoleServer>,
    ) -> Result<Asks<'a>, ErrorData> {
        let session = self.session_of(caller, context);
        Ok(Asks {
            edge: &self.edge,
            caller,
            address: address_of(context),
            session: session.map_err(|why| ErrorData::invalid_params(why.detail(), None))?,
        })
    }

    /// From here on a client that keeps a session hears when the skills have changed that it may use. It ends with the session,
    /// and with the right to hear of them.
    fn tell_of_changes(&self, context: &RequestContext<RoleServer>) {
        let Ok(caller) = caller_of(context) else {
            return;
        };
        let (edge, peer) = (Arc::clone(&self.edge), context.peer.clone());
        let address = address_of(context);
        self.telling.get_or_init(|| {
            let telling = tokio::spawn(async move {
                let Some(mut changes) = Changes::of(&edge, &caller, address).await else {
                    return;
                };
                // The node does not wait for a client that does not listen.
                drop(edge);
                while changes.next().await.is_some() {
                    let told = peer.notify_prompt_list_changed().await;
                    if told.is_err() || peer.notify_resource_list_changed().await.is_err() {
                        return;
                    }
                }
            });
            telling.abort_handle()
        });
    }

    /// Gives the client a session of the mesh for all that it calls, unless it names one of its own.
    async fn carry(
        &self,
        request: &InitializeRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<SessionId>, Refusal> {
        let Some(parts) = context.extensions.get::<Parts>() else {
            return Ok(None);
        };
        let Some(caller) = parts.extensions.get::<Caller>() else {
            return Ok(None);
        };
        if caller::session(&parts.headers)?.is_some() {
            return Ok(None);
        }
        let goes_on = match context.meta.get(SESSION_META) {
            Some(named) => Some(session_named(named)?),
            None => None,
        };
        let client = ClientInfo {
            name: Some(request.client_info.name.clone()),
            version: Some(request.client_info.version.clone()),
            channel: Some("mcp".to_owned()),
            ..ClientInfo::default()
        };
        let carried = self
            .edge
            .door
            .carry_session(caller, goes_on, client)
            .await?;
        Ok(carried.map(|carried| self.carried.get_or_init(|| carried).id()))
    }

    /// The session by whose context the request comes: the one that its client names, else the one that it was given.
    fn session_of(
        &self,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<SessionId>, Refusal> {
        let named = match context.extensions.get::<Parts>() {
            Some(parts) => caller::session(&parts.headers)?,
            None => None,
        };
        let given = || self.carried.get()?.of(caller);
        Ok(named.or_else(given))
    }

    async fn tool(
        &self,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
        name: &str,
        arguments: JsonObject,
    ) -> Result<Given, Refusal> {
        let (address, session) = (address_of(context), self.session_of(caller, context)?);
        if name == HELP_TOOL {
            let operation = arguments.get("operation").and_then(Value::as_str);
            return mesh_ops::help(operation).map(Given::Json);
        }
        let (operation, input) = if name == CALL_TOOL {
            named(arguments)?
        } else {
            daily(name, arguments)?
        };
        let door = &self.edge.door;
        let input = match mesh_model::ops::named(&operation) {
            Some(declaration) => door.long_names(caller, declaration, input).await?,
            None => input,
        };
        let asked = (name != CALL_TOOL).then(|| input.clone());
        let answer = caller::call(
            &self.edge,
            "mcp",
            caller,
            &operation,
            input,
            Options {
                address,
                session,
                ..Options::default()
            },
        )
        .await?;
        if let Some(asked) = asked {
            let text = compact::text(door, caller, &operation, &asked, &answer.body).await;
            if let Some(text) = text {
                return text.map(Given::Text);
            }
        }
        Ok(Given::Json(
            serde_json::from_slice(&answer.body).unwrap_or_default(),
        ))
    }
}

/// What a tool gives.
enum Given {
    /// What whoever called any operation gets: the whole.
    Json(Value),
    /// What is needed to go on.
    Text(String),
}

/// The operation and input that `mesh_call` was given.
fn named(mut arguments: JsonObject) -> Result<(String, Value), Refusal> {
    let Some(Value::String(operation)) = arguments.remove("operation") else {
        return Err(wrong("the argument 'operation' is missing or not text"));
    };
    // Some clients send nested objects as text.
    let input = match arguments.remove("input") {
        None | Some(Value::Null) => Value::Object(JsonObject::new()),
        Some(Value::String(text)) => mesh_ops::parse_json(text.trim().as_bytes())?,
        Some(input) => input,
    };
    match arguments.keys().next() {
        Some(other) => Err(wrong(&format!(
            "there is no argument '{other}'; what the operation takes goes into 'input'"
        ))),
        None => Ok((operation, input)),
    }
}

fn daily(name: &str, arguments: JsonObject) -> Result<(String, Value), Refusal> {
    let declaration = mesh_ops::tool_operation(name)
        .ok_or_else(|| wrong(&format!("there is no tool '{name}'")))?;
    Ok((declaration.name.to_owned(), Value::Object(arguments)))
}

fn wrong(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::InvalidInput,
        what.to_owned(),
        Effect::NothingDone,
        "mesh_help explains every operation",
    )
}

/// The address that the request came from.
fn address_of(context: &RequestContext<RoleServer>) -> Option<IpAddr> {
    let parts = context.extensions.get::<Parts>()?;
    caller::address(&parts.extensions)
}

/// The session that a client names at `initialize`.
fn session_named(named: &Value) -> Result<SessionId, Refusal> {
    let session = named.as_str().and_then(|text| text.parse().ok());
    session.ok_or_else(|| {
        wrong(&format!(
            "the entry {SESSION_META} of _meta is not one session's id"
        ))
    })
}

fn caller_of(context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
    let found = context
        .extensions
        .get::<Parts>()
        .and_then(|parts| parts.extensions.get::<Caller>());
    found
        .cloned()
        .ok_or_else(|| ErrorData::internal_error("the request came without its caller", None))
}

fn result_of(answer: Result<Given, Refusal>) -> CallToolResult {
    match answer {
        Ok(Given::Text(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Ok(Given::Json(value)) => {
            let text = ContentBlock::text(value.to_string());
            let mut result = CallToolResult::success(vec![text]);
            result.structured_content = value.is_object().then_some(value);
            result
        }
        Err(refusal) => {
            let text =
                serde_json::to_string(&refusal.problem()).unwrap_or_else(|_| refusal.detail());
            CallToolResult::error(vec![ContentBlock::text(text)])
        }
    }
}

#[cfg_attr(
    feature = "conformance-fixtures",
    expect(
        deprecated,
        reason = "2025-11-25 has logging, and the suite asks for it"
    )
)]
impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_extensions_with(BTreeMap::from([(
                events::EXTENSION.to_owned(),
                JsonObject::from_iter([("listChanged".to_owned(), Value::Bool(false))]),
            )]))
            .build();
        #[cfg(feature = "conformance-fixtures")]
        let capabilities = super::fixtures::capabilities(capabilities);
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("mesh", env!("CARGO_PKG_VERSION")).with_title("The Mesh"),
            )
            .with_instructions(offers::GUIDE)
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let mut info = self.negotiate_initialize(&request)?;
        match self.carry(&request, &context).await {
            Ok(Some(session)) => {
                let named = (SESSION_META.to_owned(), Value::String(session.to_string()));
                info.meta = Some(MetaObject(JsonObject::from_iter([named])));
            }
            Ok(None) => {}
            Err(why) if why.code == ErrorCode::InvalidInput => {
                return Err(ErrorData::invalid_params(why.detail(), None));
            }
            // Without a session it is held to more, and lets its client read all the same.
            Err(why) => tracing::warn!(%why, "an MCP client got no session"),
        }
        self.tell_of_changes(&context);
        context.peer.set_peer_info(request);
        Ok(info)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        #[cfg_attr(
            not(feature = "conformance-fixtures"),
            expect(unused_mut, reason = "the fixtures add theirs")
        )]
        let mut tools = TOOLS.clone();
        #[cfg(feature = "conformance-fixtures")]
        tools.extend(super::fixtures::tools());
        Ok(ListToolsResult::with_all_items(tools))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        #[cfg(feature = "conformance-fixtures")]
        if let Some(tool) = super::fixtures::tools()
            .into_iter()
            .find(|tool| tool.name == name)
        {
            return Some(tool);
        }
        TOOLS.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        #[cfg(feature = "conformance-fixtures")]
        if let Some(answer) = super::fixtures::call(&request, &context).await {
            return answer;
        }
        let name = request.name.as_ref();
        // Some are not listed and called all the same.
        if self.get_tool(name).is_none() && mesh_ops::tool_operation(name).is_none() {
            return Err(ErrorData::invalid_params(
                format!("there is no tool '{name}'; tools/list names them"),
                None,
            ));
        }
        let caller = caller_of(&context)?;
        let mut result = result_of(
            self.tool(
                &caller,
                &context,
                name,
                request.arguments.unwrap_or_default(),
            )
            .await,
        );
        if let Some(mail) = mail::waiting(&self.edge, &caller)
            .await
            .filter(|_| name != "mesh_inbox")
        {
            result.content.push(ContentBlock::text(mail));
        }
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListResourcesResult, ErrorData> {
        let mut list = offered::resources();
        let skills = skills::resources(&self.edge, &caller_of(&context)?);
        list.resources.extend(skills);
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListResourceTemplatesResult, ErrorData> {
        let mut list = offered::templates();
        list.resource_templates.push(skills::template());
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: rmcp::model::ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ReadResourceResponse, ErrorData> {
        if skills::is_resource(&request.uri) {
            let caller = caller_of(&context)?;
            let asks = self.asks(&caller, &context)?;
            return asks.resource(&request.uri).await.map(Into::into);
        }
        offered::resource(&request.uri).map(Into::into)
    }

    #[cfg(feature = "conformance-fixtures")]
    async fn subscribe(
        &self,
        _: rmcp::model::SubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    #[cfg(feature = "conformance-fixtures")]
    async fn unsubscribe(
        &self,
        _: rmcp::model::UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListPromptsResult, ErrorData> {
        let mut list = offered::prompts();
        let skills = skills::prompts(&self.edge, &caller_of(&context)?);
        list.prompts.extend(skills);
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: rmcp::model::GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::GetPromptResponse, ErrorData> {
        if skills::is_prompt(&request.name) {
            let caller = caller_of(&context)?;
            let asks = self.asks(&caller, &context)?;
            return asks.prompt(&request.name).await.map(Into::into);
        }
        offered::prompt(&request).map(Into::into)
    }

    #[cfg(feature = "conformance-fixtures")]
    async fn complete(
        &self,
        request: rmcp::model::CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::CompleteResult, ErrorData> {
        super::fixtures::complete(&request)
    }

    #[cfg(feature = "conformance-fixtures")]
    async fn set_level(
        &self,
        _: rmcp::model::SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    /// What of it is declared above, the SDK sees to.
    fn accepted_subscription_filter(
        &self,
        requested: &rmcp::model::SubscriptionFilter,
    ) -> Option<rmcp::model::SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let request = context.request_context();
        let caller = caller_of(request)?;
        let changes = Changes::of(&self.edge, &caller, address_of(request)).await;
        let mut changes = changes.ok_or_else(|| {
            ErrorData::invalid_params("this credential may not listen to the mesh", None)
        })?;
        let (sink, accepted) = (context.sink(), context.accepted());
        let mut stopping = self.edge.stopping.clone();
        loop {
            tokio::select! {
                changed = changes.next() => if changed.is_none() { return Ok(()) },
                () = context.cancelled() => return Ok(()),
                () = stopped(&mut stopping) => return Ok(()),
            }
            if accepted.prompts_list_changed == Some(true)
                && sink.notify_prompt_list_changed().await.is_err()
            {
                return Ok(());
            }
            if accepted.resources_list_changed == Some(true)
                && sink.notify_resource_list_changed().await.is_err()
            {
                return Ok(());
            }
        }
    }
}
