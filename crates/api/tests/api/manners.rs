//! What every answer says in its headers, and what is not said twice.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, World};

/// The target of `rel="next"`, if there is one.
fn next(reply: &Reply) -> Option<String> {
    let link = reply.header("link");
    if link.is_empty() {
        return None;
    }
    let target = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
    Some(target.unwrap_or_else(|| panic!("another form of link: {link}")).to_owned())
}

#[tokio::test]
async fn links_lead_through_a_list_as_cursors_do() {
    let world = World::new().await;
    for n in 0..5 {
        world.booked(60 + 60 * n).await;
    }
    let jonas = world.user("jonas");
    let mut path = Some("/api/sessions?limit=2&status=scheduled&q=past%20tenses".to_owned());
    let mut seen = Vec::new();
    while let Some(here) = path {
        assert!(here.contains("status=scheduled&q=past%20tenses"), "{here}");
        let reply = jonas.get(&here).await;
        let page = reply.expect(StatusCode::OK);
        let items = page["items"].as_array().expect("items").clone();
        seen.extend(items.into_iter().map(|item| item["id"].clone()));
        path = next(&reply);
        assert_eq!(path.is_some(), page["nextCursor"].is_string(), "{here}");
        if let Some(cursor) = page["nextCursor"].as_str() {
            assert!(path.as_deref().is_some_and(|p| p.ends_with(&format!("cursor={cursor}"))));
        }
    }
    assert_eq!(seen.len(), 5);
    // Lists of other things too.
    for path in ["/api/notifications?limit=1", "/api/history?limit=1"] {
        world.clock.advance(TimeDelta::hours(12));
        let reply = world.user("ines").get(path).await;
        reply.expect(StatusCode::OK);
        assert!(next(&reply).is_some(), "{path}");
    }
}

#[tokio::test]
async fn every_answer_says_what_is_left() {
    let world = World::new().await;
    let session = world.booked(5).await;
    let id = session["id"].as_str().expect("an id");
    let jonas = world.user("jonas");
    let no_body = Some(String::from("{"));
    for (method, path, body, status) in [
        (Method::GET, "/api/me".to_owned(), None, 200),
        (Method::GET, "/api/docs".to_owned(), None, 200),
        (Method::GET, "/api/nothing".to_owned(), None, 404),
        (Method::PATCH, "/api/me".to_owned(), None, 405),
        (Method::POST, "/api/sessions".to_owned(), no_body, 400),
        (Method::GET, "/api/sessions?limit=0".to_owned(), None, 422),
    ] {
        let reply = jonas.send(method, &path, body, &[]).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        assert!(reply.header("ratelimit").starts_with("\"default\";r="), "{path}");
        assert!(reply.header("ratelimit-policy").starts_with("\"default\";q="), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    // One whose handler panicked says it as well.
    world.rooms.panics.store(true, std::sync::atomic::Ordering::SeqCst);
    let reply = jonas.post(&format!("/api/sessions/{id}/join"), &json!({})).await;
    reply.problem(500, "internal");
    assert!(reply.header("ratelimit").starts_with("\"default\";r="));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let booked = world.user("jonas").post("/api/sessions", &world.lesson("ines", 60)).await;
    let session = booked.expect(StatusCode::CREATED);
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let jonas = world.user("jonas");
    let ask = async |path: &str, tag: &str| {
        world.user("jonas").send(Method::GET, path, None, &[("if-none-match", tag)]).await
    };
    // What was answered to the booking is what is read.
    let tag = booked.header("etag").to_owned();
    let same = ask(&path, &tag).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(same.header("etag"), tag);
    assert!(same.header("ratelimit").starts_with("\"default\""));
    for known in [&format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
        assert_eq!(ask(&path, known).await.status, StatusCode::NOT_MODIFIED, "{known}");
    }
    // Another look at the same version is another answer.
    let zone = ask(&format!("{path}?timeZone=Asia/Amman"), &tag).await;
    zone.expect(StatusCode::OK);
    // A name that others see is no part of the version, and of the answer.
    world.user("ines").get("/api/me").await.expect(StatusCode::OK);
    let renamed = ask(&path, &tag).await;
    assert_eq!(renamed.expect(StatusCode::OK)["teacherName"], "Ines");
    // A reader's tag is good for a change; so is the bare version.
    let tag = renamed.header("etag").to_owned();
    assert!(tag.starts_with("\"1."), "{tag}");
    let edit = |title: &str| Some(json!({ "title": title }).to_string());
    let headers = [("if-match", tag.as_str())];
    let edited = jonas.send(Method::PUT, &path, edit("Nouns"), &headers).await;
    edited.expect(StatusCode::OK);
    let stale = jonas.send(Method::PUT, &path, edit("Verbs"), &headers).await;
    stale.problem(412, "version_conflict");
    assert_eq!(ask(&path, edited.header("etag")).await.status, StatusCode::NOT_MODIFIED);
    jonas.put(&path, 2, &json!({ "title": "Verbs" })).await.expect(StatusCode::OK);
    assert_eq!(ask(&path, &tag).await.expect(StatusCode::OK)["title"], "Verbs");
    // Other single things alike.
    for path in ["/api/me", "/api/openapi.json", "/api/docs"] {
        let first = jonas.get(path).await;
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let again = ask(path, first.header("etag")).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
    }
    // An error has no tag and is always said.
    let lost = ask("/api/sessions/00000000-0000-0000-0000-000000000000", "*").await;
    lost.problem(404, "not_found");
    assert_eq!(lost.header("etag"), "");
}

/// The reference is one page and one sheet: no script, nothing inline, nothing
/// from elsewhere, and an anchor for everything there is.
#[tokio::test]
async fn the_reference_names_every_operation_schema_and_error() {
    let world = World::new().await;
    let reply = world.anonymous().get("/api/docs").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    let page = String::from_utf8(reply.body).expect("UTF-8");
    for unwanted in ["<script", "<style", "style=\"", "onclick", "http://", "src="] {
        assert!(!page.contains(unwanted), "{unwanted}");
    }
    let document = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    let mut anchors = Vec::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            anchors.push(operation["operationId"].as_str().expect("an id").to_owned());
        }
    }
    let named = |kind: &str, names: &Value| -> Vec<String> {
        let names = names.as_object().expect("names").keys();
        names.map(|name| format!("{kind}-{name}")).collect()
    };
    anchors.extend(named("schema", &document["components"]["schemas"]));
    anchors.extend(named("header", &document["components"]["headers"]));
    anchors.extend(named("error", &document["components"]["examples"]));
    for anchor in &anchors {
        assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
    }
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap_or_default();
        assert!(page.contains(&format!("id=\"{target}\"")), "a link to nothing: {target}");
    }
    let style = world.anonymous().get("/api/docs/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    let style = String::from_utf8(style.body).expect("UTF-8");
    assert!(!style.contains("url(") && !style.contains("@import"));
}
