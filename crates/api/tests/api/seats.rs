//! Group lessons: seats, the waitlist, and offers.

use chrono::TimeDelta;
use lectern_domain::{
    id::{NodeId, ParticipantId, SessionId},
    room::Role,
};
use lectern_store::attendance;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, Reply, World};

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

fn seats(session: &Value) -> String {
    format!("{}/seats", path(session))
}

/// A group lesson that Inês makes, with so many seats.
async fn group(world: &World, capacity: u32) -> Value {
    let mut lesson = world.lesson("ines", 600);
    lesson["capacity"] = json!(capacity);
    world.user("ines").post("/api/sessions", &lesson).await.expect(StatusCode::CREATED)
}

async fn take(world: &World, who: &str, session: &Value) -> Value {
    let reply = world.user(who).post(&seats(session), &json!({})).await;
    reply.expect(StatusCode::OK)["seats"].clone()
}

async fn kinds(client: &Client<'_>) -> Vec<String> {
    let notices = client.get("/api/notifications").await.expect(StatusCode::OK);
    let items = notices["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[tokio::test]
async fn a_teacher_makes_a_group_lesson_and_students_take_seats() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    assert_eq!((&lesson["student"], &lesson["capacity"]), (&Value::Null, &json!(2)));
    assert_eq!(lesson["participants"].as_array().map(Vec::len), Some(1));
    let taken = take(&world, "jonas", &lesson).await;
    assert_eq!((&taken["mine"], &taken["taken"]), (&json!("taken"), &json!(1)));
    // Once more changes nothing.
    assert_eq!(take(&world, "jonas", &lesson).await, taken);
    take(&world, "mira", &lesson).await;
    let waiting = take(&world, "tom", &lesson).await;
    assert_eq!((&waiting["mine"], &waiting["position"]), (&json!("waiting"), &json!(1)));
    assert_eq!(take(&world, "zoe", &lesson).await["position"], 2);
    assert_eq!(kinds(&world.user("ines")).await, ["seat_taken", "seat_taken"]);

    // Who comes is told to those who do; how many, to anybody.
    let open = "/api/teachers/ines/lessons";
    let names = async |who: &str| {
        let page = world.user(who).get(open).await.expect(StatusCode::OK);
        let lesson = page["items"][0].clone();
        (lesson["participants"].as_array().map(Vec::len), lesson["seats"]["taken"].clone())
    };
    assert_eq!(names("jonas").await, (Some(3), json!(2)));
    assert_eq!(names("ada").await, (Some(3), json!(2)));
    assert_eq!(names("tom").await, (Some(0), json!(2)));
    assert_eq!(names("stranger").await, (Some(0), json!(2)));
    world.user("stranger").get(&path(&lesson)).await.problem(403, "not_participant");
    // Who waits may follow what becomes of it.
    let tom = world.user("tom").get(&path(&lesson)).await.expect(StatusCode::OK);
    assert_eq!((&tom["seats"]["mine"], &tom["participants"]), (&json!("waiting"), &json!([])));
    // Those with a seat find the lesson among theirs.
    let mine = world.user("mira").get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(mine["items"][0]["id"], lesson["id"]);
}

#[tokio::test]
async fn a_student_makes_one_and_is_the_first_in_it() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 600);
    lesson["capacity"] = json!(3);
    let made = world.user("jonas").post("/api/sessions", &lesson).await;
    let made = made.expect(StatusCode::CREATED);
    assert_eq!(made["student"], Value::Null);
    assert_eq!((&made["seats"]["taken"], &made["seats"]["mine"]), (&json!(1), &json!("taken")));
    for (capacity, pointers) in [(0, ["/capacity"]), (51, ["/capacity"])] {
        lesson["capacity"] = json!(capacity);
        assert_eq!(world.user("jonas").post("/api/sessions", &lesson).await.pointers(), pointers);
    }
}

