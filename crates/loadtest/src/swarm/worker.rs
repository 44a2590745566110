//! The thread's loop: commands, deadlines, datagrams.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    os::fd::AsFd,
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, ppoll},
    sys::{
        epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
        eventfd::EventFd,
        time::TimeSpec,
    },
};

use super::{
    Command, MemberId, Report,
    member::{Inbox, Member},
};
use crate::peer::{Moment, Tally};

/// Sockets that are looked at between two looks at the deadlines.
const READY: usize = 64;

/// The longest sleep: a bound, should a wake-up ever be missed.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The waker's mark among the sockets'.
const WAKER: u64 = u64::MAX;

pub(super) struct Worker {
    run_began: Instant,
    commands: Receiver<Command>,
    waker: Arc<EventFd>,
    epoll: Epoll,
    members: Vec<Option<Member>>,
    deadlines: BinaryHeap<Reverse<(Instant, usize)>>,
    tally: Tally,
}

#[expect(clippy::disallowed_methods, reason = "the driver of the participants")]
fn clock() -> Instant {
    Instant::now()
}

impl Worker {
    pub(super) fn new(
        run_began: Instant,
        commands: Receiver<Command>,
        waker: Arc<EventFd>,
    ) -> nix::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&waker, EpollEvent::new(EpollFlags::EPOLLIN, WAKER))?;
        Ok(Self {
            run_began,
            commands,
            waker,
            epoll,
            members: Vec::new(),
            deadlines: BinaryHeap::new(),
            tally: Tally::default(),
        })
    }

    pub(super) fn run(&mut self) -> nix::Result<()> {
        let mut ready = [EpollEvent::empty(); READY];
        let mut inbox = Inbox::new();
        while self.obey()? {
            self.handle_deadlines();
            self.sleep()?;
            let count = match self.epoll.wait(&mut ready, EpollTimeout::ZERO) {
                Ok(count) => count,
                Err(Errno::EINTR) => 0,
                Err(error) => return Err(error),
            };
            for event in &ready[..count] {
                self.handle_ready(event.data(), &mut inbox);
            }
        }
        Ok(())
    }

    /// Does what was asked; false when it is to stop.
    fn obey(&mut self) -> nix::Result<bool> {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Add { socket, peer, events }) => {
                    let index = self.members.len();
                    let event = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
                    self.epoll.add(&socket, event)?;
                    self.members.push(Some(Member::new(socket, *peer, events)));
                    self.settle(index, clock());
                }
                Ok(Command::Start { member: MemberId(index), start, plan }) => {
                    if let Some(Some(member)) = self.members.get_mut(index) {
                        member.peer.start_media(start, plan);
                    }
                    self.settle(index, clock());
                }
                Ok(Command::Remove { member: MemberId(index) }) => {
                    if let Some(member) = self.members.get_mut(index).and_then(Option::take) {
                        self.epoll.delete(&member.socket)?;
                    }
                }
                // Whoever asked may have gone.
                Ok(Command::Take { reply }) => reply.send(self.report()).unwrap_or_default(),
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return Ok(false),
                Err(TryRecvError::Empty) => return Ok(true),
            }
        }
    }

    fn report(&mut self) -> Report {
        let present = self.members.iter().flatten();
        let (expected, lost) = present.fold((0, 0), |(expected, lost), member| {
            let (more_expected, more_lost) = member.peer.expected_and_lost();
            (expected + more_expected, lost + more_lost)
        });
        Report { tally: std::mem::take(&mut self.tally), expected, lost }
    }

    fn handle_deadlines(&mut self) {
        let now = clock();
        while let Some(Reverse((due, index))) = self.deadlines.peek().copied() {
            if due > now {
                break;
            }
            self.deadlines.pop();
            let Some(Some(member)) = self.members.get_mut(index) else { continue };
            // A deadline that was moved stands in the queue twice.
            if member.due != Some(due) {
                continue;
            }
            member.due = None;
            let now = clock();
            member.peer.handle_timeout(Moment::new(self.run_began, now), &mut self.tally);
            self.settle(index, now);
        }
    }

    fn handle_ready(&mut self, mark: u64, inbox: &mut Inbox) {
        if mark == WAKER {
            // It is not blocking, and was readable.
            self.waker.read().map(drop).unwrap_or_default();
            return;
        }
        let index = usize::try_from(mark).expect("an index of ours");
        let run_began = self.run_began;
        let Some(Some(member)) = self.members.get_mut(index) else { return };
        let now = member.receive(inbox, || Moment::new(run_began, clock()), &mut self.tally);
        self.settle(index, now.instant);
    }

    /// Sends, tells, and keeps the participant's next deadline.
    fn settle(&mut self, index: usize, now: Instant) {
        let Some(Some(member)) = self.members.get_mut(index) else { return };
        member.settle(now);
        let due = member.peer.poll_timeout();
        if due != member.due {
            member.due = due;
            self.deadlines.extend(due.map(|due| Reverse((due, index))));
        }
    }

    /// Waits for a datagram or the next deadline. epoll's own timeout counts
    /// milliseconds, which would make bursts of what should be even.
    fn sleep(&self) -> nix::Result<()> {
        let next = self.deadlines.peek().map(|Reverse((due, _))| *due);
        let wait = next.map_or(LONGEST_SLEEP, |due| due.saturating_duration_since(clock()));
        let timeout = TimeSpec::from_duration(wait.min(LONGEST_SLEEP));
        let mut waiting = [PollFd::new(self.epoll.0.as_fd(), PollFlags::POLLIN)];
        match ppoll(&mut waiting, Some(timeout), None) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
