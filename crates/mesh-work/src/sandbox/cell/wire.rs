//! The network within a cell: the loopback device, and listeners that lead to the gate.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::sandbox::plan::PROXY;

/// Connections at the same time; a program that wants more waits for an answer in vain.
const CONNECTIONS_MAX: usize = 256;

/// The longest answer of the gate to a request.
const ANSWER_BYTES_MAX: usize = 4096;

/// Sets the loopback device up: a new namespace has it down.
pub fn raise_loopback() -> std::io::Result<()> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        // The first protocol of its kind: routes and devices.
        None,
    )?;
    const NEW_LINK: u16 = 16;
    const REQUEST_AND_ACK: u16 = 0x5;
    const UP: u32 = 1;
    let mut ask = Vec::with_capacity(32);
    ask.extend(32_u32.to_ne_bytes());
    ask.extend(NEW_LINK.to_ne_bytes());
    ask.extend(REQUEST_AND_ACK.to_ne_bytes());
    ask.extend([0; 8]);
    // Any family, any kind; the first device is the loopback one.
    ask.extend([0; 4]);
    ask.extend(1_u32.to_ne_bytes());
    ask.extend(UP.to_ne_bytes());
    ask.extend(UP.to_ne_bytes());
    rustix::net::send(&socket, &ask, SendFlags::empty())?;
    let mut answer = [0; 64];
    let (count, _) = rustix::net::recv(&socket, &mut answer[..], RecvFlags::empty())?;
    let error = answer[..count]
        .get(16..20)
        .and_then(|code| code.try_into().ok());
    match error.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(code) => Err(std::io::Error::from_raw_os_error(-code)),
        None => Err(std::io::Error::other("the system did not answer")),
    }
}

/// Answers within for addresses outside, each over a connection of its own to the gate.
pub fn answer(gate: &Path, here: &[SocketAddr], proxy: bool) -> std::io::Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    for address in here {
        let listener = match TcpListener::bind(address) {
            Ok(listener) => listener,
            // A machine without the sixth version has no such address within either.
            Err(_) if address.is_ipv6() => continue,
            Err(why) => return Err(why),
        };
        let hello = format!("CONNECT {address} HTTP/1.1\r\n\r\n");
        listen(listener, gate.to_owned(), Some(hello), &open);
    }
    if proxy {
        listen(TcpListener::bind(PROXY)?, gate.to_owned(), None, &open);
    }
    Ok(())
}

fn listen(listener: TcpListener, gate: PathBuf, hello: Option<String>, open: &Arc<AtomicUsize>) {
    let open = Arc::clone(open);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
                open.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            let (gate, hello, open) = (gate.clone(), hello.clone(), Arc::clone(&open));
            thread::spawn(move || {
                // A connection that breaks is closed on both sides, which is all there is to say.
                let _ = lead(stream, &gate, hello.as_deref());
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

fn lead(stream: TcpStream, gate: &Path, hello: Option<&str>) -> std::io::Result<()> {
    let mut out = UnixStream::connect(gate)?;
    if let Some(hello) = hello {
        out.write_all(hello.as_bytes())?;
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\n") && answer.len() < ANSWER_BYTES_MAX {
            out.read_exact(&mut byte)?;
            answer.extend(byte);
        }
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Ok(());
        }
    }
    let (mut from, mut to) = (stream.try_clone()?, out.try_clone()?);
    let sending = thread::spawn(move || {
        let _ = copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut back = stream;
    let _ = copy(&mut out, &mut back);
    let _ = back.shutdown(Shutdown::Write);
    let _ = sending.join();
    Ok(())
}