#[tokio::test]
async fn a_seat_takes_its_students_time() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    take(&world, "jonas", &lesson).await;
    let jonas = world.user("jonas");
    let other = world.lesson("daniel", 630);
    jonas.post("/api/sessions", &other).await.problem(409, "slot_taken");
    let mira = world.user("mira");
    mira.post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    mira.post(&seats(&lesson), &json!({})).await.problem(409, "slot_taken");
    jonas.delete(&seats(&lesson)).await.expect(StatusCode::OK);
    jonas.post("/api/sessions", &world.lesson("tom", 630)).await.expect(StatusCode::CREATED);
    // To wait takes nobody's time; to be seated does.
    let small = group_at(&world, "daniel", 900).await;
    take(&world, "zoe", &small).await;
    take(&world, "yan", &small).await;
    assert_eq!(take(&world, "jonas", &small).await["mine"], "waiting");
    jonas.post("/api/sessions", &world.lesson("tom", 910)).await.expect(StatusCode::CREATED);
    world.user("zoe").delete(&seats(&small)).await.expect(StatusCode::OK);
    jonas.post(&seats(&small), &json!({})).await.problem(409, "slot_taken");
}

async fn group_at(world: &World, teacher: &str, minutes: i64) -> Value {
    let mut lesson = world.lesson(teacher, minutes);
    lesson["capacity"] = json!(2);
    world.user(teacher).post("/api/sessions", &lesson).await.expect(StatusCode::CREATED)
}

#[tokio::test]
async fn a_free_seat_is_offered_to_the_first_who_waits() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    for who in ["jonas", "mira", "tom", "zoe"] {
        take(&world, who, &lesson).await;
    }
    world.user("jonas").delete(&seats(&lesson)).await.expect(StatusCode::OK);
    assert_eq!(kinds(&world.user("tom")).await, ["seat_offered"]);
    // It is kept for them: nobody else gets it.
    assert_eq!(take(&world, "yan", &lesson).await["mine"], "waiting");
    assert_eq!(take(&world, "jonas", &lesson).await["position"], 3);
    let lessons = "/api/teachers/ines/lessons?timeZone=Asia/Kathmandu";
    let mine = world.user("tom").get(lessons).await.expect(StatusCode::OK);
    let local = mine["items"][0]["localStart"].as_str().expect("a wall clock");
    assert!(local.ends_with("+05:45"), "{local}");
    let mine = &mine["items"][0]["seats"];
    assert_eq!(mine["mine"], "offered");
    assert_eq!(mine["offerExpiresAt"], world.in_minutes(120));
    // Tom lets it pass, and Zoe is next.
    world.clock.advance(TimeDelta::minutes(121));
    let passed = lectern_store::sessions::pass_on_offers(&world.database.pool, world.now()).await;
    assert_eq!(passed.expect("passes on"), 1);
    assert_eq!(kinds(&world.user("tom")).await[0], "seat_offer_expired");
    assert_eq!(kinds(&world.user("zoe")).await, ["seat_offered"]);
    assert_eq!(take(&world, "zoe", &lesson).await["mine"], "taken");
    // Tom has no place any more, and goes to the end when he asks again.
    assert_eq!(take(&world, "tom", &lesson).await["position"], 3);
    // Without a sweep, the next one finds that Yan's offer has ended, and has it.
    world.user("zoe").delete(&seats(&lesson)).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::minutes(121));
    assert_eq!(take(&world, "jonas", &lesson).await["mine"], "taken");
}

