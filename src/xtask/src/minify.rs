//! Makes JavaScript small without changing what it does: comments, whitespace, local names.
//!
//! `mangle_properties` stays off and no target is lowered, so the code that runs is the code that was written.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// How the browser loads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By a `<script>` tag without `type`: top-level names are the page's.
    Script,
    /// By `import`.
    Module,
}

/// Minifies `source`; `name` is for the message when it does not parse.
pub fn minify(name: &str, source: &str, kind: Kind) -> Result<String> {
    let allocator = Allocator::default();
    let source_type = match kind {
        Kind::Script => SourceType::script(),
        Kind::Module => SourceType::mjs(),
    };
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if let Some(first) = parsed.diagnostics.first() {
        bail!(
            "{name} is no JavaScript that browsers take: {:?}",
            first.clone().with_source_code(source.to_owned())
        );
    }
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: None,
        compress: Some(CompressOptions::smallest()),
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let printed = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .build(&program);
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, source: &str, expected: &str) {
        let minified = minify("case.js", source, kind).map_err(|error| error.to_string());
        assert_eq!(minified.as_deref(), Ok(expected), "{source}");
    }

    #[test]
    fn what_runs_stays_the_same() {
        check(
            Kind::Script,
            "// about\n(function (longName) { window.a = longName; })(1);\n",
            "(function(e){window.a=e})(1);",
        );
        check(
            Kind::Script,
            "window.url = 'https://a.example/*no*/';",
            "window.url=`https://a.example/*no*/`;",
        );
        check(
            Kind::Module,
            "export function __wbg_set_wasm(val) {\n    wasm = val;\n}\nlet wasm;",
            "export function __wbg_set_wasm(t){e=t}let e;",
        );
        check(
            Kind::Module,
            "export const f = (a) => a?.b ?? 'x';",
            "export const f=e=>e?.b??`x`;",
        );
    }

    #[test]
    fn broken_source_is_named() {
        let error =
            minify("www/banso.js", "function (", Kind::Script).map_err(|error| error.to_string());
        assert!(
            error
                .as_ref()
                .is_err_and(|text| text.starts_with("www/banso.js is no JavaScript")),
            "{error:?}"
        );
    }
}
