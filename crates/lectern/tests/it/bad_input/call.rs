//! Two people in a lesson, with media both ways.

use std::{fs, net::SocketAddr, time::Duration};

use lectern_loadtest::{
    client::{Entry, Joiner, Participant, Platform, Server as Rest, Ticket},
    peer::{SendPlan, Tally},
    rtp::source::{AudioPlan, VideoPlan},
    swarm::Swarm,
};

use crate::support::{SECRET, Server, until};

/// Packets that each side must get before the call counts as going on.
const PACKETS: u64 = 100;
/// How long that may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const PLAN: SendPlan = SendPlan {
    audio: Some(AudioPlan { payload_bytes: 80 }),
    video: Some(VideoPlan {
        frames_per_second: 30,
        packets_per_frame: 2,
        packets_per_key_frame: 3,
        payload_bytes: 400,
    }),
};

/// A running call.
pub(super) struct Call {
    rest: Rest,
    platform: Platform,
    session: String,
    media: SocketAddr,
    sides: Vec<Side>,
}

/// One of the two, with a thread and counters of its own.
struct Side {
    swarm: Swarm,
    _participant: Participant,
    tally: Tally,
    lost: u64,
}

impl Call {
    /// Books a lesson that begins now, and lets both in.
    pub(super) async fn begin(server: &Server) -> Self {
        let rest = Rest::new(&server.api("")).expect("a client");
        let platform = Platform { secret: SECRET.to_owned(), issuer: None, audience: None };
        let token = |user| platform.token(user, false).expect("a token");
        let booked = rest.book(&token("tom"), "daniel", 5, 60).await.expect("it is booked");
        let session = booked.expect("the time is free");
        let mut joiner = Joiner::new(1).expect("a certificate");
        let mut sides = Vec::new();
        for user in ["daniel", "tom"] {
            let mut swarm = Swarm::start(now()).expect("a thread");
            let ticket = rest.join(&token(user), &session).await.expect("a ticket");
            let how = Entry { seats: 4, sends: true, plan: Some(PLAN) };
            let mut participant = joiner.join(ticket, how, &mut swarm).await.expect("it joins");
            participant.connected().await.expect("it connects");
            let tally = Tally::default();
            sides.push(Side { swarm, _participant: participant, tally, lost: 0 });
        }
        let media = server.ready["media"][0].as_str().expect("the ready file names the ports");
        let media = media.parse().expect("an address");
        let mut call = Self { rest, platform, session, media, sides };
        call.goes_on("nothing").await;
        call
    }

    /// Where the media plane listens.
    pub(super) const fn media(&self) -> SocketAddr {
        self.media
    }

    /// What lets a third person into the very room.
    pub(super) async fn ticket_of_an_observer(&self) -> Ticket {
        let token = self.platform.token("mallory", true).expect("a token");
        self.rest.join(&token, &self.session).await.expect("a ticket")
    }

    /// Waits until packets have arrived on both sides.
    pub(super) async fn goes_on(&mut self, beside: &str) {
        for side in &mut self.sides {
            let before = side.take_report().received;
            let arrived =
                until(PATIENCE, || (side.take_report().received >= before + PACKETS).then_some(()));
            assert!(arrived.await.is_some(), "the media stops beside {beside}: {:?}", side.tally);
        }
    }

    /// Nothing was lost but what sockets lost, and nothing came twice or could
    /// not be opened.
    pub(super) async fn end(mut self) {
        let port = self.media.port();
        // What is missing may still be under way again.
        let whole = until(PATIENCE, || {
            let lost = self.sides.iter_mut().fold(0, |lost, side| {
                side.take_report();
                lost + side.lost
            });
            (lost <= lost_by_sockets(port)).then_some(())
        });
        assert!(whole.await.is_some(), "packets are missing");
        for side in &self.sides {
            assert_eq!((side.tally.unreadable, side.tally.duplicates), (0, 0), "{:?}", side.tally);
        }
    }
}

impl Side {
    fn take_report(&mut self) -> &Tally {
        let report = self.swarm.take_report().expect("the participants are there");
        self.tally.merge(&report.tally);
        self.lost = report.lost;
        &self.tally
    }
}

/// What the kernel dropped for want of room in the sockets of a media port and
/// of those who speak to it (`drops` in proc_net_udp).
pub(super) fn lost_by_sockets(port: u16) -> u64 {
    let table = fs::read_to_string("/proc/net/udp").expect("Linux has /proc");
    let port = format!(":{port:04X}");
    let sockets = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    sockets
        .filter(|fields| fields[1].ends_with(&port) || fields[2].ends_with(&port))
        .map(|fields| fields.last().and_then(|drops| drops.parse().ok()).unwrap_or(0))
        .sum()
}

#[expect(clippy::disallowed_methods, reason = "the participants' clock begins somewhere")]
pub(super) fn now() -> std::time::Instant {
    std::time::Instant::now()
}