#[tokio::test]
async fn whoever_waits_is_told_of_another_time_and_of_none() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    for who in ["jonas", "mira", "tom", "zoe"] {
        take(&world, who, &lesson).await;
    }
    world.user("jonas").delete(&seats(&lesson)).await.expect(StatusCode::OK);
    let path = format!("/api/sessions/{}", lesson["id"].as_str().expect("an id"));
    let ines = world.user("ines");
    let version = ines.get(&path).await.expect(StatusCode::OK)["version"].clone();
    let later = json!({ "scheduledAt": world.in_minutes(2_000) });
    let version = version.as_i64().expect("a version");
    ines.put(&path, version, &later).await.expect(StatusCode::OK);
    ines.delete(&path).await.expect(StatusCode::OK);
    let told = async |who: &str| {
        let mut told = kinds(&world.user(who)).await;
        told.sort();
        told
    };
    assert_eq!(told("zoe").await, ["session_cancelled", "session_rescheduled"]);
    // The offer ends with the lesson: nobody is told twice.
    world.clock.advance(TimeDelta::minutes(3_000));
    let passed = lectern_store::sessions::pass_on_offers(&world.database.pool, world.now()).await;
    assert_eq!(passed.expect("passes on"), 0);
    assert_eq!(told("tom").await, ["seat_offered", "session_cancelled", "session_rescheduled"]);
}

/// The pain: one attendee's cancelling ended the lesson for all.
#[tokio::test]
async fn one_attendees_cancel_does_not_end_the_group_lesson() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    take(&world, "jonas", &lesson).await;
    take(&world, "mira", &lesson).await;
    let gone = world.user("jonas").delete(&path(&lesson)).await.expect(StatusCode::OK);
    assert_eq!(gone["status"], "scheduled");
    assert_eq!((&gone["seats"]["taken"], &gone["seats"]["mine"]), (&json!(1), &json!("none")));
    assert!(world.rooms.closed.lock().expect("not poisoned").is_empty());
    let mira = world.user("mira").get(&path(&lesson)).await.expect(StatusCode::OK);
    assert_eq!(mira["status"], "scheduled");
    assert_eq!(kinds(&world.user("mira")).await, [""; 0]);
    let told = kinds(&world.user("ines")).await;
    assert!(told.contains(&"seat_given_back".to_owned()), "{told:?}");
    world.user("jonas").get(&path(&lesson)).await.problem(403, "not_participant");
    // The teacher's ends it, and everybody is told.
    let over = world.user("ines").delete(&path(&lesson)).await.expect(StatusCode::OK);
    assert_eq!(over["status"], "cancelled");
    assert_eq!(kinds(&world.user("mira")).await, ["session_cancelled"]);
}

#[tokio::test]
async fn a_group_lesson_is_its_teachers() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    for who in ["jonas", "mira", "tom"] {
        take(&world, who, &lesson).await;
    }
    let later = json!({ "scheduledAt": world.in_minutes(700) });
    let (jonas, ines) = (world.user("jonas"), world.user("ines"));
    let any = [("if-match", "*")];
    let edit = jonas.send(Method::PUT, &path(&lesson), Some(later.to_string()), &any).await;
    edit.problem(403, "forbidden");
    let of_mira = format!("{}/mira", seats(&lesson));
    jonas.delete(&of_mira).await.problem(403, "forbidden");
    world.user("stranger").delete(&of_mira).await.problem(403, "not_participant");
    ines.delete(&format!("{}/nobody", seats(&lesson))).await.problem(403, "not_participant");
    ines.delete(&of_mira).await.expect(StatusCode::OK);
    assert_eq!(kinds(&world.user("mira")).await, ["seat_removed"]);
    assert_eq!(kinds(&world.user("tom")).await, ["seat_offered"]);
    ines.post(&seats(&lesson), &json!({})).await.problem(403, "forbidden");
    let for_zoe = json!({ "student": "zoe" });
    jonas.post(&seats(&lesson), &for_zoe).await.problem(403, "forbidden");
    world.user("ada").post(&seats(&lesson), &for_zoe).await.expect(StatusCode::OK);
    let edit = ines.send(Method::PUT, &path(&lesson), Some(later.to_string()), &any).await;
    assert_eq!(edit.expect(StatusCode::OK)["scheduledAt"], later["scheduledAt"]);
    assert_eq!(kinds(&jonas).await[0], "session_rescheduled");
    // A lesson of two is no group's.
    let mut single = world.lesson("daniel", 60);
    single["student"] = json!("mira");
    let single = world.user("ada").post("/api/sessions", &single).await;
    let single = single.expect(StatusCode::CREATED);
    world.user("tom").post(&seats(&single), &json!({})).await.problem(403, "not_participant");
    world.user("mira").delete(&seats(&single)).await.problem(403, "not_participant");
}

