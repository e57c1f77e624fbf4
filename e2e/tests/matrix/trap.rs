//! A renderer that traps: the real WebAssembly file with the bodies of functions replaced by one instruction.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

/// `unreachable` in a function without local variables, with its length before it.
const TRAP: [u8; 4] = [3, 0, 0x00, 0x0b];

/// The sections that are read, by their ids in the WebAssembly specification.
const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const EXPORTS: u8 = 7;
const CODE: u8 = 10;

/// A module in which every exported function that takes at least `parameters` traps.
///
/// # Errors
/// The bytes are no module of the kind that the build makes, or none of its functions is meant.
pub(crate) fn trapping(module: &[u8], parameters: u32) -> Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm\x01\0\0\0"), "no WebAssembly");
    let (mut types, mut imported, mut functions, mut exported) = (Vec::new(), 0, Vec::new(), BTreeSet::new());
    let mut whole = module[..8].to_vec();
    let mut replaced = 0;
    let mut reader = Reader(&module[8..]);
    while !reader.0.is_empty() {
        let id = reader.byte()?;
        let length = reader.number()?;
        let content = reader.take(length)?;
        let mut section = Reader(content);
        let mut new = None;
        match id {
            TYPES => types = section.many(function_type)?,
            IMPORTS => imported = section.many(is_function)?.into_iter().filter(|function| *function).count(),
            FUNCTIONS => functions = section.many(Reader::number)?,
            EXPORTS => exported = section.many(exported_function)?.into_iter().flatten().collect(),
            CODE => {
                let mut bodies = Vec::new();
                let count = section.number()?;
                write_number(count, &mut bodies);
                for index in 0..count as usize {
                    let size = section.number()?;
                    let body = section.take(size)?;
                    let of = functions.get(index).and_then(|kind: &u32| types.get(*kind as usize));
                    let number = u32::try_from(imported + index)?;
                    if exported.contains(&number) && of.is_some_and(|takes| *takes >= parameters) {
                        bodies.extend(TRAP);
                        replaced += 1;
                    } else {
                        write_number(size, &mut bodies);
                        bodies.extend(body);
                    }
                }
                new = Some(bodies);
            }
            _ => {}
        }
        let content = new.as_deref().unwrap_or(content);
        whole.push(id);
        write_number(u32::try_from(content.len())?, &mut whole);
        whole.extend(content);
    }
    ensure!(replaced > 0, "no exported function takes {parameters} parameters");
    Ok(whole)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("the module ends too early")?;
        self.0 = rest;
        Ok(*first)
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length as usize).context("the module ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<u32> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift).context("a number is too long")?;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// A vector.
    fn many<T>(&mut self, one: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }
}

/// How many parameters a function type takes.
fn function_type(reader: &mut Reader<'_>) -> Result<u32> {
    ensure!(reader.byte()? == 0x60, "a type that is no function's");
    let parameters = reader.many(Reader::byte)?;
    reader.many(Reader::byte)?;
    Ok(u32::try_from(parameters.len())?)
}

/// Whether an import is a function; the renderer imports nothing else but, perhaps, a memory.
fn is_function(reader: &mut Reader<'_>) -> Result<bool> {
    for _ in 0..2 {
        let length = reader.number()?;
        reader.take(length)?;
    }
    let kind = reader.byte()?;
    ensure!(kind == 0, "an import that is no function");
    reader.number()?;
    Ok(true)
}

/// The number of an exported function.
fn exported_function(reader: &mut Reader<'_>) -> Result<Option<u32>> {
    let length = reader.number()?;
    reader.take(length)?;
    let kind = reader.byte()?;
    let number = reader.number()?;
    Ok((kind == 0).then_some(number))
}

fn write_number(mut value: u32, to: &mut Vec<u8>) {
    while value > 0x7f {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}
