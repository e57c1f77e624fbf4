//! Public data sets, as `cargo xtask setup` leaves them: one CSV file each, with R's column names.

use std::env;
use std::fs;
use std::path::PathBuf;

/// A data set.
pub(crate) struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a data set without quoted fields.
    pub(crate) fn read(name: &str) -> Self {
        let path = folder().join(format!("{name}.csv"));
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read ({error}); run `cargo xtask setup`.", path.display()));
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
        let names = lines.next().unwrap();
        let rows: Vec<Vec<String>> = lines.collect();
        assert!(rows.iter().all(|row| row.len() == names.len()), "{name}: a row is not as long as the header");
        Self { names, rows }
    }

    /// A column as it is written.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        let place = self.names.iter().position(|known| known == name);
        let place = place.unwrap_or_else(|| panic!("no column {name} among {:?}", self.names));
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }

    /// A column of numbers.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.words(name).into_iter().map(|word| word.parse().unwrap()).collect()
    }
}

fn folder() -> PathBuf {
    if let Some(folder) = env::var_os("BEARING_DATASETS") {
        return folder.into();
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.unwrap_or_else(|| {
        let home = env::var_os("HOME").expect("HOME is not set; set BEARING_DATASETS to the folder of the data sets");
        PathBuf::from(home).join(".cache")
    });
    cache.join("bearing/data")
}