#[tokio::test]
async fn seats_change_hands_before_the_lesson() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    take(&world, "jonas", &lesson).await;
    world.clock.advance(TimeDelta::minutes(600));
    world.user("jonas").delete(&seats(&lesson)).await.problem(409, "invalid_transition");
    let late = world.user("mira").post(&seats(&lesson), &json!({})).await;
    late.problem(409, "invalid_transition");
    let open = world.user("mira").get("/api/teachers/ines/lessons").await.expect(StatusCode::OK);
    assert_eq!(open["items"], json!([]));
}

#[tokio::test]
async fn whoever_has_a_seat_may_join_and_whoever_waits_may_not() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    for who in ["jonas", "mira", "tom"] {
        take(&world, who, &lesson).await;
    }
    world.clock.advance(TimeDelta::minutes(590));
    let join = format!("{}/join", path(&lesson));
    for (who, role) in [("jonas", "student"), ("mira", "student"), ("ines", "teacher")] {
        let joined = world.user(who).post(&join, &json!({})).await.expect(StatusCode::OK);
        assert_eq!(joined["role"], role);
    }
    world.user("tom").post(&join, &json!({})).await.problem(403, "not_participant");
}

/// Somebody's media were up in the lesson's room.
async fn came(world: &World, session: &Value, who: &str) {
    let id = session["id"].as_str().and_then(|id| id.parse().ok()).map(SessionId);
    let session = id.expect("an id");
    let arrival = attendance::Arrival {
        session,
        participant: ParticipantId(who.bytes().map(u64::from).sum()),
        user: who,
        role: if who == "ines" { Role::Teacher } else { Role::Student },
        node: NodeId(uuid::Uuid::nil()),
        at: world.now(),
    };
    let pool = &world.database.pool;
    attendance::came(pool, arrival).await.expect("they came");
    let up = attendance::connected(pool, session, arrival.participant, world.now());
    up.await.expect("their media were up");
}

async fn review(world: &World, session: &Value, who: &str, of: Option<&str>) -> Reply {
    let mut body = json!({ "sessionId": session["id"], "rating": 5 });
    if let Some(of) = of {
        body["revieweeId"] = json!(of);
    }
    world.user(who).post("/api/reviews", &body).await
}

#[tokio::test]
async fn those_of_a_group_who_were_there_review_each_other() {
    let world = World::new().await;
    let lesson = group(&world, 4).await;
    for who in ["jonas", "mira", "tom", "zoe"] {
        take(&world, who, &lesson).await;
    }
    world.clock.advance(TimeDelta::minutes(601));
    for who in ["ines", "jonas", "mira"] {
        came(&world, &lesson, who).await;
    }
    // Zoe knocked, and her media never came up.
    sqlx::query(
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at) \
         SELECT id, '00000000000000ff', 'zoe', 'student', id, now() FROM sessions",
    )
    .execute(&world.database.pool)
    .await
    .expect("she knocked");
    world.clock.advance(TimeDelta::minutes(100));
    sqlx::query(
        "UPDATE sessions SET status = 'completed', started_at = scheduled_at, \
         finished_at = ends_at",
    )
    .execute(&world.database.pool)
    .await
    .expect("completes the lesson");
    let review = async |who: &str, of: Option<&str>| review(&world, &lesson, who, of).await;
    assert_eq!(review("jonas", None).await.expect(StatusCode::CREATED)["revieweeId"], "ines");
    assert_eq!(review("jonas", Some("mira")).await.pointers(), ["/revieweeId"]);
    assert_eq!(review("ines", None).await.pointers(), ["/revieweeId"]);
    for who in ["tom", "zoe"] {
        review(who, None).await.problem(409, "not_reviewable");
    }
    for student in ["jonas", "mira"] {
        let written = review("ines", Some(student)).await.expect(StatusCode::CREATED);
        assert_eq!(written["revieweeId"], student);
    }
}

