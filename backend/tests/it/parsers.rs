//! Every parser that a stranger reaches, with the seeds of fuzzing and a few thousand changes to each: the short form of
//! `cargo xtask fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use bearing::http::parsers::PARSERS;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Changed inputs a parser is given.
const CHANGED: usize = 3_000;

/// What parsers stumble over.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"\"",
    b"\\",
    b"{",
    b"[",
    b"]}",
    b",",
    b"%",
    b"%00",
    b"\xff",
    b"\xf0\x9f\x98\x80",
    "\u{202e}".as_bytes(),
    b"-1",
    b"99999999999999999999",
    b"1e999",
    b"\r\n",
];

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect()
}

/// An input with some bytes changed, taken out, doubled or put in.
fn changed(chance: &mut ChaCha8Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..chance.random_range(1..6) {
        let place = chance.random_range(0..=bytes.len());
        let end = (place + chance.random_range(0..20)).min(bytes.len());
        match chance.random_range(0..5) {
            0 => drop(bytes.drain(place..end)),
            1 => drop(bytes.splice(place..place, PIECES[chance.random_range(0..PIECES.len())].iter().copied())),
            2 => {
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
            3 if place < bytes.len() => bytes[place] = chance.random(),
            _ => bytes.truncate(end),
        }
    }
    bytes
}

#[test]
fn what_strangers_send_crashes_no_parser() {
    for (number, (name, parser)) in (0..).zip(PARSERS) {
        let seeds = seeds(name);
        assert!(seeds.len() > 1, "{name} has seeds");
        let mut chance = ChaCha8Rng::seed_from_u64(number);
        let tries = (0..CHANGED).map(|number| changed(&mut chance, seeds[number % seeds.len()].clone()));
        for bytes in seeds.iter().cloned().chain(tries) {
            let caught = std::panic::catch_unwind(|| parser(&bytes));
            assert!(caught.is_ok(), "{name} panics at {:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn every_folder_of_seeds_has_a_parser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for entry in fs::read_dir(folder).expect("the seeds are there") {
        let name = entry.expect("an entry").file_name();
        assert!(PARSERS.iter().any(|(known, _)| name == *known), "{}", name.display());
    }
}
