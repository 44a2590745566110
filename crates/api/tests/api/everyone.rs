//! Every operation of the OpenAPI document, and everybody who may knock.
//!
//! A new endpoint is one line in [`MATRIX`]. An operation without a line fails,
//! and so does a line without an operation.

mod things;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use self::things::Thing;
use crate::support::{Client, World};

/// The operation by its id; what each kind of caller gets; then, if need be, a
/// query and a JSON body.
///
/// Every request meets a thing of its own, by [`things::make`]: most often a
/// lesson of Jonas with Inês that starts in ten minutes. `{id}` in a query or a
/// body is that thing's id, and `{past}` an instant in the past. What is allowed
/// and would take long to set up may be sent a body that is refused only
/// afterwards: 422 says that the caller came that far.
const MATRIX: &str = r#"
                    student teacher o-teach o-stud  admin   key     no-key  anon    expired
listSessions        200     200     200     200     200     200     403     401     401
bookSession         422     422     422     422     422     422     403     401     401     {}
getSession          200     200     403     403     200     200     403     401     401
editSession         422     422     403     403     422     403     403     401     401     {"scheduledAt":"{past}"}
cancelSession       200     200     403     403     200     403     403     401     401
joinSession         200     200     403     403     200     403     403     401     401
confirmSession      403     200     403     403     200     403     403     401     401
declineSession      403     200     403     403     200     403     403     401     401
getSessionCalendar  200     200     403     403     200     403     403     401     401
takeSeat            200     403     200     200     200     403     403     401     401     {}
giveSeatBack        200     403     403     403     403     403     403     401     401
removeSeat          403     200     403     403     200     403     403     401     401
proposeTime         422     422     403     403     403     403     403     401     401     {"scheduledAt":"{past}"}
withdrawProposal    403     200     403     403     403     403     403     401     401
acceptProposal      200     403     403     403     403     403     403     401     401
declineProposal     200     403     403     403     403     403     403     401     401
listGroupLessons    200     200     200     200     200     403     403     401     401
getMatches          403     403     403     403     200     200     403     401     401
replaceMatches      403     403     403     403     200     200     403     401     401     {"teachers":["ines"]}
listChat            200     200     403     403     200     403     403     401     401
listAttendance      200     200     403     403     200     200     403     401     401
getQuality          200     200     403     403     200     200     403     401     401
listSessionEvents   200     200     403     403     200     200     403     401     401
disputeSession      201     201     403     403     403     403     403     401     401     {"reason":"x"}
getOwnReview        200     200     403     403     200     403     403     401     401
editOwnReview       200     404     403     403     403     403     403     401     401     {"rating":5}
listHistory         200     200     200     200     200     403     403     401     401
getAnalytics        200     200     200     200     200     403     403     401     401
getPlatformAnalytics 403    403     403     403     200     200     403     401     401
writeReview         201     201     403     403     403     403     403     401     401     {"sessionId":"{id}","rating":5}
listReviews         200     200     200     200     200     200     403     401     401
replyToReview       403     200     403     403     403     403     403     401     401     {"text":"x"}
reportReview        204     204     204     204     204     403     403     401     401     {"reason":"x"}
listNotifications   200     200     200     200     200     403     403     401     401
markNotificationsRead 204   204     204     204     204     403     403     401     401     {"ids":[]}
streamNotifications 200     200     200     200     200     403     403     401     401
getMe               200     200     200     200     200     403     403     401     401
getPreferences      200     200     200     200     200     403     403     401     401
setPreferences      200     200     200     200     200     403     403     401     401     {}
eraseMe             422     422     422     422     422     403     403     401     401     {"confirm":"somebody else"}
exportMe            200     200     200     200     200     403     403     401     401
getMyAvailability   200     200     200     200     200     403     403     401     401
setMyAvailability   422     422     422     422     422     403     403     401     401     {}
getMyPolicy         200     200     200     200     200     403     403     401     401
setMyPolicy         422     422     422     422     422     403     403     401     401     {"grace":-1}
getCalendarFeeds    200     200     200     200     200     403     403     401     401
setCalendarFeeds    422     422     422     422     422     403     403     401     401     {"busy":[{"url":"x"}]}
getCalendar         200     200     200     200     200     200     200     200     200
getAvailability     403     200     403     403     200     200     403     401     401
setAvailability     403     422     403     403     422     422     403     401     401     {}
getPolicy           200     200     200     200     200     200     403     401     401
setPolicy           403     422     403     403     422     422     403     401     401     {"grace":-1}
listSlots           200     200     200     200     200     403     403     401     401     ?from=2027-03-01&to=2027-03-02&duration=60
placeHold           422     422     422     422     422     403     403     401     401     {}
releaseHold         204     404     404     404     404     403     403     401     401
listUsers           403     403     403     403     200     200     403     401     401     ?q=jonas
getUser             403     403     403     403     200     200     403     401     401
putUser             403     403     403     403     200     200     403     401     401     {"name":"Tom Baker"}
eraseUser           403     403     403     403     204     204     403     401     401
getUserAnalytics    403     403     403     403     200     200     403     401     401
exportUser          403     403     403     403     200     200     403     401     401
listPeople          200     200     200     200     200     403     403     401     401     ?ids=ines
listTeachers        200     200     200     200     200     403     403     401     401
listAllReviews      403     403     403     403     200     200     403     401     401
moderateReview      403     403     403     403     200     403     403     401     401     {"action":"hide","reason":"x"}
listRooms           403     403     403     403     200     403     403     401     401
listAuditEvents     403     403     403     403     200     403     403     401     401
listDisputes        403     403     403     403     200     403     403     401     401
getDispute          403     403     403     403     200     403     403     401     401
decideDispute       403     403     403     403     200     403     403     401     401     {"outcome":"nothing","reason":"x"}
listAllSessions     403     403     403     403     200     403     403     401     401
forceComplete       403     403     403     403     409     403     403     401     401     {"reason":"x"}
forceCancel         403     403     403     403     200     403     403     401     401     {"reason":"x"}
listApiKeys         403     403     403     403     200     403     403     401     401
createApiKey        403     403     403     403     422     403     403     401     401     {}
revokeApiKey        403     403     403     403     204     403     403     401     401
getSignInPlace      200     200     200     200     200     200     200     200     200
signIn              422     422     422     422     422     422     422     422     422     {}
signOut             204     204     204     204     204     403     403     401     401
createSignInCode    403     403     403     403     403     422     403     401     401     {}
"#;

