//! From sources to the folder of assets: what a page downloads, packed once at build time.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::backward_references::BrotliEncoderMode;

use crate::fingerprint;
use crate::glue::{self, Names};
use crate::manifest::{Cache, File, Manifest, Part};
use crate::minify::{self, Kind};
use crate::terminal;
use crate::widget::{self, Mode};
use crate::workspace::Workspace;

/// What the loader's source says where the build id belongs.
pub const PLACEHOLDER: &str = "__BANSO_BUILD__";

/// A finished folder of assets.
pub struct Assets {
    /// The folder, to be given to the collector's build as `BANSO_ASSETS`.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

/// Makes the folder of assets, or finds that it holds this very build already.
pub fn make(workspace: &Workspace, mode: Mode) -> Result<Assets> {
    let folder = workspace.target().join(match mode {
        Mode::Release => "assets",
        Mode::Dev => "assets-dev",
    });
    let build = fingerprint::build_id(workspace, widget::PACKAGE, &mode.flags())?;
    if let Some(manifest) =
        Manifest::read(&folder).filter(|found| found.build == build && found.is_complete(&folder))
    {
        terminal::step(&format!("the widget is up to date, build {build}"));
        return Ok(Assets { folder, manifest });
    }
    let wasm = widget::compile(workspace, mode, &build)?;
    let names = match mode {
        Mode::Release => Names::Strip,
        Mode::Dev => Names::Keep,
    };
    let generated = terminal::timed("writing the glue with wasm-bindgen", || {
        glue::generate(&wasm, names)
    })?;
    let mut sources = vec![loader(workspace, &build, mode)?, types(workspace)?];
    for file in generated {
        sources.push(part_of_build(&build, file, mode)?);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let files = terminal::timed("compressing the assets with brotli", || {
        pack(&folder, &sources, mode)
    })?;
    let manifest = Manifest { build, files };
    manifest.write(&folder)?;
    Ok(Assets { folder, manifest })
}

/// A file before it is packed.
struct Source {
    part: Part,
    path: String,
    file: String,
    content_type: &'static str,
    cache: Cache,
    bytes: Vec<u8>,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

fn loader(workspace: &Workspace, build: &str, mode: Mode) -> Result<Source> {
    let source = read(workspace, "www/banso.js")?;
    anyhow::ensure!(
        source.contains(PLACEHOLDER),
        "www/banso.js does not say {PLACEHOLDER}: the loader needs it to find the widget below /w/<build>/"
    );
    let source = source.replace(PLACEHOLDER, build);
    let text = match mode {
        Mode::Release => minify::minify("www/banso.js", &source, Kind::Script)?,
        Mode::Dev => source,
    };
    Ok(Source {
        part: Part::Loader,
        path: "/banso.js".into(),
        file: "banso.js".into(),
        content_type: JAVASCRIPT,
        cache: Cache::Short,
        bytes: text.into_bytes(),
    })
}

fn types(workspace: &Workspace) -> Result<Source> {
    let bytes = read(workspace, "www/banso.d.ts")?.into_bytes();
    Ok(Source {
        part: Part::Types,
        path: "/banso.d.ts".into(),
        file: "banso.d.ts".into(),
        content_type: "text/plain; charset=utf-8",
        cache: Cache::Short,
        bytes,
    })
}

fn read(workspace: &Workspace, relative: &str) -> Result<String> {
    std::fs::read_to_string(workspace.path(relative))
        .with_context(|| format!("cannot read {relative}: the build needs it"))
}

fn part_of_build(build: &str, file: glue::Generated, mode: Mode) -> Result<Source> {
    let path = format!("/w/{build}/{}", file.name);
    let (part, content_type, bytes) = if file.name.ends_with(".wasm") {
        (Part::Wasm, "application/wasm", file.bytes)
    } else {
        let text =
            String::from_utf8(file.bytes).with_context(|| format!("{} is not UTF-8", file.name))?;
        let text = match mode {
            Mode::Release => minify::minify(&file.name, &text, Kind::Module)?,
            Mode::Dev => text,
        };
        (Part::Glue, JAVASCRIPT, text.into_bytes())
    };
    Ok(Source {
        part,
        path,
        file: file.name.replace('/', "-"),
        content_type,
        cache: Cache::Immutable,
        bytes,
    })
}

/// Replaces the folder by these files, each as it is and compressed.
fn pack(folder: &Path, sources: &[Source], mode: Mode) -> Result<Vec<File>> {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut files = Vec::new();
    for source in sources {
        let compressed = brotli(&source.bytes, mode)?;
        write(&folder.join(&source.file), &source.bytes)?;
        write(&folder.join(format!("{}.br", source.file)), &compressed)?;
        files.push(File {
            part: source.part,
            path: source.path.clone(),
            file: source.file.clone(),
            content_type: source.content_type.to_owned(),
            cache: source.cache,
            etag: blake3::hash(&source.bytes).to_hex()[..16].to_owned(),
            raw: source.bytes.len() as u64,
            gzip: gzip(&source.bytes)?.len() as u64,
            brotli: compressed.len() as u64,
        });
    }
    Ok(files)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Brotli at its best for a release, by whichever of its models finds more; quick for a debug build, whose wasm is ten
/// times as large.
fn brotli(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let (quality, models) = match mode {
        Mode::Release => (
            11,
            &[
                BrotliEncoderMode::BROTLI_MODE_GENERIC,
                BrotliEncoderMode::BROTLI_MODE_TEXT,
                BrotliEncoderMode::BROTLI_MODE_FONT,
            ][..],
        ),
        Mode::Dev => (1, &[BrotliEncoderMode::BROTLI_MODE_GENERIC][..]),
    };
    let mut best: Option<Vec<u8>> = None;
    for model in models {
        let parameters = brotli::enc::BrotliEncoderParams {
            quality,
            mode: *model,
            lgwin: 22,
            size_hint: bytes.len(),
            ..Default::default()
        };
        let mut compressed = Vec::new();
        brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)
            .context("brotli failed")?;
        if best
            .as_ref()
            .is_none_or(|best| compressed.len() < best.len())
        {
            best = Some(compressed);
        }
    }
    best.context("brotli has no model")
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, part: Part, path: &str, file: &str, content_type: &str) {
        let generated = glue::Generated {
            name: name.to_owned(),
            bytes: b"export let a = 1;".to_vec(),
        };
        let source = part_of_build("0123456789ab", generated, Mode::Dev).expect("it is text");
        let found = (
            source.part,
            source.path.as_str(),
            source.file.as_str(),
            source.content_type,
            source.cache,
        );
        assert_eq!(found, (part, path, file, content_type, Cache::Immutable));
    }

    #[test]
    fn generated_files_are_served_below_their_build() {
        check(
            "banso_widget_bg.js",
            Part::Glue,
            "/w/0123456789ab/banso_widget_bg.js",
            "banso_widget_bg.js",
            JAVASCRIPT,
        );
        check(
            "snippets/x/inline0.js",
            Part::Glue,
            "/w/0123456789ab/snippets/x/inline0.js",
            "snippets-x-inline0.js",
            JAVASCRIPT,
        );
        check(
            "banso_widget_bg.wasm",
            Part::Wasm,
            "/w/0123456789ab/banso_widget_bg.wasm",
            "banso_widget_bg.wasm",
            "application/wasm",
        );
    }

    #[test]
    fn packed_files_unpack_to_what_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = "export let a = 1;\n".repeat(100).into_bytes();
        for mode in [Mode::Release, Mode::Dev] {
            let generated = glue::Generated {
                name: "banso_widget_bg.wasm".to_owned(),
                bytes: bytes.clone(),
            };
            let source = part_of_build("0123456789ab", generated, mode).expect("a source");
            let files = pack(folder.path(), &[source], mode).expect("packed");
            let compressed =
                std::fs::read(folder.path().join("banso_widget_bg.wasm.br")).expect("it is there");
            assert_eq!(
                (files[0].raw, files[0].brotli),
                (1800, compressed.len() as u64)
            );
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut compressed.as_slice(), &mut plain).expect("it is brotli");
            assert_eq!(plain, bytes);
        }
    }
}