/// What an admin decides counts for every seat: media of ours have not seen it.
#[tokio::test]
async fn who_had_a_seat_and_did_not_come_is_known_of_each() {
    let world = World::new().await;
    let lesson = group(&world, 4).await;
    for who in ["jonas", "mira"] {
        take(&world, who, &lesson).await;
    }
    world.clock.advance(TimeDelta::minutes(601));
    for who in ["ines", "jonas"] {
        came(&world, &lesson, who).await;
    }
    let pool = &world.database.pool;
    let begun = "UPDATE sessions SET status = 'in-progress', started_at = scheduled_at";
    sqlx::query(begun).execute(pool).await.expect("it has begun");
    world.clock.advance(TimeDelta::hours(6));
    let completed = lectern_store::sessions::complete_ended(pool, world.now()).await;
    assert_eq!(completed.expect("completes").len(), 1);
    let seen = world.user("ines").get(&path(&lesson)).await.expect(StatusCode::OK);
    let absent: Vec<(&Value, &Value)> = (seen["participants"].as_array().expect("people").iter())
        .map(|person| (&person["id"], &person["absent"]))
        .collect();
    let expected = [("ines", false), ("jonas", false), ("mira", true)];
    let expected = expected.map(|(who, absent)| (json!(who), json!(absent)));
    assert_eq!(absent, expected.iter().map(|(who, absent)| (who, absent)).collect::<Vec<_>>());
    for (who, learnt, missed) in [("jonas", 60, 0), ("mira", 0, 1)] {
        let figures = world.user(who).get("/api/analytics").await.expect(StatusCode::OK);
        let totals = &figures["totals"];
        assert_eq!(
            (&totals["booked"], &totals["minutesLearnt"], &totals["noShows"]["student"]),
            (&json!(1), &json!(learnt), &json!(missed)),
            "{who}"
        );
    }
}

#[tokio::test]
async fn a_group_lesson_that_an_admin_completes_is_reviewed_by_all_in_it() {
    let world = World::new().await;
    let lesson = group(&world, 3).await;
    take(&world, "jonas", &lesson).await;
    take(&world, "mira", &lesson).await;
    world.clock.advance(TimeDelta::minutes(700));
    came(&world, &lesson, "jonas").await;
    let complete = format!("/api/admin/sessions/{}/complete", lesson["id"].as_str().expect("id"));
    let why = json!({ "reason": "They met elsewhere." });
    world.user("ada").post(&complete, &why).await.expect(StatusCode::OK);
    for (who, of) in [("jonas", None), ("mira", None), ("ines", Some("mira"))] {
        review(&world, &lesson, who, of).await.expect(StatusCode::CREATED);
    }
    review(&world, &lesson, "tom", None).await.problem(403, "not_participant");
}

