//! The gate: the one way out of a cell's network. It listens on a socket that is shown within, speaks as
//! a proxy, and lets through what is allowed. It runs outside, in the worker.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use mesh_model::address::is_public;

use super::hosts::{Allowed, No, split};

/// The longest head of a request.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Connections of one program at the same time.
const CONNECTIONS_MAX: usize = 256;
/// Hosts of which it is told that they were asked for in vain; a program may make up any number.
const TOLD_MAX: usize = 32;

/// Asks where a name leads.
pub trait Names: Send + Sync {
    /// All addresses of a name.
    fn leads_to<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = Vec<IpAddr>> + Send + 'a>>;
}

/// The system's own names.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

impl Names for SystemNames {
    fn leads_to<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = Vec<IpAddr>> + Send + 'a>> {
        Box::pin(async move {
            match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => found.map(|address| address.ip()).collect(),
                Err(_) => Vec::new(),
            }
        })
    }
}

/// Hears of what was asked for in vain.
pub type Refusals = Arc<dyn Fn(String) + Send + Sync>;

/// An open gate. It closes by being dropped.
pub struct Gate {
    socket: PathBuf,
    listening: JoinHandle<()>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gate at {}", self.socket.display())
    }
}

struct Keeper {
    allowed: Allowed,
    names: Arc<dyn Names>,
    refusals: Refusals,
    told: Mutex<BTreeSet<String>>,
    free: Semaphore,
}

impl Gate {
    /// Opens one in a folder of its own, which only this user may enter.
    pub fn open(
        folder: &Path,
        allowed: Allowed,
        names: Arc<dyn Names>,
        refusals: Refusals,
    ) -> io::Result<Gate> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let socket = folder.join("net");
        let _ = std::fs::remove_file(&socket);
        // A socket's name is short; a folder's may be long.
        let there = std::fs::File::open(folder)?;
        let short = format!(
            "/proc/self/fd/{}/net",
            std::os::fd::AsRawFd::as_raw_fd(&there)
        );
        let listener = if Path::new("/proc/self/fd").exists() {
            UnixListener::bind(short)?
        } else {
            UnixListener::bind(&socket)?
        };
        let keeper = Arc::new(Keeper {
            allowed,
            names,
            refusals,
            told: Mutex::default(),
            free: Semaphore::new(CONNECTIONS_MAX),
        });
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let keeper = keeper.clone();
                tokio::spawn(async move {
                    let Ok(_free) = keeper.free.acquire().await else {
                        return;
                    };
                    // A connection that breaks is closed on both sides, which is all there is to say.
                    let _ = keeper.lead(stream).await;
                });
            }
        });
        Ok(Gate { socket, listening })
    }

    /// Its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.listening.abort();
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// What a request asks for.
struct Asked {
    host: String,
    port: u16,
    /// What is sent on before all else: nothing for a tunnel.
    first: Vec<u8>,
    tunnel: bool,
}

impl Keeper {
    async fn lead(&self, mut stream: UnixStream) -> io::Result<()> {
        let head = read_head(&mut stream).await?;
        let Some(asked) = parse(&head) else {
            return answer(
                &mut stream,
                "400 Bad Request",
                "this proxy reads CONNECT and http:// requests",
            )
            .await;
        };
        let reached = match self.reach(&asked).await {
            Ok(reached) => reached,
            Err(why) => return answer(&mut stream, "403 Forbidden", &why).await,
        };
        let Some(mut out) = reached else {
            let why = format!("{}:{} does not answer", asked.host, asked.port);
            return answer(&mut stream, "502 Bad Gateway", &why).await;
        };
        if asked.tunnel {
            stream
                .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .await?;
        }
        out.write_all(&asked.first).await?;
        copy_bidirectional(&mut stream, &mut out).await.map(drop)
    }

    /// Connects to a host if it may be: its name is asked for once, and exactly what was judged is
    /// connected to.
    async fn reach(&self, asked: &Asked) -> Result<Option<TcpStream>, String> {
        let (host, port) = (asked.host.as_str(), asked.port);
        let judged = match self.allowed.named(host, port) {
            None => Err(No::NotNamed),
            Some(_) => {
                let leads_to = match host.parse::<IpAddr>() {
                    Ok(address) => vec![address],
                    Err(_) => self.names.leads_to(host).await,
                };
                self.allowed.judged(host, port, &leads_to)
            }
        };
        let addresses = judged.map_err(|no| self.refused(host, port, &no))?;
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(Some(stream));
            }
        }
        Ok(None)
    }

    fn refused(&self, host: &str, port: u16, no: &No) -> String {
        let why = match no {
            No::NotNamed if host.parse().is_ok_and(|address| !is_public(address)) => format!(
                "{host}:{port} is in a private network and not among what this task may reach; the worker's owner can name it: --net {host}:{port}"
            ),
            No::NotNamed => format!(
                "{host}:{port} is not among the hosts that this task may reach; the worker's owner can name it: --net {host}"
            ),
            No::Private(address) => format!(
                "{host} leads to {address}, an address of a private network, and was not connected to; if that is meant, the worker's owner names the address: --net {address}:{port}"
            ),
            No::Unknown => format!("{host} leads nowhere: its name is not known"),
        };
        let mut told = self
            .told
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        if told.len() < TOLD_MAX && told.insert(format!("{host}:{port}")) {
            (self.refusals)(why.clone());
        }
        why
    }
}

