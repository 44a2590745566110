//! Settings: what is wrong is said, and what is secret is not.

use std::fs;

use crate::support::{Home, SECRET, failure};

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let home = Home::new();
    let file = home.folder.join("lectern.toml");
    fs::write(&file, "[auth]\nsecrets = \"x\"\n").expect("the file can be written");
    let path = file.to_str().expect("the path is text");
    let said = failure(&home.run(&["serve", "--config", path]));
    assert!(said.contains("there is no setting `auth.secrets`"), "{said}");
    assert!(said.contains("lectern.toml"), "{said}");
}

#[test]
fn nobody_serves_without_a_way_to_sign_in() {
    let said = failure(&Home::new().run(&["serve"]));
    assert!(said.contains("LECTERN_AUTH_SECRET"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_told_by_its_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let check = |variable: &str| {
        let output = Home::new()
            .command(&["serve"])
            .env("LECTERN_AUTH_SECRET", SECRET)
            .env(variable, &address)
            .output();
        let said = failure(&output.expect("the binary runs"));
        assert!(said.contains(&address) && said.contains(variable), "{said}");
    };
    check("LECTERN_LISTEN");
    check("LECTERN_METRICS_LISTEN");
}

#[test]
fn a_media_port_that_is_taken_is_told_by_its_setting() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let output = Home::new()
        .command(&["serve"])
        .env("LECTERN_AUTH_SECRET", SECRET)
        .env("LECTERN_MEDIA_LISTEN", &address)
        .output();
    let said = failure(&output.expect("the binary runs"));
    assert!(said.contains(&address) && said.contains("LECTERN_MEDIA_LISTEN"), "{said}");
}

#[test]
fn the_effective_settings_show_their_origin_and_no_secret() {
    let home = Home::new();
    let output = home
        .command(&["config", "--set", "region=north"])
        .env("LECTERN_AUTH_SECRET", SECRET)
        .output()
        .expect("the binary runs");
    let shown = String::from_utf8_lossy(&output.stdout);
    let line = |key: &str| {
        let line = shown.lines().find(|line| line.starts_with(key));
        line.unwrap_or_else(|| panic!("{key} is missing: {shown}"))
    };
    assert!(line("region").contains("north") && line("region").ends_with("--set"));
    assert!(line("auth.secret").contains("****"));
    assert!(line("auth.secret").ends_with("LECTERN_AUTH_SECRET"));
    assert!(line("database_connections").ends_with("default"));
    assert!(!shown.contains(SECRET));
}

#[test]
fn the_doctor_finds_a_machine_that_can_serve() {
    let home = Home::new();
    let output = home
        .command(&["doctor"])
        .env("LECTERN_AUTH_SECRET", SECRET)
        .env("LECTERN_MEDIA_ADVERTISE", "127.0.0.1")
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("ok    UDP to itself: 127.0.0.1 answers"), "{said}");
    assert!(said.contains("ok    database: embedded, Postgres"), "{said}");
}

#[test]
fn the_doctor_names_what_is_missing() {
    let home = Home::new();
    let output = home
        .command(&["doctor"])
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("FAIL  sign-in: set LECTERN_AUTH_SECRET"), "{said}");
    assert!(said.contains("FAIL  database: cannot connect to DATABASE_URL"), "{said}");
}
