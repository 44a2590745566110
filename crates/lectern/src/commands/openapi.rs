//! `lectern openapi`.

/// Prints the document that `/api/openapi.json` serves.
pub(crate) fn print() -> anyhow::Result<()> {
    println!("{}", lectern_api::openapi().to_pretty_json()?);
    Ok(())
}
