//! What the MCP conformance suite calls by name. In test builds only: the feature
//! `conformance-fixtures` is never part of a shipped program.

use rmcp::model::{
    AudioContent, CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities,
    CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock,
    CreateMessageRequestParams, ElicitRequestParams, GetPromptRequestParams, GetPromptResult,
    ImageContent, JsonObject, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, Prompt,
    PromptArgument, PromptMessage, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate, Role, SamplingMessage, ServerCapabilities, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

/// A red dot of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// No sound at all.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";

/// What a server with these fixtures can do.
pub(super) fn capabilities(mut capabilities: ServerCapabilities) -> ServerCapabilities {
    let more = ServerCapabilities::builder()
        .enable_logging()
        .enable_completions()
        .enable_prompts()
        .enable_resources()
        .enable_resources_subscribe()
        .build();
    capabilities.logging = more.logging;
    capabilities.completions = more.completions;
    capabilities.prompts = more.prompts;
    capabilities.resources = more.resources;
    capabilities
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(fields) => fields,
        _ => JsonObject::new(),
    }
}

/// The tools.
pub(super) fn tools() -> Vec<Tool> {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_tool_with_logging",
        "test_error_handling",
        "test_tool_with_progress",
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
        "test_missing_capability",
        "test_streaming_elicitation",
        "test_logging_tool",
    ];
    let empty = || object(json!({"type": "object", "properties": {}}));
    let mut tools: Vec<_> = plain
        .into_iter()
        .map(|name| Tool::new(name, "a fixture", empty()))
        .collect();
    for (name, argument) in [("test_sampling", "prompt"), ("test_elicitation", "message")] {
        let schema = json!({"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]});
        tools.push(Tool::new(name, "a fixture", object(schema)));
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
        "additionalProperties": false
    });
    tools.push(Tool::new(
        "json_schema_2020_12_tool",
        "a fixture",
        object(schema),
    ));
    tools
}

/// Calls a fixture; nothing if it is none.
pub(super) async fn call(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Option<Result<CallToolResponse, ErrorData>> {
    let argument = |name: &str| {
        let value = request
            .arguments
            .as_ref()
            .and_then(|arguments| arguments.get(name));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let content = match request.name.as_ref() {
        "test_simple_text" => vec![ContentBlock::text(
            "This is a simple text response for testing.",
        )],
        "test_image_content" => vec![ContentBlock::image(PNG, "image/png")],
        "test_audio_content" => vec![ContentBlock::Audio(AudioContent::new(WAV, "audio/wav"))],
        "test_embedded_resource" => {
            vec![embedded(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content.",
            )]
        }
        "test_multiple_content_types" => vec![
            ContentBlock::text("Multiple content types test:"),
            ContentBlock::image(PNG, "image/png"),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ],
        "test_tool_with_logging" => log(context).await,
        "test_tool_with_progress" => progress(context).await,
        "test_error_handling" => {
            let text = ContentBlock::text("This tool intentionally returns an error for testing");
            return Some(Ok(CallToolResult::error(vec![text]).into()));
        }
        "test_logging_tool" => {
            // Since 2026-07-28 a client asks for log lines with each request.
            if context
                .meta
                .get("io.modelcontextprotocol/logLevel")
                .is_some()
            {
                log(context).await
            } else {
                vec![ContentBlock::text("Nobody asked for log lines.")]
            }
        }
        "test_streaming_elicitation" => progress(context).await,
        "test_missing_capability" => {
            let declared = context.client_capabilities();
            if declared.is_none_or(|declared| declared.sampling.is_none()) {
                let needed = ClientCapabilities::builder().enable_sampling().build();
                return Some(Err(ErrorData::missing_required_client_capability(needed)));
            }
            vec![ContentBlock::text("The client can sample.")]
        }
        "test_sampling" => sample(context, argument("prompt")).await,
        "test_elicitation" => elicit(context, argument("message"), user_form()).await,
        "test_elicitation_sep1034_defaults" => {
            elicit(context, "Please confirm".to_owned(), default_form()).await
        }
        "test_elicitation_sep1330_enums" => {
            elicit(context, "Please choose".to_owned(), enum_form()).await
        }
        "json_schema_2020_12_tool" => vec![ContentBlock::text("The schema was kept as it is.")],
        _ => return None,
    };
    Some(Ok(CallToolResult::success(content).into()))
}

fn embedded(uri: &str, mime: &str, text: &str) -> ContentBlock {
    ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(mime))
}

async fn log(context: &RequestContext<RoleServer>) -> Vec<ContentBlock> {
    for text in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(text));
        // A client that left misses nothing.
        let _ = context.peer.notify_logging_message(message).await;
    }
    vec![ContentBlock::text("Logged three lines.")]
}

async fn progress(context: &RequestContext<RoleServer>) -> Vec<ContentBlock> {
    if let Some(token) = context.meta.get_progress_token() {
        for done in [0.0, 50.0, 100.0] {
            let step = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let _ = context.peer.notify_progress(step).await;
        }
    }
    vec![ContentBlock::text("Reported three steps.")]
}

async fn sample(context: &RequestContext<RoleServer>, prompt: String) -> Vec<ContentBlock> {
    let request = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], 100);
    let text = match context.peer.create_message(request).await {
        Ok(answer) => {
            let text = answer
                .message
                .content
                .first()
                .and_then(|content| content.as_text());
            format!(
                "LLM response: {}",
                text.map_or("", |text| text.text.as_str())
            )
        }
        Err(why) => format!("Sampling failed: {why}"),
    };
    vec![ContentBlock::text(text)]
}

