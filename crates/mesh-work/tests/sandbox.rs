//! Real programs in real sandboxes, by every means that this machine has. Each test tries what a hostile
//! program would try.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use mesh_model::events::Spend;
use mesh_work::child::{Keep, Limits, Program};
use mesh_work::runner::{Progress, Running};
use mesh_work::sandbox::hosts::Place;
use mesh_work::sandbox::plan::{Bounds, Means};
use mesh_work::sandbox::{Net, Sandbox, Spot};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

struct Quiet;

impl Progress for Quiet {
    fn output(&self, _: &str) {}
    fn spent(&self, _: Spend) {}
    fn session(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn approve<'a>(&'a self, _: &'a str, _: Map<String, Value>) -> Running<'a, bool> {
        Box::pin(async { false })
    }
}

fn cell() -> Vec<std::ffi::OsString> {
    vec![env!("CARGO_BIN_EXE_mesh-keeper").into()]
}

/// A mesh's folder with a secret, a task's folder in it, and a sandbox.
struct Bench {
    folder: TempDir,
    sandbox: Sandbox,
    told: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    /// The best means here. A machine that has none says so and the test ends.
    fn new(test: &str) -> Option<Bench> {
        match Sandbox::means(&cell(), &[]) {
            Ok(Means::Landlock) => skip(test, "only Landlock works on this machine"),
            Ok(means) => Some(Bench::by(means)),
            Err(why) => skip(test, &why),
        }
    }

    fn by(means: Means) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("task")).unwrap();
        fs::write(folder.path().join("owner.token"), "SECRET").unwrap();
        Bench {
            sandbox: Sandbox {
                means,
                net: Net::Places(Vec::new()),
                see: Vec::new(),
                share: Vec::new(),
                bounds: Bounds {
                    memory: 512 << 20,
                    passing: 16 << 20,
                    ..Bounds::default()
                },
                hidden: vec![folder.path().to_owned()],
                cell: cell(),
            },
            told: Arc::default(),
            folder,
        }
    }

    fn task(&self) -> PathBuf {
        self.folder.path().join("task")
    }

    fn spot(&self) -> Spot {
        Spot {
            cwd: self.task(),
            home: self.folder.path().join("home"),
            scratch: None,
            private: self.folder.path().join("private"),
            runner: "command".to_owned(),
            write: Vec::new(),
            read: Vec::new(),
            urls: Vec::new(),
        }
    }

    fn keep(&self, spot: &Spot) -> Keep {
        let path = std::env::var_os("PATH").unwrap();
        let limits = Limits {
            grace_ms: 100,
            ..Limits::default()
        };
        let keep = Keep::new(cell(), vec![("PATH".into(), path)], limits);
        let told = self.told.clone();
        let refusals = Arc::new(move |why| told.lock().unwrap().push(why));
        keep.confine(self.sandbox.confine(spot, refusals).unwrap());
        keep
    }

    /// Runs a shell script and gives what it printed on both of its outputs.
    async fn printed(&self, script: &str) -> String {
        self.printed_at(&self.spot(), script).await
    }

    async fn printed_at(&self, spot: &Spot, script: &str) -> String {
        let keep = self.keep(spot);
        let program =
            Program::new("/bin/sh", &spot.cwd).args(["-c", &format!("exec 2>&1\n{script}")]);
        let mut child = keep.start(program).unwrap();
        let said = child.talk(b"", &Quiet).await.unwrap();
        let ended = child.ended().await;
        keep.settled().await;
        assert_eq!(ended.stderr, "", "{}", said.text);
        said.text
    }
}

fn skip(test: &str, why: &str) -> Option<Bench> {
    let reason = format!("{test}: no sandbox works on this machine: {why}");
    eprintln!("{reason}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut skips = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        std::io::Write::write_all(&mut skips, format!("{reason}\n").as_bytes()).unwrap();
    }
    None
}

