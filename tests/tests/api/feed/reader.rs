//! Someone who follows the stream.

use omicron_tests::Client;
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that is told what happens.
pub struct Reader {
    stream: BufReader<TcpStream>,
    /// The last id that was sent.
    pub last: Option<i64>,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    Event(Value),
    /// The stream ends, with this last word.
    Over(String),
    /// Nothing came in time.
    Silence,
}

impl Reader {
    /// Connects, and waits for the head of the answer.
    pub fn open(
        client: &Client,
        credential: &str,
        query: &str,
        last: Option<i64>,
    ) -> std::io::Result<Self> {
        Self::with_room(256 * 1024, client, credential, query, last)
    }

    /// As [`Reader::open`], where the system keeps about so many bytes that are not read yet.
    pub fn with_room(
        room: usize,
        client: &Client,
        credential: &str,
        query: &str,
        last: Option<i64>,
    ) -> std::io::Result<Self> {
        let address =
            client.base_url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(room)?;
        let peer: SocketAddr = address.parse().map_err(std::io::Error::other)?;
        socket.connect(&peer.into())?;
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let last_id = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        write!(
            stream,
            "GET /api/v1/events{query} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\nConnection: close\r\n\
             Authorization: {credential}\r\n{last_id}\r\n"
        )?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(std::io::Error::other(line));
        }
        while !line.trim_end().is_empty() {
            line.clear();
            stream.read_line(&mut line)?;
        }
        Ok(Self { stream, last })
    }

    /// The next event, within this time.
    pub fn next(&mut self, patience: Duration) -> Next {
        let (began, mut data, mut word) = (Instant::now(), None, String::new());
        loop {
            let Some(left) = patience.checked_sub(began.elapsed()) else { return Next::Silence };
            let _ =
                self.stream.get_ref().set_read_timeout(Some(left.max(Duration::from_millis(1))));
            let mut line = String::new();
            match self.stream.read_line(&mut line) {
                Ok(0) => return Next::Over(word),
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) =>
                {
                    return Next::Silence;
                }
                Err(_) => return Next::Over(word),
            }
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                self.last = Some(id.parse().unwrap());
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = Some(serde_json::from_str(text).unwrap());
            } else if let Some(text) = line.strip_prefix(": ") {
                text.clone_into(&mut word);
            } else if line.is_empty()
                && let Some(event) = data.take()
            {
                return Next::Event(event);
            }
        }
    }

    /// The next event, which must come.
    #[track_caller]
    pub fn event(&mut self) -> Value {
        match self.next(Duration::from_secs(20)) {
            Next::Event(event) => event,
            other => panic!("no event, but {other:?}"),
        }
    }

    /// The connection breaks.
    pub fn hang_up(self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }
}