/// Whoever has no seat any more may be in the room, which is told to look.
#[tokio::test]
async fn a_seat_is_taken_away_until_the_lesson_is_over() {
    let world = World::new().await;
    let lesson = group(&world, 3).await;
    for who in ["jonas", "mira", "tom", "zoe"] {
        take(&world, who, &lesson).await;
    }
    let looked = |times: usize| {
        let looked = world.rooms.looked.lock().expect("not poisoned");
        assert_eq!(looked.len(), times);
        assert!(looked.iter().all(|id| id.to_string() == lesson["id"]));
    };
    looked(0);
    world.user("jonas").delete(&path(&lesson)).await.expect(StatusCode::OK);
    looked(1);
    world.user("jonas").delete(&seats(&lesson)).await.problem(403, "not_participant");
    world.clock.advance(TimeDelta::minutes(610));
    sqlx::query("UPDATE sessions SET status = 'in-progress', started_at = scheduled_at")
        .execute(&world.database.pool)
        .await
        .expect("it begins");
    world.user("mira").delete(&seats(&lesson)).await.problem(409, "invalid_transition");
    let of = |who: &str| format!("{}/{who}", seats(&lesson));
    let gone = world.user("ines").delete(&of("mira")).await.expect(StatusCode::OK);
    assert_eq!((&gone["status"], &gone["seats"]["taken"]), (&json!("in-progress"), &json!(1)));
    assert_eq!(kinds(&world.user("mira")).await[0], "seat_removed");
    looked(2);
    let join = format!("{}/join", path(&lesson));
    world.user("mira").post(&join, &json!({})).await.problem(403, "not_participant");
    world.user("ada").delete(&of("tom")).await.expect(StatusCode::OK);
    looked(3);
    // Nobody is offered a seat in what has begun.
    let told = kinds(&world.user("zoe")).await;
    assert_eq!(told, ["seat_offer_expired", "seat_offered"], "that of before is over");
    world.clock.advance(TimeDelta::minutes(50));
    world.user("ada").delete(&of("zoe")).await.problem(409, "invalid_transition");
}

