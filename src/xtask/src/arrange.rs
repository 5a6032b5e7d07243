//! Merges a module's functions and imports that are the same, and puts them, and the variables in each, into the order in which they
//! compress best. Accesses to memory all say that they are aligned.
//!
//! The compiler numbers a function's variables as it made them. Numbered by how often they are used, the same numbers are
//! seen again and again in all functions. Then the functions themselves: brotli looks for what a byte sequence repeats, and finds what is near at the least cost. The linker leaves functions
//! in no order that helps, so each is followed by the one that has most in common with the few before it: together 3 %
//! less to download for the same code.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

use anyhow::{Context, Result, anyhow, bail};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, Instruction, MemArg, Module,
};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, ImportSectionReader, Operator, Parser,
    Payload, TypeRef, ValType,
};

/// Part of the build id: raised when the same module would be written otherwise.
pub const REVISION: &str = "arranged-6";

/// How functions are compared.
#[derive(Clone, Copy, Debug)]
struct Likeness {
    /// So many bytes in a row: two or three instructions.
    window: usize,
    /// With so many functions before.
    recent: usize,
    /// Keeps tiny functions, which have everything in common with any, from going first.
    bias: usize,
}

/// The ways that are tried. Which of them is best changes with the code, by a few hundred bytes.
fn ways() -> impl Iterator<Item = Likeness> {
    let (windows, recents, biases) = ([4, 5], [2, 3, 4, 5], [5, 10, 15, 20, 40]);
    windows.into_iter().flat_map(move |window| {
        recents.into_iter().flat_map(move |recent| {
            biases.into_iter().map(move |bias| Likeness {
                window,
                recent,
                bias,
            })
        })
    })
}

/// The same module with its variables and its functions in another order, each function once. `names` says by which other
/// names imports go.
pub fn arrange(wasm: &[u8], names: &HashMap<String, String>) -> Result<Vec<u8>> {
    let imported = write(wasm, &mut Imports::new(wasm, names)?)?;
    let merged = merge(write(&imported, &mut Numbered::new(&imported)?)?)?;
    let Functions {
        imported, bodies, ..
    } = functions(&merged)?;
    let mut best: Option<(usize, Vec<u8>)> = None;
    for way in ways() {
        let order = by_likeness(&bodies, way);
        let mut places = vec![0; order.len()];
        for (place, &function) in order.iter().enumerate() {
            places[function] = u32::try_from(place)?;
        }
        let mut arranged = Arranged {
            imported,
            order,
            places,
        };
        let arranged = write(&merged, &mut arranged)?;
        let size = compressed(&arranged)?;
        if best.as_ref().is_none_or(|(smallest, _)| size < *smallest) {
            best = Some((size, arranged));
        }
    }
    best.map(|(_, arranged)| arranged)
        .context("no order was tried")
}

/// How many bytes brotli leaves of a module.
fn compressed(wasm: &[u8]) -> Result<usize> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: wasm.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*wasm, &mut compressed, &parameters).context("brotli failed")?;
    Ok(compressed.len())
}

/// The same module with one function in place of all that do the same. The compiler leaves them for types that differ in
/// name only, and those that call them become the same in their turn.
fn merge(mut wasm: Vec<u8>) -> Result<Vec<u8>> {
    loop {
        let Functions {
            imported,
            types,
            bodies,
        } = functions(&wasm)?;
        let (mut order, mut places) = (Vec::new(), Vec::new());
        let mut known = BTreeMap::new();
        for (function, of) in types.iter().zip(&bodies).enumerate() {
            places.push(*known.entry(of).or_insert(u32::try_from(order.len())?));
            if places
                .last()
                .is_some_and(|place| *place as usize == order.len())
            {
                order.push(function);
            }
        }
        if order.len() == bodies.len() {
            return Ok(wasm);
        }
        let mut merged = Arranged {
            imported,
            order,
            places,
        };
        wasm = write(&wasm, &mut merged)?;
    }
}

