//! wasm-bindgen as a library: no tool to install, and no version to keep in step by hand.
//!
//! The bundler target writes three files, of which two are served (seen with wasm-bindgen 0.2.130):
//! - `banso_widget_bg.wasm` imports everything from one module, which is named [`MODULE`] here, and exports `memory`, the
//!   exported functions, `__wbindgen_*` and, when the widget has a start function, `__wbindgen_start`;
//! - `banso_widget_bg.js` exports one function for each of those imports, wrappers for the exported functions, and
//!   `__wbg_set_wasm(exports)`, which must be called before any of them. It has no `import` of its own but for snippets;
//! - `banso_widget.js` glues the two together for a bundler; the loader does that itself, so it is left out.
//!
//! The names of the imports (`__wbg_addEventListener_f2d27251d333a631`) are only for the two to find each other. There are
//! hundreds, none of which compresses, once in each file: a release build numbers them instead, `$0`, `$1`. So it does with the
//! exports that only the glue reads, which have whole types in their names.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::arrange;
use crate::minify::{self, Kind};

/// The stem of the generated files.
pub const STEM: &str = "banso_widget";

/// What the wasm and the loader call the glue.
const MODULE: &str = "$";

/// One generated file.
pub struct Generated {
    /// Its name below `/w/<build>/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Writes the glue for a compiled widget. Function names stay in a `names` build, for readable stack traces.
pub fn generate(wasm: &Path, names: Names) -> Result<Vec<Generated>> {
    let folder = tempfile::tempdir()
        .context("cannot make a temporary folder for wasm-bindgen: is the disk full?")?;
    let mut output = Bindgen::new()
        .bundler(true)?
        .input_path(wasm)
        .out_name(STEM)
        .typescript(false)
        .remove_name_section(names == Names::Strip)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen cannot read the widget")?;
    let glue = format!("{STEM}_bg.js");
    let mut imported = HashSet::new();
    let mut read = HashMap::new();
    let ours = format!("./{glue}");
    for import in output
        .wasm_mut()
        .imports
        .iter_mut()
        .filter(|import| import.module == ours)
    {
        MODULE.clone_into(&mut import.module);
        imported.insert(import.name.clone());
    }
    if names == Names::Strip {
        let inner = |name: &str| {
            (name.starts_with("wasm_bindgen_") || name.starts_with("__wbindgen_"))
                && name != "__wbindgen_start"
        };
        let exports = output.wasm_mut().exports.iter_mut();
        for export in exports.filter(|export| inner(&export.name)) {
            let number = format!("${}", read.len());
            let name = std::mem::replace(&mut export.name, number.clone());
            read.insert(name, number);
        }
    }
    output
        .emit(folder.path())
        .context("wasm-bindgen cannot write the glue")?;
    let mut generated = Vec::new();
    collect(folder.path(), "", &mut generated)?;
    generated.retain(|file| file.name != format!("{STEM}.js"));
    if names == Names::Strip {
        let mut short = HashMap::new();
        for file in generated.iter_mut().filter(|file| file.name == glue) {
            let text;
            (text, short) = shorten(&file.bytes, &imported, &read)?;
            file.bytes = text.into_bytes();
        }
        for file in &mut generated {
            if file.name.ends_with(".wasm") {
                file.bytes = arrange::arrange(&file.bytes, &short)?;
            }
        }
    }
    generated.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(generated)
}

/// The glue with each function once and a number for its name, and the number of everything that is imported.
fn shorten(
    glue: &[u8],
    imported: &HashSet<String>,
    read: &HashMap<String, String>,
) -> Result<(String, HashMap<String, String>)> {
    let source = std::str::from_utf8(glue).context("the glue is not UTF-8")?;
    let minified = minify::minify("the glue", source, Kind::Module)?;
    let merged = minify::merge("the glue", &minified)?;
    let kept = merged.order.into_iter();
    let mut short: HashMap<String, String> = kept
        .filter(|name| imported.contains(name))
        .zip(0..)
        .map(|(name, number)| (name, format!("${number}")))
        .collect();
    let text = minify::rename("the glue", &merged.code, &short, read)?;
    for (name, first) in merged.same {
        if let Some(number) = short.get(&first).cloned() {
            short.insert(name, number);
        }
    }
    Ok((text, short))
}

/// Whether function names stay in the wasm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// For people who read stack traces.
    Keep,
    /// For people who download it.
    Strip,
}

fn collect(folder: &Path, prefix: &str, into: &mut Vec<Generated>) -> Result<()> {
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), into)?;
        } else {
            let bytes = std::fs::read(entry.path())
                .with_context(|| format!("cannot read {}", entry.path().display()))?;
            into.push(Generated { name, bytes });
        }
    }
    Ok(())
}
