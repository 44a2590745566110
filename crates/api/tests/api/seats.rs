//! Group lessons: seats, the waitlist, and offers.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, World};

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
    let mine = world.user("tom").get("/api/teachers/ines/lessons").await.expect(StatusCode::OK);
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

#[tokio::test]
async fn teacher_and_students_of_a_group_review_each_other() {
    let world = World::new().await;
    let lesson = group(&world, 2).await;
    take(&world, "jonas", &lesson).await;
    take(&world, "mira", &lesson).await;
    world.clock.advance(TimeDelta::minutes(700));
    sqlx::query(
        "UPDATE sessions SET status = 'completed', started_at = scheduled_at, \
         finished_at = ends_at",
    )
    .execute(&world.database.pool)
    .await
    .expect("completes the lesson");
    let review = async |who: &str, of: Option<&str>| {
        let mut body = json!({ "sessionId": lesson["id"], "rating": 5 });
        if let Some(of) = of {
            body["revieweeId"] = json!(of);
        }
        world.user(who).post("/api/reviews", &body).await
    };
    assert_eq!(review("jonas", None).await.expect(StatusCode::CREATED)["revieweeId"], "ines");
    assert_eq!(review("jonas", Some("mira")).await.pointers(), ["/revieweeId"]);
    assert_eq!(review("ines", None).await.pointers(), ["/revieweeId"]);
    for student in ["jonas", "mira"] {
        let written = review("ines", Some(student)).await.expect(StatusCode::CREATED);
        assert_eq!(written["revieweeId"], student);
    }
}
