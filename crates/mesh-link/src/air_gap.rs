//! A node that cannot call out: the system refuses it every socket that reaches beyond this machine's files, for as long as the
//! process lives and in whatever it starts. What came in before, at the address where it listens, goes on.

use mesh_model::{Millis, PublicKey};
use mesh_ops::Found;

use crate::federation::{Channel, Dial, Under};

/// Why something outside was not reached.
pub(crate) const WHY: &str = "this node is air-gapped: nothing goes out of it";

/// From now on this process and all that it starts open no connection: no socket can be made, and none can be connected. What
/// listens already goes on listening. Nothing undoes it.
#[cfg(target_os = "linux")]
pub fn close() -> Result<(), String> {
    filter::apply().map_err(|why| format!("system calls cannot be filtered: {why}"))
}

/// From now on this process and all that it starts open no connection.
#[cfg(not(target_os = "linux"))]
pub fn close() -> Result<(), String> {
    Err("only Linux can keep a process from calling out".to_owned())
}

/// Calls no peer. Those that call are spoken with.
pub struct CallsNobody;

impl Dial for CallsNobody {
    fn calls(&self) -> bool {
        false
    }

    fn dial(&self, _: String, _: PublicKey) -> Under<'_, Result<Box<dyn Channel>, String>> {
        Box::pin(std::future::ready(Err(format!(
            "{WHY}; the peer can call it"
        ))))
    }

    fn find(&self, _: String, _: String, _: Millis) -> Under<'_, Result<Found, String>> {
        Box::pin(std::future::ready(Err(WHY.to_owned())))
    }

    fn withdraw(&self, _: String) -> Under<'_, Result<(), String>> {
        Box::pin(std::future::ready(Err(WHY.to_owned())))
    }

    fn shown(&self, _: &str) -> Option<Result<(), String>> {
        Some(Err(WHY.to_owned()))
    }
}

#[cfg(target_os = "linux")]
mod filter {
    use std::collections::BTreeMap;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    /// Refused whatever they ask for. A socket of files too: by it programs of this machine can be told to pass something on, such
    /// as its log. `connect` also turns a connection that came in into one that goes out, and reaches programs
    /// of this machine that look up names or open connections for others; the rest makes sockets past `socket`, takes them from
    /// other processes or acts in their place.
    const REFUSED: &[libc::c_long] = &[
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_io_uring_setup,
        libc::SYS_pidfd_getfd,
        libc::SYS_ptrace,
        libc::SYS_process_vm_writev,
    ];

    pub fn apply() -> Result<(), Box<dyn std::error::Error>> {
        Ok(seccompiler::apply_filter_all_threads(&program()?)?)
    }

    fn program() -> Result<BpfProgram, seccompiler::BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            REFUSED.iter().map(|call| (*call, Vec::new())).collect();
        // One of a pair that sends datagrams can send them to any other socket by its name.
        let names = SeccompCondition::new(
            1,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::MaskedEq(0xf),
            u64::try_from(libc::SOCK_DGRAM).unwrap_or(2),
        )?;
        rules.insert(libc::SYS_socketpair, vec![SeccompRule::new(vec![names])?]);
        SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Errno(u32::try_from(libc::EACCES).unwrap_or(13)),
            std::env::consts::ARCH.try_into()?,
        )?
        .try_into()
    }
}
