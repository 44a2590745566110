//! A server that scenarios run against, and people to send into its lessons.

use std::{future::Future, path::Path};

use anyhow::Context as _;
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

use super::Shape;
use crate::{
    client::{Entry, Joiner, Participant, Platform, Server, Ticket},
    clock,
    measure::process::Process,
    swarm::Swarm,
};

/// Seats of each participant's offer: as many as the SDK begins with.
pub const SEATS: usize = 4;

/// How long the lessons are, in minutes.
const LESSON_MINUTES: u32 = 60;

/// A server that runs, as its ready file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Target {
    /// The base of its API.
    pub api: String,
    /// Its process, on this machine.
    pub pid: u32,
}

impl Target {
    /// Reads the file that `lectern serve --ready-file` wrote.
    ///
    /// # Errors
    /// It is not there, or not such a file.
    pub fn read(ready_file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(ready_file)
            .with_context(|| format!("the ready file {}", ready_file.display()))?;
        serde_json::from_str(&text).context("the ready file has no `api` and `pid`")
    }
}

/// The server with everything that scenarios share.
#[derive(Debug)]
pub struct Stage {
    runtime: Runtime,
    server: Server,
    platform: Platform,
    api: String,
    process: Process,
    joiner: Joiner,
    /// Tells the people of this run from those of others.
    run: String,
    lessons: u32,
}

impl Stage {
    /// The stage before this server.
    ///
    /// # Errors
    /// The system has no threads or descriptors left.
    pub fn new(target: &Target, platform: Platform, seed: u64) -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self {
            runtime,
            server: Server::new(&target.api)?,
            platform,
            api: target.api.clone(),
            process: Process::new(target.pid),
            joiner: Joiner::new(seed)?,
            run: format!("{:x}", clock::unix_seconds()),
            lessons: 0,
        })
    }

    /// The server's process.
    pub const fn process(&self) -> Process {
        self.process
    }

    /// The base of the server's API.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Makes the platform's tokens.
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }

    /// A user of this run.
    pub fn user(&self, name: &str) -> String {
        format!("bench-{}-{name}", self.run)
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Books a lesson that begins now, and asks for a ticket for each seat:
    /// the teacher, the student, then admins, who may enter any room.
    pub(super) fn lesson(&mut self, participants: usize) -> anyhow::Result<Vec<Ticket>> {
        self.lessons += 1;
        let lesson = self.lessons;
        let user = |seat: usize| self.user(&format!("{lesson}-{seat}"));
        let booking = async {
            let token = self.platform.token(&user(1), false)?;
            let booked = self.server.book(&token, &user(0), 5, LESSON_MINUTES).await?;
            let session = booked.context("the time of a new teacher is taken")?;
            let mut tickets = Vec::new();
            for seat in 0..participants {
                let token = self.platform.token(&user(seat), seat > 1)?;
                tickets.push(self.server.join(&token, &session).await?);
            }
            Ok(tickets)
        };
        self.block_on(booking)
    }

    /// Fills a room, and waits until all transports are up.
    pub(super) fn fill_room(
        &mut self,
        shape: Shape,
        swarm: &mut Swarm,
    ) -> anyhow::Result<Vec<Participant>> {
        let tickets = self.lesson(shape.participants())?;
        let mut room = Vec::new();
        for (seat, ticket) in tickets.into_iter().enumerate() {
            let how = Entry { seats: SEATS, sends: shape.sends(seat), plan: None };
            room.push(self.enter(ticket, how, swarm)?);
        }
        for participant in &mut room {
            self.runtime.block_on(participant.connected())?;
        }
        Ok(room)
    }

    /// Sends somebody in.
    pub(super) fn enter(
        &mut self,
        ticket: Ticket,
        how: Entry,
        swarm: &mut Swarm,
    ) -> anyhow::Result<Participant> {
        self.runtime.block_on(self.joiner.join(ticket, how, swarm))
    }

    /// Lets all leave.
    pub(super) fn empty(&self, people: Vec<Participant>, swarm: &Swarm) -> anyhow::Result<()> {
        people.into_iter().try_for_each(|participant| self.block_on(participant.leave(swarm)))
    }
}
