//! A node that is air-gapped, in a network of its own in which every packet is seen.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::Command;

use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType};

use super::node::{Node, said};

/// `ETH_P_ALL`, in the order of the network.
const EVERY_PACKET: u32 = 0x0003_u16.to_be() as u32;

/// Every packet of the network in which this thread is.
struct Recorder(OwnedFd);

/// The beginning of a TCP connection.
#[derive(Debug, PartialEq, Eq)]
struct Opening {
    to: u16,
}

impl Recorder {
    fn start() -> Recorder {
        let protocol = Some(Protocol::from_raw(EVERY_PACKET.try_into().unwrap()));
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket =
            rustix::net::socket_with(AddressFamily::PACKET, SocketType::RAW, flags, protocol);
        Recorder(socket.unwrap())
    }

    /// The connections that were opened since the last look. Anything but TCP over IPv4 is more than was expected.
    fn openings(&self) -> Vec<Opening> {
        let mut found = Vec::new();
        let mut frame = [0; 65_536];
        while let Ok((length, _)) = rustix::net::recv(&self.0, &mut frame[..], RecvFlags::empty()) {
            let frame = &frame[..length];
            assert_eq!(frame[12..14], [0x08, 0x00], "not IPv4: {frame:?}");
            let packet = &frame[14..];
            assert_eq!(packet[9], 6, "not TCP: {packet:?}");
            let segment = &packet[usize::from(packet[0] & 15) * 4..];
            let (begins, answers) = (segment[13] & 0x02 != 0, segment[13] & 0x10 != 0);
            if begins && !answers {
                found.push(Opening {
                    to: u16::from_be_bytes([segment[2], segment[3]]),
                });
            }
        }
        // The loopback shows each packet twice: as it goes and as it comes.
        found.dedup();
        found
    }
}

/// Says that the test runs in a network of its own already.
const INSIDE: &str = "MESH_TEST_OWN_NETWORK";

/// Runs a test of this file once more, in a network of its own in which only the loopback is. Where the machine makes none, the
/// report is told.
fn in_own_network(test: &str) {
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--net", "--"]);
        unshare
    };
    let can = unshare().arg("true").status();
    if !can.is_ok_and(|status| status.success()) {
        let reason = "air_gap: this machine makes no network of its own for a test";
        eprintln!("{reason}");
        if let Some(path) = std::env::var_os("MESH_SKIPS") {
            let mut skips = fs::OpenOptions::new();
            let mut skips = skips.append(true).create(true).open(path).unwrap();
            writeln!(skips, "{reason}").unwrap();
        }
        return;
    }
    let mut again = unshare();
    again.arg(std::env::current_exe().unwrap());
    again.args(["--exact", test, "--nocapture"]);
    let again = said(again.env(INSIDE, "yes").output().unwrap());
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    assert!(again.out.contains("1 passed"), "{}", again.out);
}

fn loopback_up() {
    // Its protocol 0 is NETLINK_ROUTE.
    let netlink = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None);
    // RTM_NEWLINK: the interface 1, which is the loopback, goes up (IFF_UP).
    let mut request = Vec::new();
    request.extend(32_u32.to_ne_bytes());
    request.extend(16_u16.to_ne_bytes());
    request.extend(5_u16.to_ne_bytes());
    request.extend([1_u32, 0, 0, 1, 1, 1].map(u32::to_ne_bytes).concat());
    let netlink = netlink.unwrap();
    rustix::io::write(&netlink, &request).unwrap();
    let mut answer = [0; 64];
    rustix::io::read(&netlink, &mut answer).unwrap();
    // An answer with the error 0.
    assert_eq!(answer[16..20], [0; 4]);
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn nothing_goes_out_of_an_air_gapped_node_and_nothing_owed_is_lost() {
    if std::env::var_os(INSIDE).is_none() {
        let test = "air_gap::nothing_goes_out_of_an_air_gapped_node_and_nothing_owed_is_lost";
        return in_own_network(test);
    }
    loopback_up();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let settings =
        "[webhooks]\nprivate = [\"127.0.0.1\"]\n[notify]\nurl = \"http://127.0.0.1:9/topic\"\n";
    fs::write(home.join("plugins.toml"), settings).unwrap();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = outside.local_addr().unwrap();
    let tried = folder.path().join("tried");
    let program = format!(
        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}; echo $? > {}; cat'",
        address.port(),
        tried.display()
    );

    let recorder = Recorder::start();
    let node = Node::start_in(folder, &["--air-gapped", "--with", &program]);
    node.json(&["webhook", "add", &format!("http://{address}/hook")]);
    let key = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let peer = format!("http://{address}");
    node.json(&["link", "add", "far", "--key", key, "--address", &peer]);
    node.json(&["say", "general", "this waits"]);
    let tested = node.mesh(&["webhook", "test"]);
    assert!(
        (tested.out + &tested.err).contains("air-gapped"),
        "a test says why nothing went"
    );
    let links = node.json(&["link", "list"]).to_string();
    assert!(links.contains("air-gapped"), "{links}");
    let doctor = node.mesh(&["doctor"]).out;
    assert!(doctor.contains("webhooks (1)"), "{doctor}");
    let tools = node.json(&["tool", "list"]).to_string();
    assert!(tools.contains("air-gapped"), "{tools}");
    let url = node.url.clone();
    let folder = node.stop();
    assert_eq!(fs::read_to_string(&tried).unwrap().trim(), "1");
    let own = port(&url);
    let opened = recorder.openings();
    assert!(!opened.is_empty(), "people reach the node");
    assert!(
        opened.iter().all(|opening| opening.to == own),
        "{own}: {opened:?}"
    );

    // What the recorder can see is seen; and what was owed is delivered.
    let node = Node::start_in(folder, &[]);
    let (stream, _) = outside.accept().unwrap();
    assert!(
        recorder
            .openings()
            .contains(&Opening { to: address.port() })
    );
    drop((stream, node));
}
