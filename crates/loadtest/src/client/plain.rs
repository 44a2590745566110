//! HTTP/1.1 as plain as it goes: one blocking connection, one request after
//! another. Who counts requests a second shares the machine with the server,
//! and wants a client that takes little of it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::Context as _;

use crate::limits::RESPONSE_BYTES;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    host: String,
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Connection {
    /// Connects to a base such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// It is another kind of URL, or nobody listens there.
    pub fn open(base: &str) -> anyhow::Result<Self> {
        let host = base.strip_prefix("http://").context("only plain http:// is spoken")?;
        let host = host.trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).with_context(|| format!("connect to {host}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, host, request: Vec::new(), response: Vec::new() })
    }

    /// Posts JSON. Status and body of the answer.
    ///
    /// # Errors
    /// The server hangs up, or answers in a form that it never uses.
    pub fn post(&mut self, path: &str, token: &str, body: &str) -> anyhow::Result<(u16, &[u8])> {
        self.request.clear();
        write!(
            self.request,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len(),
        )?;
        self.stream.write_all(&self.request)?;
        self.response.clear();
        loop {
            if let Some((status, body)) = answer(&self.response)? {
                return Ok((status, &self.response[body..]));
            }
            let mut chunk = [0; 4_096];
            let length = self.stream.read(&mut chunk)?;
            anyhow::ensure!(length > 0, "the server hung up");
            self.response.extend_from_slice(&chunk[..length]);
            anyhow::ensure!(self.response.len() <= RESPONSE_BYTES, "a long response");
        }
    }
}

/// Status, and where the body begins, once all of it is there.
fn answer(response: &[u8]) -> anyhow::Result<Option<(u16, usize)>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(head) = response.windows(END.len()).position(|part| part == END) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&response[..head])?;
    let status = text.get(9..12).and_then(|code| code.parse().ok()).context("no status")?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let length: usize = length.context("a response without a length")?;
    let body = head + END.len();
    Ok((response.len() >= body + length).then_some((status, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_there_when_all_of_it_is() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(answer(whole).unwrap(), Some((201, whole.len() - 2)));
        for cut in [0, 10, whole.len() - 3, whole.len() - 1] {
            assert_eq!(answer(&whole[..cut]).unwrap(), None, "{cut}");
        }
        assert!(answer(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(answer(b"nonsense\r\ncontent-length: 1\r\n\r\n").is_err());
    }
}