async fn elicit(
    context: &RequestContext<RoleServer>,
    message: String,
    form: Value,
) -> Vec<ContentBlock> {
    let request = serde_json::from_value::<ElicitRequestParams>(
        json!({"mode": "form", "message": message, "requestedSchema": form}),
    );
    let text = match request {
        Err(why) => format!("The form cannot be sent: {why}"),
        Ok(request) => match context.peer.create_elicitation(request).await {
            Ok(answer) => {
                let answer = serde_json::to_value(answer).unwrap_or_default();
                format!(
                    "User response: action={}, content={}",
                    answer["action"], answer["content"]
                )
            }
            Err(why) => format!("Elicitation failed: {why}"),
        },
    };
    vec![ContentBlock::text(text)]
}

fn user_form() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"}
        },
        "required": ["username", "email"]
    })
}

fn default_form() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": true}
        }
    })
}

fn enum_form() -> Value {
    let titled = |names: [&str; 3]| -> Vec<Value> {
        names
            .iter()
            .zip(1..)
            .map(|(title, at)| json!({"const": format!("value{at}"), "title": title}))
            .collect()
    };
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
            "titledSingle": {"type": "string", "oneOf": titled(["First Option", "Second Option", "Third Option"])},
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"]
            },
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled(["First Choice", "Second Choice", "Third Choice"])}}
        }
    })
}

/// The resources.
pub(super) fn resources() -> ListResourcesResult {
    ListResourcesResult::with_all_items(vec![
        Resource::new("test://static-text", "Static Text Resource").with_mime_type("text/plain"),
        Resource::new("test://static-binary", "Static Binary Resource").with_mime_type("image/png"),
        Resource::new("test://watched-resource", "Watched Resource").with_mime_type("text/plain"),
    ])
}

/// The template of resources.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let template = ResourceTemplate::new("test://template/{id}/data", "Dynamic Resource");
    ListResourceTemplatesResult::with_all_items(vec![template.with_mime_type("application/json")])
}

/// Reads a resource.
pub(super) fn resource(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let id = uri
        .strip_prefix("test://template/")
        .and_then(|rest| rest.strip_suffix("/data"));
    let contents = match (uri, id) {
        ("test://static-text" | "test://watched-resource", _) => {
            ResourceContents::text("This is the content of the static text resource.", uri)
                .with_mime_type("text/plain")
        }
        ("test://static-binary", _) => ResourceContents::blob(PNG, uri).with_mime_type("image/png"),
        (_, Some(id)) => {
            let text =
                json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")})
                    .to_string();
            ResourceContents::text(text, uri).with_mime_type("application/json")
        }
        _ => {
            return Err(ErrorData::resource_not_found(
                "there is no such resource",
                Some(json!({ "uri": uri })),
            ));
        }
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

/// The prompts.
pub(super) fn prompts() -> ListPromptsResult {
    let plain = |name: &str| Prompt::new(name, Some("a fixture"), None);
    let argument = |name: &str| PromptArgument::new(name).with_required(true);
    let arguments = vec![argument("arg1"), argument("arg2")];
    ListPromptsResult::with_all_items(vec![
        plain("test_simple_prompt"),
        Prompt::new(
            "test_prompt_with_arguments",
            Some("a fixture"),
            Some(arguments),
        ),
        Prompt::new(
            "test_prompt_with_embedded_resource",
            Some("a fixture"),
            Some(vec![argument("resourceUri")]),
        ),
        plain("test_prompt_with_image"),
    ])
}

/// Fills a prompt in.
pub(super) fn prompt(request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    let argument = |name: &str| {
        let value = request
            .arguments
            .as_ref()
            .and_then(|arguments| arguments.get(name));
        value
            .and_then(|value| Some(value.as_str()?.to_owned()))
            .unwrap_or_default()
    };
    let user = |content| PromptMessage::new(Role::User, content);
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![user(ContentBlock::text(
            "This is a simple prompt for testing.",
        ))],
        "test_prompt_with_arguments" => {
            let text = format!(
                "Prompt with arguments: arg1='{}', arg2='{}'",
                argument("arg1"),
                argument("arg2")
            );
            vec![user(ContentBlock::text(text))]
        }
        "test_prompt_with_embedded_resource" => vec![
            user(embedded(
                &argument("resourceUri"),
                "text/plain",
                "Embedded resource content for testing.",
            )),
            user(ContentBlock::text(
                "Please process the embedded resource above.",
            )),
        ],
        "test_prompt_with_image" => vec![
            user(ContentBlock::Image(ImageContent::new(PNG, "image/png"))),
            user(ContentBlock::text("Please analyze the image above.")),
        ],
        other => {
            return Err(ErrorData::invalid_params(
                format!("there is no prompt '{other}'"),
                None,
            ));
        }
    };
    Ok(GetPromptResult::new(messages))
}

/// Completes an argument.
pub(super) fn complete(request: &CompleteRequestParams) -> Result<CompleteResult, ErrorData> {
    let begun = &request.argument.value;
    let known = ["paris", "park", "party"]
        .into_iter()
        .filter(|word| word.starts_with(begun.as_str()));
    let values = CompletionInfo::new(known.map(str::to_owned).collect());
    values
        .map(CompleteResult::new)
        .map_err(|why| ErrorData::internal_error(why, None))
}