#[tokio::test]
async fn a_program_works_in_its_folder_with_the_machines_tools() {
    let Some(bench) = Bench::new("tools in a sandbox") else {
        return;
    };
    fs::write(bench.task().join("in"), "hello").unwrap();
    let said = bench
        .printed("cat in > out; echo; id -un; hostname; pwd; echo $HOME; git --version | cut -c1-11; echo x > ~/x && cat ~/x; echo y > /tmp/y && cat /tmp/y; cat /dev/null; head -c 3 /dev/urandom | wc -c; exit 0")
        .await;
    let task = bench.task().display().to_string();
    let home = bench.folder.path().join("home").display().to_string();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "",
            "mesh",
            "sandbox",
            &task,
            &home,
            "git version",
            "x",
            "y",
            "3"
        ]
    );
    assert_eq!(
        fs::read_to_string(bench.task().join("out")).unwrap(),
        "hello"
    );
}

#[tokio::test]
async fn nothing_of_the_mesh_or_the_home_or_the_system_is_seen_or_changed() {
    let Some(bench) = Bench::new("what a sandbox shows") else {
        return;
    };
    let mesh = bench.folder.path().display().to_string();
    let user = std::env::var("HOME").unwrap();
    let said = bench
        .printed(&format!(
            "ls {mesh}; cat {mesh}/owner.token; ls -A {user} | grep -v '^\\.' ; ls {user}/.ssh; cat /etc/shadow; \
             touch /usr/x /x /etc/x; ls /sys /old /.old; cd /proc/1/root 2>/dev/null && pwd; cat {mesh}/task/../owner.token"
        ))
        .await;
    assert!(!said.contains("SECRET"), "{said}");
    let lines: Vec<&str> = said.lines().take(2).collect();
    assert_eq!(lines, ["home", "task"], "{said}");
    assert!(!fs::exists("/x").unwrap(), "{said}");
    for path in ["/etc/shadow", "/usr/x", "/etc/x", "/sys", "/old"] {
        let refused = said.lines().any(|line| {
            line.contains(path)
                && [
                    "No such file",
                    "Read-only",
                    "Permission denied",
                    "not permitted",
                ]
                .iter()
                .any(|why| line.contains(why))
        });
        assert!(refused, "{path} in {said}");
    }
}

#[tokio::test]
async fn other_processes_are_not_seen_traced_or_killed() {
    let Some(bench) = Bench::new("processes in a sandbox") else {
        return;
    };
    let me = std::process::id();
    let said = bench
        .printed(&format!(
            "ls /proc | grep -c '^[0-9]'; cat /proc/{me}/environ; kill -9 {me}; kill -9 1; kill -9 $PPID; kill -9 -1; echo alive"
        ))
        .await;
    // All that it may kill are its own; the shell itself is spared by `kill -1`.
    let seen: usize = said.lines().next().unwrap().parse().unwrap();
    assert!(seen < 8, "{said}");
    assert!(said.contains("alive"), "{said}");
}

