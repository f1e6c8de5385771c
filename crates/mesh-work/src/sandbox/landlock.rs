//! Landlock: where there are no namespaces, it alone says what files and ports a program reaches.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use super::hosts::WEB;
use super::plan::{Plan, Reach};

/// The version that knows files, renaming and truncation; older ones leave holes.
const NEEDED: ABI = ABI::V3;
/// The version that knows sockets without a name and signals.
const NEWEST: ABI = ABI::V6;

/// Devices and folders of the system, as far as the program needs them without a view of its own.
const SYSTEM: &[(&str, bool)] = &[
    ("/proc", false),
    ("/dev/null", true),
    ("/dev/zero", false),
    ("/dev/full", true),
    ("/dev/random", false),
    ("/dev/urandom", false),
    ("/etc", false),
];

fn told(why: impl std::fmt::Display) -> String {
    format!("Landlock: {why}")
}

/// Whether the system has it, new enough.
pub fn works() -> bool {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))
        .and_then(Ruleset::create)
        .is_ok()
}

/// Bounds this process to what the plan names.
pub fn restrict(plan: &Plan) -> Result<(), String> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))
        .map_err(told)?
        .set_compatibility(CompatLevel::BestEffort)
        .scope(Scope::from_all(NEWEST))
        .map_err(told)?;
    if plan.reach != Reach::Everything {
        rules = rules
            .handle_access(AccessNet::from_all(NEWEST))
            .map_err(told)?;
    }
    let mut rules = rules.create().map_err(told)?;
    let system = SYSTEM.iter().map(|(path, write)| ((*path).into(), *write));
    let seen = plan.seen.iter().map(|seen| (seen.path.clone(), seen.write));
    for (path, write) in system.chain(seen) {
        rules = below(rules, &path, write)?;
    }
    if let Reach::Gate { here, proxy, .. } = &plan.reach {
        // It knows ports and no hosts.
        let web = WEB.iter().copied().filter(|_| *proxy);
        for port in here.iter().map(std::net::SocketAddr::port).chain(web) {
            let port = NetPort::new(port, AccessNet::ConnectTcp);
            rules = rules.add_rule(port).map_err(told)?;
        }
    }
    let status = rules.restrict_self().map_err(told)?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(told("this system does not enforce it")),
        _ => Ok(()),
    }
}

fn below(
    rules: RulesetCreated,
    path: &std::path::PathBuf,
    write: bool,
) -> Result<RulesetCreated, String> {
    // What has gone since the plan was made is not there to be reached.
    let Ok(place) = PathFd::new(path) else {
        return Ok(rules);
    };
    let mut access = if write {
        AccessFs::from_all(NEEDED)
    } else {
        AccessFs::from_read(NEEDED)
    };
    if !path.is_dir() {
        access &= AccessFs::from_file(NEEDED);
    }
    rules
        .add_rule(PathBeneath::new(place, access))
        .map_err(told)
}

/// Keeps sockets without a name and signals to those within, where the system knows how.
pub fn scope() -> Result<(), String> {
    Ruleset::default()
        .scope(Scope::from_all(NEWEST))
        .map_err(told)?
        .create()
        .map_err(told)?
        .restrict_self()
        .map_err(told)?;
    Ok(())
}
