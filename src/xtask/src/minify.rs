//! Makes JavaScript small without changing what it does: comments, whitespace, local names.
//!
//! `mangle_properties` stays off and no target is lowered, so the code that runs is the code that was written.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail, ensure};
use oxc_allocator::{Allocator, FromIn as _};
use oxc_ast::ast::{Declaration, IdentifierName, Statement};
use oxc_ast_visit::VisitMut;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_str::Ident;

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

/// Gives top-level names of a module other names, wherever they are used and exported, and properties other names, wherever
/// they are read.
pub fn rename(
    name: &str,
    source: &str,
    names: &HashMap<String, String>,
    properties: &HashMap<String, String>,
) -> Result<String> {
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
    let mut renamed = Properties {
        allocator: &allocator,
        names: properties,
    };
    renamed.visit_program(&mut parsed.program);
    let mut scoping = SemanticBuilder::new()
        .build(&parsed.program)
        .semantic
        .into_scoping();
    for new in names.values() {
        let taken = scoping.symbol_names().any(|known| known == new);
        ensure!(
            !taken,
            "{name} has the name {new} already: choose another for the imports"
        );
    }
    for (old, new) in names {
        let symbol = scoping
            .get_root_binding(old.as_str().into())
            .with_context(|| format!("{name} does not declare {old}, which the widget imports"))?;
        scoping.set_symbol_name(symbol, new.as_str().into());
    }
    Ok(Codegen::new()
        .with_scoping(Some(scoping))
        .build(&parsed.program)
        .code)
}

/// A module whose exported functions are each there once, those that are alike beside each other.
pub struct Merged {
    /// Its text.
    pub code: String,
    /// Its exported functions by their names, in order.
    pub order: Vec<String>,
    /// Which of them stands for a function that is left out.
    pub same: HashMap<String, String>,
}

/// Leaves out exported functions that do what another does, and orders the others by what they do, which compresses best:
/// a declared function is there before any statement runs, wherever it is written. They must be minified: then those that
/// do the same are written the same.
pub fn merge(name: &str, source: &str) -> Result<Merged> {
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
    ensure!(parsed.diagnostics.is_empty(), "{name} is not minified");
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let mut same = HashMap::new();
    parsed.program.body.retain(|statement| {
        let Some((id, does)) = exported(statement, source) else {
            return true;
        };
        match known.get(does) {
            Some(first) => {
                same.insert(id.to_owned(), first.clone());
                false
            }
            None => {
                known.insert(does, id.to_owned());
                true
            }
        }
    });
    parsed
        .program
        .body
        .sort_by_key(|statement| exported(statement, source).map(|(_, does)| does));
    let merged = Codegen::new()
        .with_options(CodegenOptions::minify())
        .build(&parsed.program);
    Ok(Merged {
        code: merged.code,
        order: known.into_values().collect(),
        same,
    })
}

/// The name of an exported function and what is written behind it.
fn exported<'s>(statement: &Statement<'s>, source: &'s str) -> Option<(&'s str, &'s str)> {
    let Statement::ExportDeclaration(export) = statement else {
        return None;
    };
    let Declaration::FunctionDeclaration(function) = &export.declaration else {
        return None;
    };
    let id = function.id.as_ref()?;
    let does = source.get(id.span.end as usize..function.span.end as usize)?;
    Some((id.name.as_str(), does))
}

/// Gives properties other names.
struct Properties<'a, 'n> {
    allocator: &'a Allocator,
    names: &'n HashMap<String, String>,
}

impl<'a> VisitMut<'a> for Properties<'a, '_> {
    fn visit_identifier_name(&mut self, name: &mut IdentifierName<'a>) {
        if let Some(new) = self.names.get(name.name.as_str()) {
            name.name = Ident::from_in(new, self.allocator);
        }
    }
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

    #[track_caller]
    fn check_rename(source: &str, expected: Result<&str, &str>) {
        let names = HashMap::from([("__wbg_now_1a".to_owned(), "$0".to_owned())]);
        let read = HashMap::from([("__invoke_2b".to_owned(), "$1".to_owned())]);
        let renamed = rename("case.js", source, &names, &read).map_err(|error| error.to_string());
        let renamed = renamed.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(
            renamed.as_deref().map_err(String::as_str),
            expected,
            "{source}"
        );
    }

    #[test]
    fn functions_that_do_the_same_are_exported_once() {
        let merged = merge(
            "case.js",
            "export function f(e){return e.b}export function g(e){return e.a}let c=1;export function h(e){return e.b}",
        )
        .expect("merged");
        assert_eq!(
            merged.code,
            "let c=1;export function g(e){return e.a}export function f(e){return e.b}"
        );
        assert_eq!(merged.order, ["g", "f"]);
        assert_eq!(
            merged.same,
            HashMap::from([("h".to_owned(), "f".to_owned())])
        );
    }

    #[test]
    fn imports_and_exports_get_short_names_and_nothing_else_does() {
        check_rename(
            "export function __wbg_now_1a() { return now('__wbg_now_1a'); } export const f = () => __wbg_now_1a();",
            Ok(
                "export function $0() { return now(\"__wbg_now_1a\"); } export const f = () => $0();",
            ),
        );
        check_rename(
            "export function __wbg_now_1a() { const __invoke_2b = wasm.__invoke_2b('__invoke_2b'); return __invoke_2b; }",
            Ok(
                "export function $0() { const __invoke_2b = wasm.$1(\"__invoke_2b\"); return __invoke_2b; }",
            ),
        );
        check_rename(
            "export function other() {}",
            Err("case.js does not declare __wbg_now_1a, which the widget imports"),
        );
        check_rename(
            "export function __wbg_now_1a() { let $0; }",
            Err("case.js has the name $0 already: choose another for the imports"),
        );
    }
}
