//! `GET /api/sessions/{id}/calendar.ics`

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

async fn calendar(world: &World, session: &Value) -> Vec<String> {
    let path = format!("/api/sessions/{}/calendar.ics", session["id"].as_str().expect("an id"));
    let reply = world.user("ines").get(&path).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/calendar; charset=utf-8");
    let text = String::from_utf8(reply.body).expect("UTF-8");
    // Unfolded, as RFC 5545, section 3.1, says.
    let text = text.replace("\r\n ", "");
    text.split_terminator("\r\n").map(ToOwned::to_owned).collect()
}

fn has(calendar: &[String], line: &str) -> bool {
    calendar.iter().any(|own| own == line)
}

/// The pain: after a change of the clocks the invitation had the wrong hour.
#[tokio::test]
async fn the_invitation_has_the_right_hour_on_both_sides_of_a_clock_change() {
    let world = World::new().await;
    let body = json!({
        "teacher": "ines", "title": "Verbs; \"ser\", \\estar", "description": "Two\nlines",
        "duration": 60, "localStart": "2027-03-07T18:00", "timeZone": "America/New_York",
        "series": { "rrule": "FREQ=WEEKLY;COUNT=2" },
    });
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &body).await.expect(StatusCode::CREATED);
    let series = first["seriesId"].as_str().expect("a series");
    let page = jonas.get(&format!("/api/sessions?seriesId={series}")).await;
    let second = page.expect(StatusCode::OK)["items"][1].clone();
    let (winter, summer) = (calendar(&world, &first).await, calendar(&world, &second).await);
    assert!(has(&winter, "DTSTART:20270307T230000Z"), "{winter:?}");
    assert!(has(&winter, "DTEND:20270308T000000Z"));
    assert!(has(&summer, "DTSTART:20270314T220000Z"), "{summer:?}");
    assert!(has(&winter, "SUMMARY:Verbs\\; \"ser\"\\, \\\\estar"), "{winter:?}");
    assert!(has(&winter, "DESCRIPTION:Two\\nlines"));
    let url = first["meetingUrl"].as_str().expect("a URL");
    assert!(has(&winter, &format!("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:{url}")));
    assert!(has(&winter, "STATUS:CONFIRMED"));
}

#[tokio::test]
async fn the_invitation_keeps_its_name_and_counts_its_changes() {
    let world = World::new().await;
    let session = world.booked(600).await;
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let uid = format!("UID:{}", session["id"].as_str().expect("an id"));
    let before = calendar(&world, &session).await;
    assert!(has(&before, &uid) && has(&before, "SEQUENCE:0"));
    let jonas = world.user("jonas");
    let any = [("if-match", "*")];
    let later = json!({ "scheduledAt": "2027-03-28T09:00:00Z" }).to_string();
    jonas.send(Method::PUT, &path, Some(later), &any).await.expect(StatusCode::OK);
    let moved = calendar(&world, &session).await;
    assert!(has(&moved, &uid) && has(&moved, "SEQUENCE:1"));
    assert!(has(&moved, "DTSTART:20270328T090000Z"));
    jonas.delete(&path).await.expect(StatusCode::OK);
    let over = calendar(&world, &session).await;
    assert!(has(&over, &uid) && has(&over, "SEQUENCE:2") && has(&over, "STATUS:CANCELLED"));
    let file = format!("{path}/calendar.ics");
    world.user("mira").get(&file).await.problem(403, "not_participant");
}
