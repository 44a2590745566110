//! The texts of all settings and where each came from.

use std::{collections::BTreeMap, fmt, path::Path};

use super::{ConfigError, SETTINGS, Setting, file};

/// Where a value came from; later ones win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(String),
    Environment(String),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => f.write_str(path),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("--set"),
        }
    }
}

/// One effective value.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// The effective values of all settings.
#[derive(Debug, Clone)]
pub(crate) struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// Gathers the values. `environment` is read for the known variables
    /// alone; an empty variable counts as not set.
    pub(crate) fn gather(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[String],
    ) -> Result<Self, ConfigError> {
        let mut values = Self(BTreeMap::new());
        for setting in SETTINGS {
            values.put(setting, setting.default.to_owned(), Origin::Default);
        }
        if let Some(path) = file {
            let origin = Origin::File(path.display().to_string());
            for (key, text) in file::read(path)? {
                values.put(known(&key, &origin)?, text, origin.clone());
            }
        }
        for setting in SETTINGS {
            let name = setting.variable();
            if let Some(text) = environment(&name).filter(|text| !text.is_empty()) {
                values.put(setting, text, Origin::Environment(name));
            }
        }
        for flag in flags {
            let (key, text) =
                flag.split_once('=').ok_or_else(|| ConfigError::NotAnAssignment(flag.clone()))?;
            values.put(known(key, &Origin::Flag)?, text.to_owned(), Origin::Flag);
        }
        Ok(values)
    }

    /// The value of a setting of the table.
    pub(crate) fn get(&self, key: &'static str) -> &Value {
        self.0.get(key).expect("every setting of the table has a value")
    }

    /// Whether nobody has set it.
    pub(crate) fn is_default(&self, key: &'static str) -> bool {
        self.get(key).origin == Origin::Default
    }

    /// Sets what a command decides by itself, as if it were the default:
    /// what somebody has set stays.
    pub(crate) fn default_to(&mut self, key: &'static str, text: &str) {
        let value = self.0.get_mut(key).expect("every setting of the table has a value");
        if value.origin == Origin::Default {
            text.clone_into(&mut value.text);
        }
    }

    /// A sentence and a line a setting: key, value (secrets masked), origin.
    pub(crate) fn table(&self) -> String {
        let mut table = String::new();
        for setting in SETTINGS {
            let Value { text, origin } = self.get(setting.key);
            let shown = match (setting.secret, text.is_empty()) {
                (_, true) => "(not set)",
                (true, false) => "********",
                (false, false) => text,
            };
            let about = setting.about;
            table.push_str(&format!("# {about}\n{:<22} {shown:<28} {origin}\n", setting.key));
        }
        table
    }

    fn put(&mut self, setting: &'static Setting, text: String, origin: Origin) {
        self.0.insert(setting.key, Value { text, origin });
    }
}

fn known(key: &str, origin: &Origin) -> Result<&'static Setting, ConfigError> {
    SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| ConfigError::Unknown {
        key: key.to_owned(),
        origin: origin.clone(),
        hint: hint(key),
    })
}

/// Names a setting whose last part, or letters, are the same.
fn hint(key: &str) -> String {
    let letters = |text: &str| text.replace(['.', '_', '-'], "").to_lowercase();
    SETTINGS
        .iter()
        .find(|setting| {
            letters(setting.key) == letters(key)
                || setting.key.rsplit('.').next() == key.rsplit('.').next()
        })
        .map(|setting| format!("; did you mean `{}`?", setting.key))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn later_origins_win() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lectern.toml");
        std::fs::write(&path, "listen = \"10.0.0.1:80\"\n[media]\nworkers = 3\n").unwrap();
        let environment = |name: &str| (name == "LECTERN_LISTEN").then(|| "10.0.0.2:80".to_owned());
        let values = Values::gather(Some(&path), environment, &["region=eu".to_owned()]).unwrap();

        assert_eq!(values.get("listen").text, "10.0.0.2:80");
        assert_eq!(values.get("listen").origin, Origin::Environment("LECTERN_LISTEN".into()));
        assert_eq!(values.get("media.workers").text, "3");
        assert_eq!(values.get("region").origin, Origin::Flag);
        assert_eq!(values.get("log").origin, Origin::Default);
    }

    #[test]
    fn unknown_keys_are_errors_that_help() {
        let error = Values::gather(None, none, &["secret=x".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "--set: there is no setting `secret`; did you mean `auth.secret`?"
        );
    }

    #[test]
    fn secrets_are_masked() {
        let values = Values::gather(None, none, &["auth.secret=hunter2".to_owned()]).unwrap();
        assert!(!values.table().contains("hunter2"));
        assert!(values.table().contains("auth.secret            ********"));
    }
}
