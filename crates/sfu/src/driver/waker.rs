//! What wakes a worker that waits for its socket: an eventfd.

use std::{io, os::fd::AsFd, time::Duration};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, ppoll},
    sys::{
        eventfd::{EfdFlags, EventFd},
        time::TimeSpec,
    },
};

#[derive(Debug)]
pub(super) struct Waker {
    event: EventFd,
}

impl Waker {
    pub(super) fn new() -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Self { event: EventFd::from_value_and_flags(0, flags)? })
    }

    /// Ends the present wait, or the next one.
    pub(super) fn wake(&self) {
        // The counter can only be full, and then the worker is woken anyway.
        let _ = self.event.write(1);
    }

    /// Waits until the socket can be read, somebody wakes, or time is up.
    /// Returns whether somebody woke.
    pub(super) fn wait(&self, socket: &impl AsFd, timeout: Option<Duration>) -> io::Result<bool> {
        let mut sources = [
            PollFd::new(socket.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.event.as_fd(), PollFlags::POLLIN),
        ];
        match ppoll(&mut sources, timeout.map(TimeSpec::from), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let woken = sources[1].any().unwrap_or(false);
        if woken {
            // Empties the counter. Nothing is lost when it is already empty.
            let _ = self.event.read();
        }
        Ok(woken)
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn a_wake_ends_one_wait_even_when_it_comes_before() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let waker = Waker::new().unwrap();
        waker.wake();
        waker.wake();
        assert!(waker.wait(&socket, None).unwrap());
        assert!(!waker.wait(&socket, Some(Duration::ZERO)).unwrap());
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        assert!(!waker.wait(&socket, None).unwrap());
    }
}
