//! Files that are compared, and written anew when `UPDATE` is set.

use std::{env, fs, path::Path};

/// Compares `actual` with the file at `path`, seen from this crate's folder.
pub(crate) fn check(path: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("make the folder");
        fs::write(&file, actual).expect("write the file");
        return;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        expected == actual,
        "{path} is stale: run `UPDATE=1 cargo test -p lectern-protocol`.\n\
         --- committed\n{expected}\n--- now\n{actual}"
    );
}
