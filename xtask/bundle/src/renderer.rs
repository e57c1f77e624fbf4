//! The renderer and its glue: wasm-bindgen, then everything that keeps dead code alive cut, then wasm-opt.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    glue::{self, Glue},
    tools::Tools,
};

/// The two files a browser needs beside each other.
pub(crate) struct Renderer {
    pub(crate) glue: Vec<u8>,
    pub(crate) wasm: Vec<u8>,
}

/// Binds, cuts and shrinks the widget that rustc compiled.
pub(crate) fn make(compiled: &Path, tools: &Tools) -> Result<Renderer> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("widget")
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen.generate_output().context("wasm-bindgen refused the widget")?;
    ensure!(
        output.local_modules().is_empty()
            && output.npm_dependencies().is_empty()
            && output.snippets().values().all(Vec::is_empty),
        "the widget links JavaScript modules of its own, which the bundle does not carry"
    );

    let mut glue = Glue::parse(output.js())?;
    let names = Names::new(output.wasm_mut().imports.iter().map(|import| import.name.clone()));
    for import in output.wasm_mut().imports.iter_mut() {
        import.module = glue::IMPORT_MODULE.to_owned();
        import.name = names.short(&import.name)?;
    }
    glue.rename_imports(&names.by_long)?;

    // An export that the glue never mentions keeps code alive, and a function of the glue that no code imports keeps
    // exports alive; each round frees some of the other side, and two or three rounds end it.
    let mut text = tools.module(&glue.text(), false)?;
    loop {
        let wanted = glue::exports_used(&text);
        let module = output.wasm_mut();
        let unwanted: Vec<_> =
            module.exports.iter().filter(|export| !wanted.contains(&export.name)).map(|export| export.id()).collect();
        for id in &unwanted {
            module.exports.delete(*id);
        }
        let wasm = tools.wasm_opt(&module.emit_wasm(), false)?;
        let dropped = glue.keep_imports(&imports_of(&wasm)?);
        if unwanted.is_empty() && dropped == 0 {
            break;
        }
        text = tools.module(&glue.text(), false)?;
    }

    let module = output.wasm_mut();
    let exports = Names::new(module.exports.iter().map(|export| export.name.clone()));
    for export in module.exports.iter_mut() {
        export.name = exports.short(&export.name)?;
    }
    let wasm = tools.wasm_opt(&module.emit_wasm(), true)?;
    glue.keep_imports(&imports_of(&wasm)?);
    glue.rename_exports(&exports.by_long);
    let glue = tools.module(&glue.text(), true)?;
    Ok(Renderer { glue: glue.into_bytes(), wasm })
}

/// One or two letters for each name: wasm-bindgen's carry a hash of sixteen digits, which no compressor can shorten.
struct Names {
    by_long: BTreeMap<String, String>,
}

impl Names {
    fn new(long: impl IntoIterator<Item = String>) -> Self {
        let unique: BTreeSet<String> = long.into_iter().collect();
        Self { by_long: unique.into_iter().enumerate().map(|(index, long)| (long, letters(index))).collect() }
    }

    fn short(&self, long: &str) -> Result<String> {
        self.by_long.get(long).cloned().with_context(|| format!("no short name was made for {long}"))
    }
}

/// `a` … `z`, `aa`, `ba` and so on; two letters could spell a keyword, so the second and later are capitals.
fn letters(mut index: usize) -> String {
    let mut name = String::from(char::from(b'a' + (index % 26) as u8));
    index /= 26;
    while index > 0 {
        index -= 1;
        name.push(char::from(b'A' + (index % 26) as u8));
        index /= 26;
    }
    name
}

/// The names in a module's import section; enough of the format to skip everything else.
fn imports_of(wasm: &[u8]) -> Result<BTreeSet<String>> {
    let mut reader = Reader { rest: wasm.get(8..).context("the renderer is shorter than a wasm header")? };
    while !reader.rest.is_empty() {
        let kind = reader.byte()?;
        let length = reader.number()? as usize;
        let mut section = Reader { rest: reader.take(length)? };
        if kind == 2 {
            return (0..section.number()?).map(|_| section.import()).collect();
        }
    }
    Ok(BTreeSet::new())
}

/// A cursor over wasm's binary format.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).context("the renderer's import section is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned LEB128 number of at most 64 bits.
    fn number(&mut self) -> Result<u64> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            ensure!(shift < 63, "the renderer holds a number of more than 63 bits");
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    fn name(&mut self) -> Result<String> {
        let length = self.number()? as usize;
        Ok(String::from_utf8(self.take(length)?.to_vec())?)
    }

    /// One import: its name; its module and its type are passed over.
    fn import(&mut self) -> Result<String> {
        self.name()?;
        let name = self.name()?;
        let kind = self.byte()?;
        ensure!(kind == 0, "the renderer imports {name}, which is not a function");
        self.number()?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_unique_identifiers() {
        let names: BTreeSet<String> = (0..2_000).map(letters).collect();
        assert_eq!(names.len(), 2_000);
        assert_eq!([letters(0), letters(25), letters(26), letters(27)], ["a", "z", "aA", "bA"]);
    }

    #[test]
    fn imports_are_read_and_other_sections_skipped() {
        // Header, a type section of one empty function type, then one imported function `m.f`.
        let wasm = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, b'm', 1, b'f', 0, 0];
        assert_eq!(imports_of(&wasm).unwrap(), BTreeSet::from(["f".to_owned()]));
        assert!(imports_of(&wasm[..wasm.len() - 1]).is_err());
    }
}
