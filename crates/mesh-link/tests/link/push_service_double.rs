//! A push service as browsers' makers run them, in so far as a node meets one: it takes what it is sent, remembers it, and answers
//! what its test says. With it a browser's keys, which open what was sealed for it, by their own reading of RFC 8291.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac;
use ring::rand::SystemRandom;
use serde_json::Value;

/// What the service was sent.
#[derive(Debug)]
pub struct Pushed {
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

pub struct PushServiceDouble {
    pub origin: String,
    status: Arc<Mutex<&'static str>>,
    came: Receiver<Pushed>,
}

impl PushServiceDouble {
    pub fn start() -> PushServiceDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let status = Arc::new(Mutex::new("201 Created"));
        let (tell, came) = channel();
        let shared = Arc::clone(&status);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, status) = (tell.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &tell, &status));
            }
        });
        PushServiceDouble {
            origin,
            status,
            came,
        }
    }

    /// What it answers from now on.
    pub fn answers(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }

    /// What comes next.
    pub async fn next(&self) -> Pushed {
        tokio::task::block_in_place(|| {
            self.came
                .recv_timeout(Duration::from_secs(20))
                .expect("nothing was pushed")
        })
    }

    /// What came so far and was not looked at.
    pub fn rest(&self) -> Vec<Pushed> {
        self.came.try_iter().collect()
    }
}

fn serve(mut stream: TcpStream, tell: &Sender<Pushed>, status: &Mutex<&str>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => {
                let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                headers.insert(name.to_ascii_lowercase(), value.to_owned());
            }
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let status = *status.lock().unwrap();
    tell.send(Pushed { headers, body }).ok()?;
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok()
}

/// The keys of one browser's subscription. They open one message: its private key is used up by that.
pub struct BrowserKeys {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl BrowserKeys {
    pub fn draw() -> BrowserKeys {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        BrowserKeys {
            private,
            public,
            auth: *b"0123456789abcdef",
        }
    }

    pub fn p256dh(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    pub fn auth(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.auth)
    }

    /// What a message says.
    pub fn open(self, body: &[u8]) -> Value {
        let (salt, rest) = body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert!(body.len() <= u32::from_be_bytes(size.try_into().unwrap()) as usize);
        let (sender, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let other = UnparsedPublicKey::new(&ECDH_P256, sender);
        let shared = agree_ephemeral(self.private, &other, <[u8]>::to_vec).unwrap();
        let agreed = mac(&self.auth, &[&shared]);
        let input = mac(&agreed, &[b"WebPush: info\0", &self.public, sender, &[1]]);
        let key = mac(salt, &[&input]);
        let cipher = mac(&key, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = mac(&key, &[b"Content-Encoding: nonce\0", &[1]]);
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cipher[..16]).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).unwrap();
        let mut sealed = sealed.to_vec();
        let plain = cipher
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2, "the last record ends so");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

/// HMAC-SHA-256, of which HKDF consists.
fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, &parts.concat()).as_ref().to_vec()
}
