//! The TOML file, as dotted keys and texts.

use std::path::Path;

use super::ConfigError;

/// Reads the file. Tables become dotted keys, lists of scalars become
/// comma-separated texts, and lists of tables become JSON.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let shown = || path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: shown(), source })?;
    let table: toml::Table =
        text.parse().map_err(|source| ConfigError::NotToml { path: shown(), source })?;
    let mut found = Vec::new();
    flatten("", &table, &mut found);
    Ok(found)
}

fn flatten(prefix: &str, table: &toml::Table, found: &mut Vec<(String, String)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, found),
            value => found.push((key, text(value))),
        }
    }
}

fn text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) if items.iter().all(|item| !item.is_table()) => {
            items.iter().map(text).collect::<Vec<_>>().join(",")
        }
        toml::Value::Array(_) | toml::Value::Table(_) => {
            serde_json::to_string(value).expect("TOML tables have text keys")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_texts() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "allowed_origins = [\"https://a.example\", \"https://b.example\"]\n\
             [[ice_servers]]\nurls = \"stun:stun.example\"\n",
        )
        .unwrap();
        let found = read(file.path()).unwrap();
        assert_eq!(
            found,
            [
                ("allowed_origins".to_owned(), "https://a.example,https://b.example".to_owned()),
                ("ice_servers".to_owned(), r#"[{"urls":"stun:stun.example"}]"#.to_owned()),
            ]
        );
    }
}