fn write(wasm: &[u8], writer: &mut impl Reencode<Error = Infallible>) -> Result<Vec<u8>> {
    let mut module = Module::new();
    reencode::utils::parse_core_module(writer, &mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the widget's functions cannot be put in order: {error}"))?;
    Ok(module.finish())
}

/// Writes a module anew with one import in place of all that have the same name and type, in the order of their names: that
/// is the order of what they do in the glue, where those of one type are together.
struct Imports {
    /// The new number of each imported function, and what is imported as the first of that number.
    places: Vec<u32>,
    /// What is imported, in its new order: module, name and type.
    kept: Vec<(String, String, u32)>,
}

impl Imports {
    fn new(wasm: &[u8], names: &HashMap<String, String>) -> Result<Self> {
        let mut all = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::ImportSection(imports) = payload.context("the widget is no module")?
            else {
                continue;
            };
            for import in imports.into_imports() {
                let import = import?;
                let TypeRef::Func(kind) = import.ty else {
                    bail!("the widget imports {}, which is no function", import.name);
                };
                let name = names.get(import.name).map_or(import.name, String::as_str);
                all.push((import.module.to_owned(), name.to_owned(), kind));
            }
        }
        let mut kept = all.clone();
        // Numbers of more digits are larger.
        kept.sort_by_key(|(module, name, kind)| (module.clone(), name.len(), name.clone(), *kind));
        kept.dedup();
        let place = |import| kept.iter().position(|other| other == import);
        let places = all.iter().map(|import| {
            let place = place(import).context("an import is lost")?;
            Ok(u32::try_from(place)?)
        });
        let places = places.collect::<Result<_>>()?;
        Ok(Self { places, kept })
    }
}

impl Reencode for Imports {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Reencoding> {
        Ok(match self.places.get(function as usize) {
            Some(place) => *place,
            // All others move up by what is left out.
            None => function - (self.places.len() - self.kept.len()) as u32,
        })
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        _section: ImportSectionReader<'_>,
    ) -> Result<(), Reencoding> {
        for (module, name, kind) in &self.kept {
            imports.import(module, name, EntityType::Function(*kind));
        }
        Ok(())
    }
}

/// Writes a module anew with the variables of each function numbered by how often they are used.
struct Numbered {
    /// How many parameters each function has that is not imported; those keep their numbers.
    parameters: Vec<u32>,
    /// How many functions are written.
    written: usize,
    /// The new number of each variable of the function that is being written.
    numbers: Vec<u32>,
}

impl Numbered {
    fn new(wasm: &[u8]) -> Result<Self> {
        let mut of_type = Vec::new();
        let mut parameters = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.context("the widget is no WebAssembly module")? {
                Payload::TypeSection(types) => {
                    for kind in types.into_iter_err_on_gc_types() {
                        of_type.push(u32::try_from(kind?.params().len())?);
                    }
                }
                Payload::FunctionSection(functions) => {
                    for kind in functions {
                        parameters.push(of_type[kind? as usize]);
                    }
                }
                _ => {}
            }
        }
        Ok(Self {
            parameters,
            written: 0,
            numbers: Vec::new(),
        })
    }

    /// The variables of a function in their new order: parameters as they are, then those of a type together.
    fn number(&mut self, body: &FunctionBody<'_>) -> Result<Vec<(u32, ValType)>, Reencoding> {
        let parameters = self.parameters[self.written];
        let mut types = Vec::new();
        for local in body.get_locals_reader()? {
            let (count, kind) = local?;
            types.extend(std::iter::repeat_n(kind, count as usize));
        }
        let mut uses = vec![0_u32; types.len()];
        for operator in body.get_operators_reader()? {
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = operator?
                && let Some(own) = local_index.checked_sub(parameters)
            {
                uses[own as usize] += 1;
            }
        }
        let used_of = |kind: ValType| -> u32 {
            let all = types.iter().zip(&uses);
            all.filter(|(other, _)| **other == kind)
                .map(|(_, uses)| uses)
                .sum()
        };
        let mut order: Vec<usize> = (0..types.len()).collect();
        order.sort_by_key(|&local| {
            let kind = types[local];
            (
                Reverse(used_of(kind)),
                format!("{kind:?}"),
                Reverse(uses[local]),
                local,
            )
        });
        self.numbers = (0..parameters).chain(types.iter().map(|_| 0)).collect();
        let mut groups: Vec<(u32, ValType)> = Vec::new();
        for (number, &local) in (parameters..).zip(&order) {
            self.numbers[parameters as usize + local] = number;
            match groups.last_mut() {
                Some((count, kind)) if *kind == types[local] => *count += 1,
                _ => groups.push((1, types[local])),
            }
        }
        Ok(groups)
    }

    fn renumbered(&self, local: u32) -> u32 {
        self.numbers[local as usize]
    }
}

