//! Which crate knows which: the arrows of ARCHITECTURE.md.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// Each crate, and the crates of ours that it may know.
const ARROWS: [(&str, &[&str]); 9] = [
    ("lectern-domain", &[]),
    ("lectern-protocol", &["lectern-domain"]),
    ("lectern-store", &["lectern-domain"]),
    ("lectern-api", &["lectern-domain", "lectern-store"]),
    ("lectern-courier", &["lectern-domain", "lectern-store"]),
    ("lectern-signaling", &["lectern-domain", "lectern-protocol", "lectern-store"]),
    ("lectern-sfu", &["lectern-domain"]),
    (
        "lectern",
        &[
            "lectern-api",
            "lectern-courier",
            "lectern-domain",
            "lectern-protocol",
            "lectern-sfu",
            "lectern-signaling",
            "lectern-store",
        ],
    ),
    ("lectern-loadtest", &["lectern-domain", "lectern-protocol"]),
];

/// Crates that must not reach pure ones: they do I/O or have a clock.
const IMPURE: [&str; 4] = ["tokio", "sqlx", "axum", "reqwest"];

#[test]
fn no_crate_knows_more_than_it_should() {
    let known = dependencies();
    assert_eq!(known.keys().map(String::as_str).collect::<Vec<_>>(), sorted(&ARROWS));
    for (name, allowed) in ARROWS {
        for dependency in &known[name] {
            let ours = dependency == "lectern" || dependency.starts_with("lectern-");
            let fine = !ours || allowed.contains(&dependency.as_str());
            assert!(fine, "{name} must not know {dependency}");
        }
    }
    for dependency in known["lectern-domain"].iter().chain(&known["lectern-protocol"]) {
        assert!(!IMPURE.contains(&dependency.as_str()), "{dependency} is not for pure crates");
    }
}

fn sorted(arrows: &[(&'static str, &[&str])]) -> Vec<&'static str> {
    let mut names: Vec<_> = arrows.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names
}

/// What each crate of the workspace depends on, tests aside.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    let text = |value: &Value| value.as_str().expect("names are texts").to_owned();
    packages
        .iter()
        .map(|package| {
            let all = package["dependencies"].as_array().expect("a list");
            let normal = all.iter().filter(|dependency| dependency["kind"].is_null());
            (text(&package["name"]), normal.map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}
