//! A WebSocket client for the tests, with a library that others wrote.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub hello: Value,
    next: u64,
}

impl Client {
    pub async fn connect(at: SocketAddr, headers: &[(&'static str, &str)]) -> Client {
        Client::try_connect(at, headers).await.unwrap()
    }

    /// Fails with the status of the refusal.
    pub async fn try_connect(
        at: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, u16> {
        let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Client {
                socket,
                hello: Value::Null,
                next: 1,
            }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    pub async fn send(&mut self, frame: Value) {
        self.socket
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// The next JSON frame.
    pub async fn frame(&mut self) -> Value {
        loop {
            match self.socket.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(why) => panic!("closed: {why:?}"),
                _ => {}
            }
        }
    }

    /// The next frame that is a push.
    pub async fn push(&mut self) -> Value {
        loop {
            let frame = self.frame().await;
            if frame.get("push").is_some() {
                return frame;
            }
        }
    }

    /// The code with which the connection is closed.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => return code.into(),
                Some(Ok(_)) => {}
                other => panic!("ended without a close: {other:?}"),
            }
        }
    }

    /// Calls an operation; gives `ok` or `problem` whole.
    pub async fn call(&mut self, operation: &str, input: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.send(json!({"id": id, "call": operation, "input": input}))
            .await;
        self.answer(id).await
    }

    pub async fn subscribe(&mut self, subscribe: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.send(json!({"id": id, "subscribe": subscribe})).await;
        self.answer(id).await
    }

    async fn answer(&mut self, id: u64) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["id"] == id {
                return frame;
            }
        }
    }
}
