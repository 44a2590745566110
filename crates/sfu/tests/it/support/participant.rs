//! A client with a socket and an offer.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use lectern_sfu::Answer;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use tokio::{net::UdpSocket, time::timeout};

use super::client::{Client, Received};

/// Nothing on loopback takes as long: whoever waits longer waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
const REPEAT_AFTER: Duration = Duration::from_millis(50);

pub(crate) const OPUS: u8 = 111;
pub(crate) const VP8: u8 = 96;
pub(crate) const VP8_RTX: u8 = 97;

pub(crate) struct Participant {
    pub(crate) client: Client,
    pub(crate) socket: UdpSocket,
    pub(crate) server: SocketAddr,
    /// What came while something else was waited for.
    early: VecDeque<Received>,
    pub(crate) audio_ssrc: u32,
    pub(crate) video_ssrc: u32,
    pub(crate) video_rtx_ssrc: u32,
}

#[expect(clippy::disallowed_methods, reason = "a participant with a socket has a clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

impl Participant {
    /// A participant whose names and streams come from `number`.
    pub(crate) async fn new(number: u32) -> Self {
        let client = Client::new(
            &format!("client{number}"),
            &[SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm],
        );
        Self {
            client,
            socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            server: ([127, 0, 0, 1], 9).into(),
            early: VecDeque::new(),
            audio_ssrc: 1000 * number + 1,
            video_ssrc: 1000 * number + 2,
            video_rtx_ssrc: 1000 * number + 3,
        }
    }

    /// Microphone and camera, and a seat to show somebody in.
    pub(crate) fn offer(&self) -> String {
        let mut offer = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3\r\n\
             a=ice-ufrag:{}\r\na=ice-pwd:theclientsownpassword0123\r\na=fingerprint:{}\r\n\
             a=setup:active\r\n",
            self.client.ufrag,
            self.client.fingerprint(),
        );
        for (mid, direction, kind) in [
            (0, "sendonly", "audio"),
            (1, "sendonly", "video"),
            (2, "recvonly", "audio"),
            (3, "recvonly", "video"),
        ] {
            let formats = match kind {
                "audio" => format!(
                    "{OPUS}\r\na=rtpmap:{OPUS} opus/48000/2\r\na=ssrc:{} cname:a\r\n",
                    self.audio_ssrc
                ),
                _ => format!(
                    "{VP8} {VP8_RTX}\r\na=rtpmap:{VP8} VP8/90000\r\na=rtcp-fb:{VP8} nack\r\n\
                     a=rtcp-fb:{VP8} nack pli\r\na=rtpmap:{VP8_RTX} rtx/90000\r\n\
                     a=fmtp:{VP8_RTX} apt={VP8}\r\na=ssrc-group:FID {video} {rtx}\r\n\
                     a=ssrc:{video} cname:a\r\na=ssrc:{rtx} cname:a\r\n",
                    video = self.video_ssrc,
                    rtx = self.video_rtx_ssrc,
                ),
            };
            offer += &format!(
                "m={kind} 9 UDP/TLS/RTP/SAVPF {formats}c=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n\
                 a={direction}\r\na=rtcp-mux\r\n"
            );
        }
        offer
    }

    /// Takes the answer's credentials and address.
    pub(crate) fn accept(&mut self, answer: &Answer) {
        let value = |name: &str| {
            let line = answer.sdp.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("the answer has no {name}")).to_owned()
        };
        self.client.set_remote(&value("a=ice-ufrag:"), &value("a=ice-pwd:"));
        let candidate = value("a=candidate:");
        let words: Vec<&str> = candidate.split(' ').collect();
        self.server = format!("{}:{}", words[4], words[5]).parse().unwrap();
    }

    /// Checks, nominates, and shakes hands.
    pub(crate) async fn connect(&mut self) {
        self.check().await;
        self.client.connect(now());
        let began = now();
        while !self.client.is_connected() {
            assert!(now() - began < PATIENCE, "no handshake");
            self.flush().await;
            match timeout(REPEAT_AFTER, self.read()).await {
                Ok(Received::HandshakeComplete) | Err(_) => self.client.repeat(),
                Ok(_) => {}
            }
        }
        self.flush().await;
    }

    /// Sends a check and waits for its answer.
    pub(crate) async fn check(&mut self) {
        let check = self.client.check(true);
        self.send(&check).await;
        self.wait_for(|received| *received == Received::BindingSuccess).await;
    }

    pub(crate) async fn send(&self, datagram: &[u8]) {
        self.socket.send_to(datagram, self.server).await.unwrap();
    }

    pub(crate) async fn send_rtp(&mut self, packet: &[u8]) {
        let sealed = self.client.seal_rtp(packet);
        self.send(&sealed).await;
    }

    pub(crate) async fn send_rtcp(&mut self, compound: &[u8]) {
        let sealed = self.client.seal_rtcp(compound);
        self.send(&sealed).await;
    }

    /// Waits for something; what else comes is kept for later.
    pub(crate) async fn wait_for(&mut self, wanted: impl Fn(&Received) -> bool) -> Received {
        if let Some(at) = self.early.iter().position(&wanted) {
            return self.early.remove(at).unwrap();
        }
        let search = async {
            loop {
                let received = self.read().await;
                if wanted(&received) {
                    return received;
                }
                self.early.push_back(received);
            }
        };
        let found = timeout(PATIENCE, search).await;
        found.unwrap_or_else(|_| panic!("it never came; what came: {:?}", self.early))
    }

    async fn read(&mut self) -> Received {
        let mut buffer = [0; 2048];
        let (length, from) = self.socket.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from, self.server, "answers leave from where was asked");
        self.client.handle(now(), &buffer[..length])
    }

    pub(crate) async fn flush(&mut self) {
        while let Some(datagram) = self.client.poll_transmit() {
            self.send(&datagram).await;
        }
    }
}
