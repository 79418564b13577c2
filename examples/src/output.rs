//! Collecting what a child process writes, without ever being held up by it.

use std::io::{self, Read};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How long the pipes may stay open after the child itself has ended. A
/// grandchild that outlives it can hold them for ever.
const GRACE: Duration = Duration::from_secs(2);

/// Sees each line of standard error as it appears.
pub(crate) type Watch<'a> = Box<dyn FnMut(&str) + 'a>;

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// Reads a pipe on a thread of its own. The thread is never joined: it ends
/// with the pipe, and a pipe held open by a grandchild must not hold us.
fn forward<R: Read + Send + 'static>(
    stream: Stream,
    pipe: Option<R>,
    sender: &Sender<(Stream, Vec<u8>)>,
) {
    let Some(mut pipe) = pipe else { return };
    let sender = sender.clone();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    if sender.send((stream, buffer[..length].to_vec())).is_err() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    });
}

/// What a child has written so far.
pub(crate) struct Output<'a> {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    chunks: Receiver<(Stream, Vec<u8>)>,
    line: Vec<u8>,
    watch: Option<Watch<'a>>,
}

impl<'a> Output<'a> {
    /// Takes the pipes of a child.
    pub(crate) fn of(child: &mut Child, watch: Option<Watch<'a>>) -> Self {
        let (sender, chunks) = mpsc::channel();
        forward(Stream::Out, child.stdout.take(), &sender);
        forward(Stream::Err, child.stderr.take(), &sender);
        Self {
            stdout: Vec::new(),
            stderr: Vec::new(),
            chunks,
            line: Vec::new(),
            watch,
        }
    }

    /// Takes chunks until both pipes are closed, or the child has ended and
    /// left them open, or the deadline has passed (`false`).
    pub(crate) fn collect(&mut self, child: &mut Child, deadline: Instant) -> io::Result<bool> {
        let mut ended: Option<Instant> = None;
        loop {
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            let tick = Duration::from_millis(100).min(deadline - now);
            match self.chunks.recv_timeout(tick) {
                Ok((stream, bytes)) => self.take(stream, &bytes),
                Err(RecvTimeoutError::Disconnected) => return Ok(true),
                Err(RecvTimeoutError::Timeout) => {
                    if ended.is_none() && child.try_wait()?.is_some() {
                        ended = Some(now);
                    }
                }
            }
            if ended.is_some_and(|ended| now - ended > GRACE) {
                return Ok(true);
            }
        }
    }

    /// Takes what a killed child had already written.
    pub(crate) fn drain(&mut self) {
        while let Ok((stream, bytes)) = self.chunks.recv_timeout(Duration::from_millis(100)) {
            self.take(stream, &bytes);
        }
    }

    fn take(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Out => self.stdout.extend_from_slice(bytes),
            Stream::Err => {
                self.stderr.extend_from_slice(bytes);
                if let Some(watch) = &mut self.watch {
                    for &byte in bytes {
                        if byte == b'\n' || byte == b'\r' {
                            watch(&String::from_utf8_lossy(&self.line));
                            self.line.clear();
                        } else {
                            self.line.push(byte);
                        }
                    }
                }
            }
        }
    }
}
