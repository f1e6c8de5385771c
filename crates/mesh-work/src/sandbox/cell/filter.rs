//! The system calls that a confined program has no use for and an attacker has: they are refused.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Refused whatever they ask for: other processes' memory, mounts and namespaces, the kernel's own
/// programs, keys, clocks and modules, and what would pass this filter by.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_vhangup,
];

/// What a sandbox within this one is made with. What is hidden or not to be written here stays so within
/// it too: the system locks the mounts of an outer namespace.
const NESTING: &[libc::c_long] = &[
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
];

/// New namespaces: within one of users everything above could be tried again.
const SPACES: &[libc::c_int] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// The sockets that programs use. Others reach past namespaces, as those to a machine's host do.
const SOCKETS: &[libc::c_int] = &[
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
];

/// Requests to a terminal that type on it.
const TYPING: &[u64] = &[0x5412, 0x541c];

/// Refuses them for this process and all that it starts, apart from those for a sandbox of its own if it
/// nests one.
pub fn apply(nests: bool) -> Result<(), String> {
    let programs = programs(nests).map_err(|why| why.to_string())?;
    for program in &programs {
        seccompiler::apply_filter(program)
            .map_err(|why| format!("system calls cannot be filtered: {why}"))?;
    }
    Ok(())
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn programs(nests: bool) -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    let not_permitted = u32::try_from(libc::EPERM).unwrap_or(1);
    let not_there = u32::try_from(libc::ENOSYS).unwrap_or(38);
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let spaces = |bit: &libc::c_int| {
        let bit = u64::try_from(*bit).unwrap_or(0);
        rule(&[(0, SeccompCmpOp::MaskedEq(bit), bit)])
    };
    if !nests {
        rules.extend(NESTING.iter().map(|call| (*call, Vec::new())));
        for call in [libc::SYS_clone, libc::SYS_unshare] {
            rules.insert(call, SPACES.iter().map(spaces).collect::<Result<_, _>>()?);
        }
    }
    let others: Vec<_> = SOCKETS
        .iter()
        .map(|family| (0, SeccompCmpOp::Ne, u64::try_from(*family).unwrap_or(0)))
        .collect();
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        rules.insert(call, vec![rule(&others)?]);
    }
    let typing = |request: &u64| rule(&[(1, SeccompCmpOp::Eq, *request)]);
    rules.insert(
        libc::SYS_ioctl,
        TYPING.iter().map(typing).collect::<Result<_, _>>()?,
    );
    // Its flags lie in memory, where a filter cannot look. Who is told that there is no such call asks
    // by the older one.
    let newer = Rules::from([(libc::SYS_clone3, Vec::new())]);
    Ok(vec![
        filter(rules, not_permitted)?,
        filter(newer, not_there)?,
    ])
}

fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, seccompiler::BackendError> {
    let each = conditions.iter().map(|(place, how, value)| {
        SeccompCondition::new(*place, SeccompCmpArgLen::Dword, how.clone(), *value)
    });
    SeccompRule::new(each.collect::<Result<_, _>>()?)
}

fn filter(rules: Rules, error: u32) -> Result<BpfProgram, seccompiler::BackendError> {
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(error),
        std::env::consts::ARCH.try_into()?,
    )?
    .try_into()
}
