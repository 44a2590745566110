//! `lectern init`, and a server with what it made.

use std::{fs, os::unix::fs::PermissionsExt as _};

use reqwest::Method;

use crate::support::{Home, failure};

#[tokio::test]
async fn the_first_configuration_serves_and_the_first_key_opens() {
    let home = Home::new();
    let output = home.run(&["init"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    let key = said.lines().map(str::trim).find(|line| line.starts_with("lk_")).expect("a key");
    let file = home.folder.join("lectern.toml");
    let written = fs::read_to_string(&file).expect("the file is there");
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    assert!(!written.contains(key), "the key is kept nowhere");

    let refused = failure(&home.run(&["init"]));
    assert!(refused.contains("is there already"), "{refused}");
    assert_eq!(fs::read_to_string(&file).expect("the file is there"), written);

    let server = home
        .start_with("serve", |command| {
            command.env_remove("LECTERN_AUTH_SECRET").env("LECTERN_CONFIG", &file);
        })
        .await;
    let path = file.to_str().expect("a path of text");
    let token = home.run(&["token", "--config", path, "--sub", "ada", "--role", "admin"]);
    let token = String::from_utf8(token.stdout).expect("a token is text");
    for bearer in [key, token.trim()] {
        let reply = server.request(Method::GET, "/api/sessions", bearer).send().await;
        assert_eq!(reply.expect("the server answers").status(), 200);
    }
    server.stop().await;
}

#[test]
fn what_cannot_be_finished_leaves_nothing_behind() {
    let home = Home::new();
    let output = home
        .command(&["init"])
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
        .output()
        .expect("the binary runs");
    let said = failure(&output);
    assert!(said.contains("cannot connect"), "{said}");
    assert!(!home.folder.join("lectern.toml").exists());
}
