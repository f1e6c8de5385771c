//! opencode, by the Agent Client Protocol. Which provider and model it asks stands in its own settings.

use super::Options;
use super::acp::Acp;

/// The program that is called `opencode`, or another.
pub fn agent(options: Options) -> Acp {
    let mut words = options.command.into_iter();
    let program = words.next().unwrap_or_else(|| "opencode".to_owned());
    let mut args: Vec<String> = words.collect();
    args.push("acp".to_owned());
    Acp {
        name: "opencode",
        program,
        args,
        model_arg: None,
        model: options.model,
        resumes: true,
        env: Vec::new(),
        install: "install opencode (npm install -g opencode-ai) or name its path with --command",
        log_in: "log in on this machine (run `opencode auth login`) or name a provider in its settings",
    }
}