/// Whose seat it was that another gave or took stands in the record, and goes
/// with them.
#[tokio::test]
async fn the_record_says_whose_seat_it_was() {
    let world = World::new().await;
    let lesson = group(&world, 3).await;
    take(&world, "jonas", &lesson).await;
    let ada = world.user("ada");
    ada.post(&seats(&lesson), &json!({ "student": "mira" })).await.expect(StatusCode::OK);
    let of_mira = format!("{}/mira", seats(&lesson));
    world.user("ines").delete(&of_mira).await.expect(StatusCode::OK);
    let record = async || {
        let path = format!("/api/admin/audit?session={}", lesson["id"].as_str().expect("an id"));
        let record = ada.get(&path).await.expect(StatusCode::OK);
        let mut seats: Vec<[Value; 3]> = record["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|event| event["action"].as_str().is_some_and(|it| it.starts_with("seat_")))
            .map(|event| {
                [&event["action"], &event["actor"], &event["details"]["user"]].map(Value::clone)
            })
            .collect();
        seats.reverse();
        json!(seats)
    };
    let expected = json!([
        ["seat_taken", "jonas", null],
        ["seat_taken", "ada", "mira"],
        ["seat_removed", "ines", "mira"],
    ]);
    assert_eq!(record().await, expected);
    for gone in ["ines", "mira"] {
        assert_eq!(ada.delete(&format!("/api/users/{gone}")).await.status, StatusCode::NO_CONTENT);
        assert!(!record().await.to_string().contains(gone));
    }
}

/// A weekly group of Inês's, four times.
async fn course(world: &World, capacity: u32) -> Vec<Value> {
    let lesson = json!({
        "teacher": "ines",
        "title": "Conversation",
        "duration": 60,
        "localStart": "2027-03-01T18:00",
        "timeZone": "Europe/Lisbon",
        "capacity": capacity,
        "series": { "rrule": "FREQ=WEEKLY;COUNT=4" },
    });
    let first = world.user("ines").post("/api/sessions", &lesson).await;
    let first = first.expect(StatusCode::CREATED);
    let path = format!("/api/sessions?seriesId={}", first["seriesId"].as_str().expect("an id"));
    let all = world.user("ines").get(&path).await.expect(StatusCode::OK);
    all["items"].as_array().expect("items").clone()
}

/// What somebody has in each lesson of a course.
async fn mine(world: &World, who: &str, course: &[Value]) -> Vec<String> {
    let open = world.user(who).get("/api/teachers/ines/lessons").await.expect(StatusCode::OK);
    let open = open["items"].as_array().expect("items").clone();
    let of = |lesson: &Value| {
        let found = open.iter().find(|open| open["id"] == lesson["id"]).expect("it is open");
        found["seats"]["mine"].as_str().expect("a word").to_owned()
    };
    course.iter().map(of).collect()
}

fn scoped(lesson: &Value, scope: &str) -> String {
    format!("{}?scope={scope}", seats(lesson))
}

#[tokio::test]
async fn seats_of_a_course_are_taken_and_given_back_together() {
    let world = World::new().await;
    let course = course(&world, 2).await;
    let jonas = world.user("jonas");
    let taken = jonas.post(&scoped(&course[1], "all"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!((&taken["id"], &taken["seats"]["mine"]), (&course[1]["id"], &json!("taken")));
    assert_eq!(mine(&world, "jonas", &course).await, ["taken"; 4]);
    // Inês is told once, of the first and how many.
    let told = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    let told = told["items"].as_array().expect("items").clone();
    assert_eq!((told.len(), &told[0]["kind"]), (1, &json!("seat_taken")));
    assert_eq!(
        (&told[0]["sessionId"], &told[0]["payload"]["lessons"]),
        (&course[0]["id"], &json!(4))
    );
    // One that is full gives a place on its waitlist.
    take(&world, "mira", &course[3]).await;
    let zoe = world.user("zoe");
    zoe.post(&scoped(&course[2], "following"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(mine(&world, "zoe", &course).await, ["none", "none", "taken", "waiting"]);
    // Again changes nothing, and there is no place that was not taken.
    zoe.post(&scoped(&course[2], "following"), &json!({})).await.expect(StatusCode::OK);
    jonas.delete(&scoped(&course[2], "following")).await.expect(StatusCode::OK);
    assert_eq!(mine(&world, "jonas", &course).await, ["taken", "taken", "none", "none"]);
    assert_eq!(mine(&world, "zoe", &course).await, ["none", "none", "taken", "offered"]);
    let back = zoe.delete(&scoped(&course[0], "all")).await.expect(StatusCode::OK);
    assert_eq!((&back["id"], &back["seats"]["mine"]), (&course[0]["id"], &json!("none")));
    assert_eq!(mine(&world, "zoe", &course).await, ["none"; 4]);
    zoe.delete(&scoped(&course[0], "all")).await.problem(403, "not_participant");
    assert_eq!(zoe.delete(&scoped(&course[0], "some")).await.pointers(), ["?scope"]);
}

#[tokio::test]
async fn a_course_is_taken_whole_or_not_at_all() {
    let world = World::new().await;
    let course = course(&world, 2).await;
    let mut other = world.lesson("daniel", 60);
    other["scheduledAt"] = course[2]["scheduledAt"].clone();
    let jonas = world.user("jonas");
    jonas.post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let refused = jonas.post(&scoped(&course[0], "all"), &json!({})).await;
    assert_eq!(refused.problem(409, "slot_taken")["starts"], json!([other["scheduledAt"]]));
    assert_eq!(mine(&world, "jonas", &course).await, ["none"; 4]);
    assert_eq!(kinds(&world.user("ines")).await, [""; 0]);
    jonas.post(&scoped(&course[3], "following"), &json!({})).await.expect(StatusCode::OK);
    // Where one is past the deadline, none is given back.
    world.clock.advance(TimeDelta::days(50));
    let mira = world.user("mira");
    mira.post(&scoped(&course[0], "all"), &json!({})).await.expect(StatusCode::OK);
    let deadline = json!({ "cancelDeadline": 60 * 24 * 20 });
    let any = [("if-match", "*")];
    let ines = world.user("ines");
    let set = ines.send(Method::PUT, "/api/me/policy", Some(deadline.to_string()), &any).await;
    set.expect(StatusCode::OK);
    mira.delete(&scoped(&course[0], "all")).await.problem(409, "too_late_to_cancel");
    assert_eq!(mine(&world, "mira", &course).await, ["taken"; 4]);
    mira.delete(&scoped(&course[3], "following")).await.expect(StatusCode::OK);
}
