//! What became of a lesson, where people disagree: the record, complaints,
//! evidence and decisions.

use chrono::TimeDelta;
use lectern_store::{attendance, chat};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::World;

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

fn session_id(session: &Value) -> lectern_domain::id::SessionId {
    id(session).parse().expect("a UUID")
}

/// A lesson to which only Jonas came; he has complained.
async fn missed(world: &World) -> (Value, Value) {
    let session = world.booked(60).await;
    world.clock.advance(TimeDelta::minutes(90));
    let pool = &world.database.pool;
    let arrival = attendance::Arrival {
        session: session_id(&session),
        participant: lectern_domain::id::ParticipantId(7),
        user: "jonas",
        role: lectern_domain::room::Role::Student,
        node: lectern_domain::id::NodeId(uuid::Uuid::nil()),
        at: world.now(),
    };
    attendance::came(pool, arrival).await.expect("he came");
    let message = chat::NewMessage {
        session: session_id(&session),
        user: "jonas",
        name: "Jonas",
        client_id: "one",
        body: "hello? anybody?",
        sent_at: world.now(),
    };
    chat::keep(pool, message).await.expect("he wrote");
    let path = format!("/api/sessions/{}/disputes", id(&session));
    let complaint = json!({ "reason": "Nobody came." });
    let dispute = world.user("jonas").post(&path, &complaint).await.expect(StatusCode::CREATED);
    (session, dispute)
}

#[tokio::test]
async fn a_complaint_is_made_in_time_and_once() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let path = format!("/api/sessions/{}/disputes", id(&session));
    let (jonas, complaint) = (world.user("jonas"), json!({ "reason": "Nobody came." }));
    jonas.post(&path, &complaint).await.problem(409, "not_disputable");
    world.clock.advance(TimeDelta::minutes(60));
    assert_eq!(jonas.post(&path, &json!({ "reason": "" })).await.pointers(), ["/reason"]);
    let made = jonas.post(&path, &complaint).await.expect(StatusCode::CREATED);
    assert_eq!((&made["openedBy"], &made["outcome"]), (&json!("jonas"), &json!(null)));
    jonas.post(&path, &complaint).await.problem(409, "already_disputed");
    let notices = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["items"][0]["kind"], "dispute_opened");
    assert!(!notices.to_string().contains("Nobody came."), "it is for admins");
    world.clock.advance(TimeDelta::days(30) + TimeDelta::hours(1));
    world.user("ines").post(&path, &complaint).await.problem(409, "not_disputable");
}

#[tokio::test]
async fn an_admin_sees_the_evidence_and_not_what_people_wrote() {
    let world = World::new().await;
    let (session, dispute) = missed(&world).await;
    let ada = world.user("ada");
    let open = ada.get("/api/admin/disputes?state=open").await.expect(StatusCode::OK);
    assert_eq!(open["items"], json!([dispute]));
    let path = format!("/api/admin/disputes/{}", id(&dispute));
    let file = ada.get(&path).await.expect(StatusCode::OK);
    assert_eq!((&file["reason"], &file["session"]["id"]), (&dispute["reason"], &session["id"]));
    let evidence = &file["evidence"];
    assert_eq!(evidence["attendance"][0]["user"], "jonas");
    assert_eq!(evidence["attendance"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&evidence["attendance"][0]["lossRate"], &file["others"]),
        (&json!(null), &json!([]))
    );
    assert_eq!(
        (&evidence["chat"][0]["user"], &evidence["chat"][0]["text"]),
        (&json!("jonas"), &json!(null))
    );
    let actions: Vec<&str> = (evidence["events"].as_array().expect("a list").iter())
        .map(|event| event["action"].as_str().expect("a name"))
        .collect();
    assert_eq!(actions, ["session_booked", "dispute_opened"]);

    let other = json!({ "reason": "There was no power." });
    let path = format!("/api/sessions/{}/disputes", id(&session));
    let other = world.user("ines").post(&path, &other).await.expect(StatusCode::CREATED);
    let path = format!("/api/admin/disputes/{}", id(&dispute));
    let file = ada.get(&path).await.expect(StatusCode::OK);
    assert_eq!(file["others"], json!([other]));

    let policy = World::with(|config| config.chat_texts = true).await;
    let (session, dispute) = missed(&policy).await;
    let path = format!("/api/admin/disputes/{}", id(&dispute));
    let file = policy.user("ada").get(&path).await.expect(StatusCode::OK);
    assert_eq!(file["evidence"]["chat"][0]["text"], "hello? anybody?");
    let chat = format!("/api/sessions/{}/chat", id(&session));
    let chat = policy.user("ada").get(&chat).await.expect(StatusCode::OK);
    assert_eq!(chat["items"][0]["text"], "hello? anybody?");
}

