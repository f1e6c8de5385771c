//! What an MCP client sees: the tools of daily use, two that reach everything else, and word of
//! waiting mail with each result.

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
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::Value;

#[cfg(feature = "conformance-fixtures")]
use super::fixtures as offered;
#[cfg(not(feature = "conformance-fixtures"))]
use super::offers as offered;
use super::{SESSION_IDLE, compact, mail, offers};
use crate::caller;
use crate::edge::Edge;

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
}

/// The session of the mesh ends with the client's. When the node goes down it stays open, for the client to go on with.
impl Drop for Handler {
    fn drop(&mut self) {
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
        }
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
            .enable_resources()
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
        if self.get_tool(name).is_none() {
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
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListResourcesResult, ErrorData> {
        Ok(offered::resources())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListResourceTemplatesResult, ErrorData> {
        Ok(offered::templates())
    }

    async fn read_resource(
        &self,
        request: rmcp::model::ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ReadResourceResponse, ErrorData> {
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
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::ListPromptsResult, ErrorData> {
        Ok(offered::prompts())
    }

    async fn get_prompt(
        &self,
        request: rmcp::model::GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<rmcp::model::GetPromptResponse, ErrorData> {
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

    #[cfg(feature = "conformance-fixtures")]
    fn accepted_subscription_filter(
        &self,
        requested: &rmcp::model::SubscriptionFilter,
    ) -> Option<rmcp::model::SubscriptionFilter> {
        Some(requested.clone())
    }
}