type Reencoding = reencode::Error<Infallible>;

impl Reencode for Numbered {
    type Error = Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Reencoding> {
        let mut groups = Vec::new();
        for (count, kind) in self.number(&body)? {
            groups.push((count, self.val_type(kind)?));
        }
        self.written += 1;
        let mut function = Function::new(groups);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            function.instruction(&self.parse_instruction(&mut operators)?);
        }
        code.function(&function);
        Ok(())
    }

    /// Says of every access that it is aligned, as most are: what is said is a hint, and means nothing for what is read or
    /// written (WebAssembly 2.0, "memory instructions").
    fn mem_arg(&mut self, arg: wasmparser::MemArg) -> Result<MemArg, Reencoding> {
        let max_align = arg.max_align;
        let arg = reencode::utils::mem_arg(self, arg)?;
        Ok(MemArg {
            align: u32::from(max_align),
            ..arg
        })
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Reencoding> {
        Ok(match reencode::utils::instruction(self, operator)? {
            Instruction::LocalGet(local) => Instruction::LocalGet(self.renumbered(local)),
            Instruction::LocalSet(local) => Instruction::LocalSet(self.renumbered(local)),
            Instruction::LocalTee(local) => Instruction::LocalTee(self.renumbered(local)),
            other => other,
        })
    }
}

/// A module's functions.
struct Functions<'a> {
    /// How many are imported.
    imported: u32,
    /// The types of the others.
    types: Vec<u32>,
    /// Their bodies.
    bodies: Vec<&'a [u8]>,
}

fn functions(wasm: &[u8]) -> Result<Functions<'_>> {
    let mut imported = 0;
    let mut types = Vec::new();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("the widget is no WebAssembly module")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_)) {
                        imported += 1;
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                types = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => bodies.push(&wasm[body.range()]),
            _ => {}
        }
    }
    Ok(Functions {
        imported,
        types,
        bodies,
    })
}

/// The functions, each followed by the one that is most like the few before it; the largest goes first.
fn by_likeness(bodies: &[&[u8]], way: Likeness) -> Vec<usize> {
    let windows: Vec<BTreeSet<&[u8]>> = bodies
        .iter()
        .map(|body| body.windows(way.window).collect())
        .collect();
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, windows) in windows.iter().enumerate() {
        for window in windows {
            holders.entry(window).or_default().push(function);
        }
    }
    let mut rest: BTreeSet<usize> = (0..bodies.len()).collect();
    let mut order = Vec::new();
    let mut next = rest
        .iter()
        .copied()
        .max_by_key(|&function| (bodies[function].len(), usize::MAX - function));
    while let Some(function) = next {
        rest.remove(&function);
        order.push(function);
        let recent = order.iter().rev().take(way.recent);
        let known: BTreeSet<&[u8]> = recent
            .flat_map(|&function| windows[function].iter().copied())
            .collect();
        let mut common = vec![0; bodies.len()];
        for window in known {
            for &holder in &holders[window] {
                common[holder] += 1;
            }
        }
        // Shares are compared as fractions, the earlier function first among equals.
        let size = |function: usize| windows[function].len() + way.bias;
        next = rest.iter().copied().reduce(|best, other| {
            if common[other] * size(best) > common[best] * size(other) {
                other
            } else {
                best
            }
        });
    }
    order
}