#[tokio::test]
async fn a_decision_is_carried_out_once_and_on_record() {
    for (outcome, status, no_show, closed) in [
        ("complete", "completed", None, 0),
        ("cancel", "cancelled", None, 1),
        ("teacher-no-show", "cancelled", Some("teacher"), 1),
        ("student-no-show", "cancelled", Some("student"), 1),
        ("nothing", "scheduled", None, 0),
    ] {
        let world = World::new().await;
        let (session, dispute) = missed(&world).await;
        let (ada, path) =
            (world.user("ada"), format!("/api/admin/disputes/{}/decide", id(&dispute)));
        assert_eq!(ada.post(&path, &json!({})).await.pointers(), ["/outcome", "/reason"]);
        let decision = json!({ "outcome": outcome, "reason": "By the attendance." });
        let decided = ada.post(&path, &decision).await.expect(StatusCode::OK);
        assert_eq!((&decided["outcome"], &decided["decidedBy"]), (&json!(outcome), &json!("ada")));
        ada.post(&path, &decision).await.problem(409, "already_decided");
        let lesson = format!("/api/sessions/{}", id(&session));
        let after = world.user("ines").get(&lesson).await.expect(StatusCode::OK);
        assert_eq!((&after["status"], &after["noShow"]), (&json!(status), &json!(no_show)));
        assert_eq!(world.rooms.closed.lock().expect("a list").len(), closed, "{outcome}");
        let events = world.user("jonas").get(&format!("{lesson}/events")).await;
        let events = events.expect(StatusCode::OK);
        let ruled = (events["items"].as_array().expect("a list").iter())
            .find(|event| event["action"] == "session_ruled")
            .expect("it is on record");
        assert_eq!((&ruled["actor"], &ruled["actorKind"]), (&json!("ada"), &json!("admin")));
        assert_eq!(ruled["details"]["reason"], "By the attendance.");
        for who in ["ines", "jonas"] {
            let notices = world.user(who).get("/api/notifications").await.expect(StatusCode::OK);
            let told = notices.to_string();
            assert!(told.contains("dispute_decided") && told.contains(outcome), "{who}: {told}");
        }
    }
}

#[tokio::test]
async fn an_admin_decides_without_a_complaint_and_what_is_completed_may_be_reviewed() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let path = |what: &str| format!("/api/admin/sessions/{}/{what}", id(&session));
    let (ada, why) = (world.user("ada"), json!({ "reason": "They met elsewhere." }));
    ada.post(&path("complete"), &why).await.problem(409, "invalid_transition");
    assert_eq!(ada.post(&path("complete"), &json!({})).await.pointers(), ["/reason"]);
    world.clock.advance(TimeDelta::hours(3));
    let review = json!({ "sessionId": session["id"], "rating": 5 });
    world.user("jonas").post("/api/reviews", &review).await.problem(409, "not_reviewable");
    let done = ada.post(&path("complete"), &why).await.expect(StatusCode::OK);
    assert_eq!((&done["status"], &done["tookPlace"]), (&json!("completed"), &json!(true)));
    world.user("jonas").post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    ada.post(&path("complete"), &why).await.problem(409, "invalid_transition");
    let off = ada.post(&path("cancel"), &why).await.expect(StatusCode::OK);
    assert_eq!((&off["status"], &off["cancelReason"]), (&json!("cancelled"), &why["reason"]));
    ada.post(&path("cancel"), &why).await.problem(409, "invalid_transition");
    world.user("ines").post("/api/reviews", &review).await.problem(409, "not_reviewable");
    ada.post(&path("complete"), &why).await.expect(StatusCode::OK);
}
