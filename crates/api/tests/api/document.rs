//! The OpenAPI document: complete, and the one the web's types come from.

use std::{env, fs, path::Path};

use crate::support::World;

/// Writes the document instead of comparing it.
const UPDATE: &str = "LECTERN_UPDATE_OPENAPI";

#[test]
fn the_web_has_the_present_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web-demo/openapi.json");
    let document = lectern_api::openapi().to_pretty_json().expect("the document is JSON") + "\n";
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, &document).expect("the document is written");
    }
    let kept = fs::read_to_string(&path).expect("web-demo/openapi.json is there");
    assert!(kept == document, "web-demo/openapi.json is old: run this test with {UPDATE}=1");
}

#[tokio::test]
async fn anybody_may_read_it() {
    let world = World::new().await;
    let document = world.anonymous().get("/api/openapi.json").await;
    let document = document.expect(reqwest::StatusCode::OK);
    let expected = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    assert_eq!(document, expected);
    assert_eq!(document["openapi"], "3.1.0");
}

/// Every operation of the document is a route, asks for a token unless it is
/// open to everybody, and says how it may fail.
#[tokio::test]
async fn what_it_names_is_there() {
    let world = World::new().await;
    let document = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = format!("{method} {path}");
            let open = operation["security"] == serde_json::json!([{}]);
            let needed = ["422", "429", "500", "503", "401"];
            for status in needed.iter().take(if open { 4 } else { 5 }) {
                let schema = &operation["responses"][status]["content"]["application/problem+json"];
                assert_eq!(schema["schema"]["$ref"], "#/components/schemas/Problem", "{name}");
            }
            assert!(operation["operationId"].is_string(), "{name}");
            let method = method.to_uppercase().parse().expect("a method");
            let id = uuid::Uuid::nil().to_string();
            let path = path.replace("{id}", &id).replace("{proposalId}", &id);
            let path = path.replace("{secret}", &"0".repeat(64));
            let reply = world.anonymous().send(method, &path, None, &[]).await;
            match open {
                true => assert_ne!(reply.status, reqwest::StatusCode::UNAUTHORIZED, "{name}"),
                false => drop(reply.problem(401, "unauthenticated")),
            }
        }
    }
}
