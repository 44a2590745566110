//! Whoever loses a seat is put out of the room, and stays out.

use chrono::{SecondsFormat, TimeDelta};
use lectern_api::SystemClock;
use lectern_domain::clock::Clock as _;
use lectern_loadtest::client::{Platform, Ticket};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    bad_input::{
        frames::{Client, Said, refused},
        joins::{FINGERPRINT, join, offer},
    },
    support::{Home, SECRET, Server},
};

/// People of the platform, and the server they use.
struct School {
    server: Server,
    platform: Platform,
}

impl School {
    async fn ask(&self, who: &str, method: Method, path: &str, body: &Value) -> Value {
        let token = self.platform.token(who, who == "ada").expect("a token");
        let request = self.server.request(method, path, &token).json(body);
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{who} {path}: {status} {body}");
        body
    }

    /// A group lesson of Daniel's whose door is open, with these in it.
    async fn group(&self, people: &[&str]) -> String {
        let start = SystemClock.now() + TimeDelta::minutes(10);
        let lesson = json!({
            "teacher": "daniel",
            "title": "Conversation",
            "duration": 30,
            "scheduledAt": start.to_rfc3339_opts(SecondsFormat::Secs, true),
            "capacity": 5,
        });
        let made = self.ask("daniel", Method::POST, "/api/sessions", &lesson).await;
        let path = format!("/api/sessions/{}", made["id"].as_str().expect("an id"));
        for who in people {
            self.ask(who, Method::POST, &format!("{path}/seats"), &json!({})).await;
        }
        path
    }

    async fn ticket(&self, who: &str, lesson: &str) -> Ticket {
        let path = format!("{lesson}/join");
        let grant = self.ask(who, Method::POST, &path, &json!({})).await;
        serde_json::from_value(grant).expect("a ticket")
    }
}

async fn enter(ticket: &Ticket) -> Client {
    let mut client = Client::open(&ticket.url).await;
    client.say(&join(&ticket.token, &offer(FINGERPRINT).to_sdp())).await;
    client.next_of("joined").await;
    client
}

async fn put_out(client: &mut Client) {
    assert_eq!(client.next_of("closed").await["reason"], "removed");
    assert_eq!(client.next().await, Said::Close(Some(1000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_a_seat_is_put_out_and_stays_out() {
    let home = Home::new();
    let server = home.start("serve").await;
    let platform = Platform { secret: SECRET.to_owned(), issuer: None, audience: None };
    let school = School { server, platform };
    let lesson = school.group(&["tom", "mira", "zoe", "yan"]).await;
    let mut others = enter(&school.ticket("zoe", &lesson).await).await;
    let seats = format!("{lesson}/seats");
    // The teacher takes a seat away, an admin does, and two give theirs back.
    for (who, by, path) in [
        ("tom", "daniel", format!("{seats}/tom")),
        ("mira", "ada", format!("{seats}/mira")),
        ("yan", "yan", seats.clone()),
        ("tom", "tom", lesson.clone()),
    ] {
        if by == "tom" {
            // Whoever has a seat again comes in again.
            school.ask("tom", Method::POST, &seats, &json!({})).await;
        }
        let ticket = school.ticket(who, &lesson).await;
        let mut client = enter(&ticket).await;
        let came = others.next_of("participant").await;
        assert_eq!((&came["participant"]["user"], &came["present"]), (&json!(who), &json!(true)));
        school.ask(by, Method::DELETE, &path, &json!({})).await;
        put_out(&mut client).await;
        let gone = others.next_of("participant").await;
        assert_eq!((&gone["participant"]["user"], &gone["present"]), (&json!(who), &json!(false)));
        let again = join(&ticket.token, &offer(FINGERPRINT).to_sdp()).to_string();
        refused(&ticket.url, again, "token_revoked", 1008).await;
        let token = school.platform.token(who, false).expect("a token");
        let door = school.server.request(Method::POST, &format!("{lesson}/join"), &token);
        let door = door.send().await.expect("the server answers");
        assert_eq!(door.status(), StatusCode::FORBIDDEN);
    }
    let path = format!("{lesson}/attendance");
    let stays = school.ask("daniel", Method::GET, &path, &json!({})).await;
    let stays = stays["items"].as_array().expect("items").clone();
    let removed = stays.iter().filter(|stay| stay["leftReason"] == "removed").count();
    assert!(removed >= 3, "the last may not be written yet: {stays:?}");
    school.server.stop().await;
}