#[tokio::test]
async fn rights_mounts_namespaces_tracing_and_strange_sockets_are_refused() {
    let Some(bench) = Bench::new("system calls in a sandbox") else {
        return;
    };
    let python = r#"
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    ctypes.set_errno(0)
    done = getattr(libc, name)(*args)
    print(name, errno.errorcode.get(ctypes.get_errno(), 'worked') if done < 0 else 'worked')
call('unshare', 0x10000000)
call('unshare', 0x00020000)
call('mount', b'none', b'/tmp', b'tmpfs', 0, None)
call('umount2', b'/tmp', 2)
call('chroot', b'/tmp')
call('ptrace', 16, os.getppid(), 0, 0)
call('setns', os.open('/proc/self/ns/mnt', 0), 0)
call('sethostname', b'x', 1)
for family in (40, 17, 38):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print('socket', family, 'worked')
    except OSError as why:
        print('socket', family, errno.errorcode[why.errno])
print('uid', os.getuid(), [l for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapBnd', 'NoNewPrivs'))])
"#;
    fs::write(bench.task().join("try.py"), python).unwrap();
    let said = bench
        .printed("/usr/bin/env python3 try.py || /usr/bin/python3 try.py")
        .await;
    assert!(said.contains("uid 1000"), "{said}");
    assert!(!said.contains("worked"), "{said}");
    assert!(
        said.contains("CapEff:\\t0000000000000000") && said.contains("NoNewPrivs:\\t1"),
        "{said}"
    );
}

#[tokio::test]
async fn memory_processes_and_passing_files_are_bounded() {
    let Some(mut bench) = Bench::new("bounds of a sandbox") else {
        return;
    };
    bench.sandbox.bounds.processes = 64;
    let said = bench
        .printed("head -c 64m /dev/zero > /tmp/big; wc -c < /tmp/big; exit 0")
        .await;
    assert!(said.contains("No space left"), "{said}");
    let most: u64 = said.lines().last().unwrap().trim().parse().unwrap();
    assert!(most <= 16 << 20, "{said}");
    let said = bench
        .printed("python3 -c \"x = bytearray(2 << 30)\"; echo code $?")
        .await;
    assert!(!said.contains("code 0"), "{said}");
    // Each forks two that fork two: without a bound the machine is gone.
    let bomb = "f() { f | f & }\nf\nsleep 0.2; echo over";
    let keep = bench.keep(&bench.spot());
    let bounded = keep.confined().unwrap().held().processes || !rustix::process::getuid().is_root();
    if bounded {
        let said = bench.printed(bomb).await;
        assert!(said.contains("fork"), "{said}");
    } else {
        skip(
            "a fork bomb",
            "root has no bound of processes without control groups",
        );
    }
}

#[tokio::test]
async fn what_a_program_starts_ends_with_it_however_it_hides() {
    let Some(bench) = Bench::new("the end of a sandbox") else {
        return;
    };
    let held = bench.task().join("held");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&held)
            .status()
            .unwrap()
            .success()
    );
    let spot = bench.spot();
    let keep = bench.keep(&spot);
    let script = "exec 3> held\nsetsid env -i /bin/sh -c '(setsid sleep 1000 &) ; exec sleep 1000' </dev/null >/dev/null 2>&1 &\nkill -9 $PPID; kill -9 1; echo done";
    let mut child = keep
        .start(Program::new("/bin/sh", &spot.cwd).args(["-c", script]))
        .unwrap();
    let mut held = tokio::fs::File::open(held).await.unwrap();
    let said = child.talk(b"", &Quiet).await.unwrap();
    assert_eq!(said.text, "done\n");
    assert!(child.ended().await.success());
    // Whatever lives holds this open: it ends when the last of them has.
    held.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_program_that_is_stopped_may_end_well_first() {
    let Some(bench) = Bench::new("the grace of a sandbox") else {
        return;
    };
    let spot = bench.spot();
    let keep = bench.keep(&spot);
    let script = "trap 'echo bye > said; exit 0' TERM\necho ready\nwhile :; do sleep 0.01; done";
    let mut child = keep
        .start(Program::new("/bin/sh", &spot.cwd).args(["-c", script]))
        .unwrap();
    let mut ready = [0; 6];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut ready)
        .await
        .unwrap();
    child.stop();
    child.ended().await;
    keep.settled().await;
    assert_eq!(
        fs::read_to_string(bench.task().join("said")).unwrap(),
        "bye\n"
    );
}

/// A server of this machine that answers once with what it was asked.
async fn server() -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 4];
        stream.read_exact(&mut heard).await.unwrap();
        stream.write_all(b"pong").await.unwrap();
        String::from_utf8(heard).unwrap()
    });
    (port, heard)
}

const CONNECT: &str = r#"
import socket, sys
for place in sys.argv[1:]:
    host, port = place.rsplit(':', 1)
    try:
        s = socket.create_connection((host, int(port)), 5)
        s.sendall(b'ping'); s.shutdown(socket.SHUT_WR)
        print(place, (s.recv(4) or b'closed').decode())
    except OSError as why:
        print(place, type(why).__name__)
"#;

