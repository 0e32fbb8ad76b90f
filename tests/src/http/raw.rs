//! Requests that no well-behaved client sends.

use super::Answer;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// Sends these bytes to the server at `base_url` on a connection of their own and reads one answer.
///
/// The answer ends as its headers say, or when the server closes. HEAD requests need `connection: close`.
#[track_caller]
pub fn raw(base_url: &str, request: &[u8]) -> Answer {
    let address = base_url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream =
        TcpStream::connect(address).unwrap_or_else(|error| panic!("{base_url}: {error}"));
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    // A server may answer, and close, before it has read all of a bad request.
    let _ = stream.write_all(request);
    let what = String::from_utf8_lossy(request);
    let first_line = what.lines().next().unwrap_or_default();
    read_answer(&mut BufReader::new(stream), first_line)
        .unwrap_or_else(|error| panic!("{base_url} gave no answer to {first_line:?}: {error}"))
}

fn read_answer(stream: &mut impl BufRead, request: &str) -> std::io::Result<Answer> {
    let status_line = line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status =
        status.ok_or_else(|| std::io::Error::other(format!("bad status line {status_line:?}")))?;
    let mut headers = HeaderMap::new();
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else { break };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(std::io::Error::other)?;
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(std::io::Error::other)?);
    }
    let body = read_body(stream, &headers)?;
    Ok(Answer::new("raw", request, status, headers, body))
}

fn read_body(stream: &mut impl BufRead, headers: &HeaderMap) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let size = line(stream)?;
            let size = u64::from_str_radix(size.split(';').next().unwrap_or_default(), 16);
            let size = size.map_err(std::io::Error::other)?;
            stream.take(size).read_to_end(&mut body)?;
            line(stream)?;
            if size == 0 {
                break;
            }
        }
    } else {
        stream.take(length.unwrap_or(u64::MAX)).read_to_end(&mut body)?;
    }
    Ok(body)
}

fn line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
