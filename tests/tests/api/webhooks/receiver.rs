//! A receiver of webhooks: it keeps what it gets, and answers as it is told.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What was posted.
#[derive(Debug, Clone)]
pub struct Letter {
    headers: BTreeMap<String, String>,
    pub body: String,
}

impl Letter {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Shared {
    letters: Mutex<Vec<Letter>>,
    answer: Mutex<Option<(u16, String)>>,
    connections: AtomicUsize,
    slow: AtomicBool,
    stopped: AtomicBool,
    tls: Option<Arc<ServerConfig>>,
}

pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

impl Receiver {
    pub fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub fn start_at(address: SocketAddr) -> Self {
        Self::listen(address, Shared::default())
    }

    /// One that speaks TLS.
    pub fn start_tls(config: ServerConfig) -> Self {
        let tls = Some(Arc::new(config));
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), Shared { tls, ..Shared::default() })
    }

    fn listen(address: SocketAddr, shared: Shared) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::new(shared));
        let ours = shared.clone();
        let listening = thread::spawn(move || {
            for connection in listener.incoming() {
                if ours.stopped.load(Ordering::SeqCst) {
                    return;
                }
                ours.connections.fetch_add(1, Ordering::SeqCst);
                let ours = ours.clone();
                // A client that goes away is no matter.
                thread::spawn(move || connection.map(|one| ours.greet(one)));
            }
        });
        Self { address, shared, listening: Some(listening) }
    }

    /// Listens no more; where it did.
    pub fn stop(mut self) -> SocketAddr {
        self.end();
        self.address
    }

    fn end(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.shared.letters.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Answers this from now on, with these lines in the head.
    pub fn answer(&self, status: u16, lines: &str) {
        *self.shared.answer.lock().unwrap() = Some((status, lines.to_owned()));
    }

    /// Takes its time before it answers what it has kept.
    pub fn be_slow(&self) {
        self.shared.slow.store(true, Ordering::SeqCst);
    }

    pub fn be_quick(&self) {
        self.shared.slow.store(false, Ordering::SeqCst);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn greet(&self, connection: TcpStream) -> Option<()> {
        let Some(config) = &self.tls else { return self.serve(connection) };
        let session = ServerConnection::new(config.clone()).unwrap();
        self.serve(StreamOwned::new(session, connection))
    }

    fn serve(&self, connection: impl Read + Write) -> Option<()> {
        let mut reader = BufReader::new(connection);
        loop {
            let letter = read(&mut reader)?;
            self.letters.lock().unwrap().push(letter);
            if self.slow.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(300));
            }
            let (status, lines) =
                self.answer.lock().unwrap().clone().unwrap_or((200, String::new()));
            let head = format!("HTTP/1.1 {status} X\r\n{lines}Content-Length: 0\r\n\r\n");
            reader.get_mut().write_all(head.as_bytes()).ok()?;
            if self.stopped.load(Ordering::SeqCst) {
                return None;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Letter> {
    let mut headers = BTreeMap::new();
    let mut first = String::new();
    (reader.read_line(&mut first).ok()? > 0).then_some(())?;
    assert!(first.starts_with("POST /") && first.ends_with(" HTTP/1.1\r\n"), "{first}");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Letter { headers, body: String::from_utf8(body).unwrap() })
}