#[tokio::test]
async fn only_the_named_addresses_of_this_machine_are_reached() {
    let Some(bench) = Bench::new("the network of a sandbox") else {
        return;
    };
    let ((named, heard), (other, _unheard)) = (server().await, server().await);
    fs::write(bench.task().join("connect.py"), CONNECT).unwrap();
    let mut spot = bench.spot();
    spot.urls = vec![format!("http://127.0.0.1:{named}/mcp")];
    let said = bench
        .printed_at(
            &spot,
            &format!("python3 connect.py 127.0.0.1:{named} 127.0.0.1:{other} 169.254.169.254:80 8.8.8.8:53; env | grep -ic proxy"),
        )
        .await;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("127.0.0.1:{named} pong"), "{said}");
    assert_eq!(
        lines[1],
        format!("127.0.0.1:{other} ConnectionRefusedError")
    );
    assert!(
        !lines[2].ends_with("pong") && !lines[3].ends_with("pong"),
        "{said}"
    );
    assert_eq!(
        lines[4], "0",
        "no proxy is offered that has nothing to reach"
    );
    assert_eq!(heard.await.unwrap(), "ping");
}

#[tokio::test]
async fn named_hosts_are_reached_through_the_proxy_and_others_are_told_of() {
    let Some(mut bench) = Bench::new("the proxy of a sandbox") else {
        return;
    };
    bench.sandbox.net = Net::Places(vec![Place::parse("api.example.org").unwrap()]);
    fs::write(
        bench.task().join("ask.py"),
        "import os, socket\nhost, port = os.environ['HTTPS_PROXY'][7:].split(':')\ns = socket.create_connection((host, int(port)))\ns.sendall(b'CONNECT 169.254.169.254:80 HTTP/1.1\\r\\n\\r\\n')\nprint(s.recv(2000).decode())\n",
    )
    .unwrap();
    let said = bench.printed("python3 ask.py").await;
    assert!(said.starts_with("HTTP/1.1 403"), "{said}");
    let told = bench.told.lock().unwrap().join("\n");
    assert!(told.contains("--net 169.254.169.254:80"), "{told}");
}

/// Sockets without a name belong to a network, also to one that is shared.
#[tokio::test]
async fn sockets_without_a_name_are_not_reached() {
    let Some(mut bench) = Bench::new("abstract sockets and a sandbox") else {
        return;
    };
    let name = format!("mesh-test-{}", std::process::id());
    let address =
        <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(
            &name,
        )
        .unwrap();
    let _listener = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
    let script = format!(
        "python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('\\0{name}'); print('reached')\""
    );
    for net in [Net::Places(Vec::new()), Net::Everything] {
        bench.sandbox.net = net;
        let said = bench.printed(&script).await;
        assert!(
            !said.contains("reached") && said.contains("Error"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn landlock_alone_shows_the_folder_and_hides_the_mesh() {
    if !Sandbox::knows_landlock() {
        skip("Landlock", "the kernel has it not, or too old");
        return;
    }
    let bench = Bench::by(Means::Landlock);
    let ((named, heard), (other, _unheard)) = (server().await, server().await);
    fs::write(bench.task().join("connect.py"), CONNECT).unwrap();
    let mut spot = bench.spot();
    spot.urls = vec![format!("http://127.0.0.1:{named}/mcp")];
    let mesh = bench.folder.path().display();
    let me = std::process::id();
    let said = bench
        .printed_at(
            &spot,
            &format!("echo x > out; cat {mesh}/owner.token; touch /usr/x; kill -9 {me}; python3 connect.py 127.0.0.1:{named} 127.0.0.1:{other}"),
        )
        .await;
    assert!(!said.contains("SECRET"), "{said}");
    assert!(
        said.contains(&format!("{named} pong"))
            && said.contains(&format!("{other} PermissionError")),
        "{said}"
    );
    assert_eq!(fs::read_to_string(bench.task().join("out")).unwrap(), "x\n");
    assert_eq!(heard.await.unwrap(), "ping");
}
