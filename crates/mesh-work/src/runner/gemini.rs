//! Gemini CLI, by the Agent Client Protocol.

use super::Options;
use super::acp::Acp;

/// The program that is called `gemini`, or another.
pub fn agent(options: Options) -> Acp {
    let mut words = options.command.into_iter();
    let program = words.next().unwrap_or_else(|| "gemini".to_owned());
    let mut args: Vec<String> = words.collect();
    args.push("--acp".to_owned());
    let url = options.base_url.map(|url| ("GOOGLE_GEMINI_BASE_URL", url));
    Acp {
        name: "Gemini CLI",
        program,
        args,
        model_arg: Some("--model"),
        model: options.model,
        // It offers to load a conversation but keeps none of those held by this protocol.
        resumes: false,
        env: url.into_iter().collect(),
        install: "install Gemini CLI (npm install -g @google/gemini-cli) or name its path with --command",
        log_in: "log in on this machine (run `gemini`) or give the worker a key with --env GEMINI_API_KEY",
    }
}