/// In the order of the columns.
const CALLERS: [&str; 9] = [
    "a participant, the student",
    "a participant, the teacher",
    "another teacher",
    "another student",
    "an admin",
    "a key with every scope",
    "a key without the scope",
    "nobody",
    "somebody whose token has expired",
];

/// One line of the matrix.
#[derive(Debug)]
struct Row {
    operation: &'static str,
    expected: [u16; 9],
    query: &'static str,
    body: Option<&'static str>,
}

fn matrix() -> Vec<Row> {
    // The first two lines are empty and the heading.
    MATRIX.lines().skip(2).map(row).collect()
}

fn row(line: &'static str) -> Row {
    let mut words = line.split_whitespace();
    let operation = words.next().expect("a line begins with an operation");
    let expected = std::array::from_fn(|_| {
        words.next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("nine: {line}"))
    });
    let query = words.clone().next().filter(|word| word.starts_with('?')).unwrap_or("");
    let body = line.find("{\"").or(line.find("{}")).map(|start| &line[start..]);
    Row { operation, expected, query, body }
}

/// Where an operation is found.
#[derive(Debug)]
struct Place {
    method: Method,
    path: String,
}

fn operations() -> BTreeMap<String, Place> {
    let document = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an operation has an id");
            let method = method.to_uppercase().parse().expect("a method");
            operations.insert(id.to_owned(), Place { method, path: path.clone() });
        }
    }
    operations
}

impl Place {
    /// The path, with a thing's id or a user's in it.
    fn filled(&self, thing: &Thing) -> String {
        let path = self.path.replace("/teachers/{id}", "/teachers/ines");
        path.replace("/matches/{userId}", "/matches/ines")
            .replace("/seats/{userId}", "/seats/jonas")
            .replace("{id}", &thing.id)
            .replace("{proposalId}", &thing.proposal)
            .replace("{secret}", &thing.id)
    }
}

#[test]
fn the_matrix_is_of_the_documents_operations() {
    let rows = matrix();
    let named: BTreeSet<String> = rows.iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(named.len(), rows.len(), "an operation has two lines");
    assert_eq!(named, operations().into_keys().collect(), "lines, and the document's operations");
}