async fn answer(stream: &mut UnixStream, status: &str, why: &str) -> io::Result<()> {
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}\n",
        why.len() + 1
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

/// Reads up to the end of a request's head; what came after it stays with it.
async fn read_head(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while end_of(&head).is_none() {
        let count = stream.read(&mut chunk).await?;
        if count == 0 || head.len() + count > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(&chunk[..count]);
    }
    Ok(head)
}

fn end_of(head: &[u8]) -> Option<usize> {
    let end = head.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

/// `CONNECT HOST:PORT`, or a request with a whole `http://` URL, which is sent on as the host expects it
/// and for which the connection is closed after the answer.
fn parse(head: &[u8]) -> Option<Asked> {
    let end = end_of(head)?;
    let text = std::str::from_utf8(&head[..end]).ok()?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with("HTTP/1.") {
        return None;
    }
    let rest = &head[end..];
    if method == "CONNECT" {
        let (host, port) = split(target).ok()?;
        return Some(Asked {
            host,
            port: port?,
            first: rest.to_vec(),
            tunnel: true,
        });
    }
    let after = target.strip_prefix("http://")?;
    let place = after.find(['/', '?']).unwrap_or(after.len());
    let (authority, path) = after.split_at(place);
    let (host, port) = split(authority).ok()?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut first = format!("{method} {slash}{path} {version}\r\n");
    for line in lines.filter(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        let own = ["connection", "proxy-connection", "proxy-authorization"];
        if !own.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            first.push_str(line);
            first.push_str("\r\n");
        }
    }
    first.push_str("connection: close\r\n\r\n");
    let mut first = first.into_bytes();
    first.extend_from_slice(rest);
    Some(Asked {
        host,
        port: port.unwrap_or(80),
        first,
        tunnel: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::hosts::Place;

    /// A name server that says something else each time.
    struct Turning(Mutex<Vec<&'static str>>);

    impl Names for Turning {
        fn leads_to<'a>(
            &'a self,
            _: &'a str,
        ) -> Pin<Box<dyn Future<Output = Vec<IpAddr>> + Send + 'a>> {
            let next = self.0.lock().unwrap().pop();
            Box::pin(async move { next.into_iter().map(|text| text.parse().unwrap()).collect() })
        }
    }

    async fn ask(gate: &Gate, request: &str) -> String {
        let mut stream = UnixStream::connect(gate.socket()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said
    }

    async fn server() -> (u16, JoinHandle<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await.unwrap();
            stream.write_all(b"answer").await.unwrap();
            heard
        });
        (port, heard)
    }

    #[tokio::test]
    async fn a_name_that_is_turned_to_this_machine_is_refused_and_nothing_is_asked_twice() {
        let folder = tempfile::tempdir().unwrap();
        let names = Turning(Mutex::new(vec!["127.0.0.1", "169.254.169.254", "10.0.0.1"]));
        let allowed = Allowed(vec![Place::parse("api.example.org").unwrap()]);
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = told.clone();
        let refusals: Refusals = Arc::new(move |why| tell.lock().unwrap().push(why));
        let names = Arc::new(names);
        let gate = Gate::open(folder.path(), allowed, names.clone(), refusals).unwrap();
        for address in ["10.0.0.1", "169.254.169.254", "127.0.0.1"] {
            let said = ask(&gate, "CONNECT api.example.org:443 HTTP/1.1\r\n\r\n").await;
            assert!(
                said.starts_with("HTTP/1.1 403") && said.contains(address),
                "{said}"
            );
        }
        assert!(names.0.lock().unwrap().is_empty());
        let said = ask(&gate, "GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n").await;
        assert!(
            said.contains("not among what this task may reach"),
            "{said}"
        );
        assert_eq!(told.lock().unwrap().len(), 2, "each host is told of once");
    }

    #[tokio::test]
    async fn a_tunnel_and_a_plain_request_reach_what_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        for tunnel in [true, false] {
            let (port, heard) = server().await;
            let allowed = Allowed(vec![Place::parse(&format!("127.0.0.1:{port}")).unwrap()]);
            let gate = Gate::open(
                folder.path(),
                allowed,
                Arc::new(SystemNames),
                Arc::new(|_| {}),
            )
            .unwrap();
            let request = if tunnel {
                format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nhello")
            } else {
                format!(
                    "GET http://127.0.0.1:{port}/a?b HTTP/1.1\r\nProxy-Connection: x\r\nA: b\r\n\r\n"
                )
            };
            let said = ask(&gate, &request).await;
            assert!(said.ends_with("answer"), "{said}");
            let heard = heard.await.unwrap();
            if tunnel {
                assert_eq!(heard, "hello")
            } else {
                assert_eq!(
                    heard,
                    "GET /a?b HTTP/1.1\r\nA: b\r\nconnection: close\r\n\r\n"
                )
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_request_is_answered_and_not_sent_on() {
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate::open(
            folder.path(),
            Allowed::default(),
            Arc::new(SystemNames),
            Arc::new(|_| {}),
        )
        .unwrap();
        for bad in [
            "GET / HTTP/1.1\r\n\r\n",
            "CONNECT x HTTP/1.1\r\n\r\n",
            "hello\r\n\r\n",
        ] {
            let said = ask(&gate, bad).await;
            assert!(said.starts_with("HTTP/1.1 400"), "{bad}: {said}");
        }
    }
}
