//! Prints the backend's OpenAPI document. A program of its own, so that `xtask` itself
//! works while the backend does not compile.

use std::io::Write;

fn main() -> anyhow::Result<()> {
    let document = serde_json::to_string_pretty(&backend::openapi())?;
    writeln!(std::io::stdout(), "{document}")?;
    Ok(())
}