/// A key opens what the document says, by the scopes it says there, and the
/// matrix agrees.
#[test]
fn the_document_says_which_operations_take_keys() {
    let document = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    let operations = operations();
    for row in matrix() {
        let Some(place) = operations.get(row.operation) else { continue };
        let method = place.method.as_str().to_lowercase();
        let security = &document["paths"][&place.path][&method]["security"];
        let requirements = security.as_array().map(Vec::as_slice).unwrap_or_default();
        let scopes = requirements.iter().find_map(|one| one["serviceKey"].as_array());
        // What is open to everybody asks for nothing.
        if requirements.iter().any(|one| one.as_object().is_some_and(|one| one.is_empty())) {
            assert_eq!(row.expected, [row.expected[0]; 9], "{row:?}");
            continue;
        }
        let takes_keys = row.expected[5] != 403;
        assert_eq!(scopes.is_some_and(|scopes| !scopes.is_empty()), takes_keys, "{row:?}");
        assert_eq!(row.expected[6], 403, "{row:?}");
    }
}

#[tokio::test]
async fn each_gets_what_is_theirs() {
    let world = World::new().await;
    let all = lectern_domain::service_key::Scope::ALL.map(|scope| scope.as_str());
    let key = world.service(&all).await;
    let expired = json!({ "sub": "jonas", "exp": world.now().timestamp() - 3600 });
    let operations = operations();
    let mut wrong = Vec::new();
    for row in matrix() {
        let Some(place) = operations.get(row.operation) else { continue };
        let keyless = world.service(&other_scopes(place)).await;
        let callers: [Client<'_>; 9] = [
            world.user("jonas"),
            world.user("ines"),
            world.user("daniel"),
            world.user("mira"),
            world.user("ada"),
            key.clone(),
            keyless,
            world.anonymous(),
            world.with_claims(&expired),
        ];
        for ((client, name), expected) in callers.iter().zip(CALLERS).zip(row.expected) {
            let status = knock(&world, &row, place, client).await;
            if status.as_u16() != expected {
                wrong.push(format!("{}: {name} gets {status}, not {expected}", row.operation));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Makes the request of a row, to a thing of its own.
async fn knock(world: &World, row: &Row, place: &Place, client: &Client<'_>) -> StatusCode {
    let thing = things::make(world, row.operation, &place.path).await;
    let fill =
        |text: &str| text.replace("{id}", &thing.id).replace("{past}", &world.in_minutes(-60));
    let path = format!("{}{}", place.filled(&thing), fill(row.query));
    // With If-Match everywhere, PUT comes as far as its rules.
    let headers = [("if-match", "*")];
    let reply = client.send(place.method.clone(), &path, row.body.map(fill), &headers).await;
    things::clear(world).await;
    reply.status
}

/// Every scope but those that the document names for the operation.
fn other_scopes(place: &Place) -> Vec<&'static str> {
    let document = serde_json::to_value(lectern_api::openapi()).expect("the document is JSON");
    let method = place.method.as_str().to_lowercase();
    let security = document["paths"][&place.path][&method]["security"].to_string();
    lectern_domain::service_key::Scope::ALL
        .iter()
        .map(|scope| scope.as_str())
        .filter(|scope| !security.contains(scope))
        .collect()
}

/// What does not exist is not found, whoever asks.
#[tokio::test]
async fn there_is_no_such_lesson() {
    let world = World::new().await;
    let id = uuid::Uuid::nil();
    for (method, path, body) in [
        (Method::GET, format!("/api/sessions/{id}"), None),
        (Method::PUT, format!("/api/sessions/{id}"), Some(json!({ "title": "X" }))),
        (Method::DELETE, format!("/api/sessions/{id}"), None),
        (Method::POST, format!("/api/sessions/{id}/join"), None),
        (Method::POST, format!("/api/sessions/{id}/confirm"), None),
        (Method::POST, format!("/api/sessions/{id}/decline"), None),
        (Method::GET, format!("/api/sessions/{id}/chat"), None),
        (Method::GET, format!("/api/sessions/{id}/attendance"), None),
        (Method::GET, format!("/api/sessions/{id}/events"), None),
        (Method::GET, format!("/api/sessions/{id}/review"), None),
        (Method::PUT, format!("/api/sessions/{id}/review"), Some(json!({ "rating": 5 }))),
        (Method::POST, format!("/api/sessions/{id}/disputes"), Some(json!({ "reason": "x" }))),
        (Method::POST, "/api/reviews".into(), Some(json!({ "sessionId": id, "rating": 5 }))),
    ] {
        for caller in ["jonas", "ada"] {
            let body = body.as_ref().map(Value::to_string);
            let headers = [("if-match", "*")];
            let reply = world.user(caller).send(method.clone(), &path, body, &headers).await;
            reply.problem(404, "not_found");
        }
    }
}