/// Writes a module anew with its functions in order.
struct Arranged {
    imported: u32,
    /// Which function comes at each place.
    order: Vec<usize>,
    /// At which place each function comes, or the one that stands for it.
    places: Vec<u32>,
}

impl Reencode for Arranged {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(match function.checked_sub(self.imported) {
            Some(own) => self.imported + self.places[own as usize],
            None => function,
        })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, MemorySection, MemoryType, TypeSection};
    use wasmparser::ExternalKind;

    /// A module that imports one function and exports one a constant, which returns it; the last calls the first too.
    fn module(constants: &[i32]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [wasm_encoder::ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("host", "f", wasm_encoder::EntityType::Function(0));
        let (mut functions, mut exports, mut code) = (
            FunctionSection::new(),
            ExportSection::new(),
            CodeSection::new(),
        );
        for (at, constant) in (1..).zip(constants) {
            functions.function(0);
            exports.export(&constant.to_string(), ExportKind::Func, at);
            let mut body = Function::new([]);
            if at as usize == constants.len() {
                body.instruction(&Instruction::Call(1));
                body.instruction(&Instruction::Drop);
            }
            body.instruction(&Instruction::I32Const(*constant));
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&exports)
            .section(&code);
        module.finish()
    }

    /// What each exported function returns, and the constant of the function that it calls.
    fn meaning(wasm: &[u8]) -> Vec<(String, i32, Option<i32>)> {
        let mut exports = Vec::new();
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("a module") {
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.expect("an export");
                        assert_eq!(export.kind, ExternalKind::Func);
                        exports.push((export.name.to_owned(), export.index as usize - 1));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let (mut constant, mut calls) = (0, None);
                    for operator in body.get_operators_reader().expect("a body") {
                        match operator.expect("an operator") {
                            Operator::I32Const { value } => constant = value,
                            Operator::Call { function_index } => {
                                calls = Some(function_index as usize - 1);
                            }
                            _ => {}
                        }
                    }
                    bodies.push((constant, calls));
                }
                _ => {}
            }
        }
        let constant = |at: usize| bodies[at].0;
        exports
            .into_iter()
            .map(|(name, at)| (name, constant(at), bodies[at].1.map(constant)))
            .collect()
    }

    #[test]
    fn a_module_means_the_same_in_another_order() {
        for constants in [
            &[7][..],
            &[1, 2, 3],
            &[4, 4, 4],
            &[70_000, 5, 70_001, 6, 70_002],
        ] {
            let before = module(constants);
            let after = arrange(&before, &HashMap::new()).expect("arranged");
            assert_eq!(meaning(&after), meaning(&before), "{constants:?}");
        }
        let before = module(&[70_000, 5, 70_001, 6, 70_002]);
        assert_ne!(arrange(&before, &HashMap::new()).expect("arranged"), before);
    }

    #[test]
    fn imports_that_are_the_same_are_one() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([wasm_encoder::ValType::I32], []);
        let mut imports = ImportSection::new();
        for (name, kind) in [("a", 0), ("b", 0), ("c", 1), ("d", 0)] {
            imports.import("host", name, EntityType::Function(kind));
        }
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        let mut body = Function::new([]);
        for called in [0, 1, 3, 4] {
            body.instruction(&Instruction::Call(called));
        }
        body.instruction(&Instruction::End);
        functions.function(0);
        code.function(&body);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&code);
        // `b` and `c` are `a` by another name, and `c` is of another type.
        let same = ["b", "c"].map(|name| (name.to_owned(), "a".to_owned()));
        let after = arrange(&module.finish(), &HashMap::from(same)).expect("arranged");
        let mut said = Vec::new();
        for payload in Parser::new(0).parse_all(&after) {
            match payload.expect("a module") {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.expect("an import");
                        said.push(format!("{} {:?}", import.name, import.ty));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().expect("a body") {
                        if let Operator::Call { function_index } = operator.expect("an operator") {
                            said.push(function_index.to_string());
                        }
                    }
                }
                _ => {}
            }
        }
        assert_eq!(
            said.join(", "),
            "a Func(0), a Func(1), d Func(0), 0, 0, 2, 3"
        );
    }

    #[test]
    fn functions_that_do_the_same_are_one() {
        for (constants, left) in [
            (&[7][..], 1),
            (&[1, 2, 3], 3),
            (&[4, 4, 4], 2),
            (&[5, 5, 6, 6, 5], 3),
        ] {
            let merged = merge(module(constants)).expect("merged");
            assert_eq!(
                functions(&merged).expect("a module").bodies.len(),
                left,
                "{constants:?}"
            );
        }
    }

    #[test]
    fn the_largest_goes_first_and_what_is_like_it_follows() {
        let way = Likeness {
            window: 5,
            recent: 3,
            bias: 20,
        };
        let order = by_likeness(
            &[b"abcdefgh", b"01234567", b"abcdefghi", b"0123456789ab"],
            way,
        );
        assert_eq!(order, [3, 1, 0, 2]);
    }

    #[test]
    fn every_access_is_said_to_be_aligned() {
        let mut types = TypeSection::new();
        types.ty().function([wasm_encoder::ValType::I32], []);
        let (mut functions, mut memories, mut code) = (
            FunctionSection::new(),
            MemorySection::new(),
            CodeSection::new(),
        );
        functions.function(0);
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut body = Function::new([]);
        for align in [0, 3, 2] {
            body.instruction(&Instruction::LocalGet(0));
            body.instruction(&Instruction::I64Load(MemArg {
                offset: 8,
                align,
                memory_index: 0,
            }));
            body.instruction(&Instruction::Drop);
        }
        body.instruction(&Instruction::End);
        code.function(&body);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&functions)
            .section(&memories)
            .section(&code);
        let after = arrange(&module.finish(), &HashMap::new()).expect("arranged");
        let bodies = functions_of(&after);
        let aligned = [0x20, 0, 0x29, 3, 8, 0x1a];
        assert_eq!(
            bodies,
            [[&[0][..], &aligned, &aligned, &aligned, &[0x0b]].concat()]
        );
    }

    fn functions_of(wasm: &[u8]) -> Vec<Vec<u8>> {
        let bodies = functions(wasm).expect("a module").bodies;
        bodies.into_iter().map(<[u8]>::to_vec).collect()
    }

    /// A function of one parameter and these variables, which uses each so many times.
    fn function(variables: &[(wasm_encoder::ValType, usize)]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([wasm_encoder::ValType::I32], []);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        functions.function(0);
        let mut body = Function::new(variables.iter().map(|(kind, _)| (1, *kind)));
        for (number, (_, uses)) in (1..).zip(variables) {
            for _ in 0..*uses {
                body.instruction(&Instruction::LocalGet(number));
                body.instruction(&Instruction::Drop);
            }
        }
        body.instruction(&Instruction::LocalGet(0));
        body.instruction(&Instruction::Drop);
        body.instruction(&Instruction::End);
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        module.finish()
    }

    #[test]
    fn what_is_used_most_has_the_lowest_number_of_its_type() {
        use wasm_encoder::ValType::{F64, I32};
        let before = function(&[(F64, 1), (I32, 1), (I32, 3), (F64, 2), (I32, 2)]);
        let after = arrange(&before, &HashMap::new()).expect("arranged");
        let mut said = Vec::new();
        for payload in Parser::new(0).parse_all(&after) {
            if let Payload::CodeSectionEntry(body) = payload.expect("a module") {
                for local in body.get_locals_reader().expect("variables") {
                    said.push(format!("{:?}", local.expect("a variable")));
                }
                for operator in body.get_operators_reader().expect("a body") {
                    if let Operator::LocalGet { local_index } = operator.expect("an operator") {
                        said.push(local_index.to_string());
                    }
                }
            }
        }
        assert_eq!(said.join(" "), "(3, I32) (2, F64) 5 3 1 1 1 4 4 2 2 0");
    }
}
