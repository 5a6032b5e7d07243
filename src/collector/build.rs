//! Embeds the assets that `cargo xtask build` made, when it says where they are.
//!
//! With `BANSO_ASSETS` set to a folder with a `manifest.json`, the table in `assets.rs` is filled from it; without it,
//! as in a plain `cargo check` or `cargo test`, the table is empty and the collector says so when it is asked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-env-changed=BANSO_ASSETS");
    let table = match std::env::var_os("BANSO_ASSETS") {
        Some(folder) => embedded(&PathBuf::from(folder))?,
        None => "const BUILD: Option<&str> = None;\nstatic FILES: &[Asset] = &[];\n".to_owned(),
    };
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?);
    std::fs::write(out.join("embedded.rs"), table)?;
    Ok(())
}

/// The table as Rust: one entry a file of the manifest, sorted by path as the manifest is.
fn embedded(folder: &Path) -> Outcome<String> {
    let manifest = folder.join("manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let text = std::fs::read(&manifest).map_err(|error| {
        format!(
            "cannot read {}: {error}: run `cargo xtask build`, or unset BANSO_ASSETS",
            manifest.display()
        )
    })?;
    let value: Value = serde_json::from_slice(&text)?;
    let mut table = String::new();
    writeln!(
        table,
        "const BUILD: Option<&str> = Some({:?});",
        field(&value, "build")?
    )?;
    writeln!(table, "static FILES: &[Asset] = &[")?;
    for file in value["files"]
        .as_array()
        .ok_or("manifest.json has no list of files")?
    {
        let raw = folder.join(field(file, "file")?);
        let brotli = folder.join(format!("{}.br", field(file, "file")?));
        let cache = match field(file, "cache")? {
            "immutable" => "Cache::Immutable",
            "short" => "Cache::Short",
            other => {
                return Err(format!(
                    "manifest.json knows a cache {other:?} that this build script does not"
                )
                .into());
            }
        };
        writeln!(
            table,
            "    Asset {{ path: {:?}, content_type: {:?}, cache: {cache}, etag: {:?}, raw: include_bytes!({raw:?}), brotli: include_bytes!({brotli:?}) }},",
            field(file, "path")?,
            field(file, "content_type")?,
            format!("\"{}\"", field(file, "etag")?),
        )?;
    }
    writeln!(table, "];")?;
    Ok(table)
}

fn field<'a>(value: &'a Value, name: &str) -> Outcome<&'a str> {
    value[name]
        .as_str()
        .ok_or_else(|| format!("manifest.json has no text {name:?} where it should").into())
}
