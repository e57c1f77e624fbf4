//! Screenshots as pixels: decoded, and compared outside the rectangle that is ours.

use std::io::Cursor;

use anyhow::{Context, Result, ensure};
use png::{ColorType, Decoder, Transformations};

/// A rectangle in pixels of the picture; its right and bottom edges are outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// From the left.
    pub left: f64,
    /// From the top.
    pub top: f64,
    /// Where it ends to the right.
    pub right: f64,
    /// Where it ends at the bottom.
    pub bottom: f64,
}

impl Area {
    /// The same rectangle, larger by `margin` pixels on every side.
    pub fn with_margin(self, margin: f64) -> Self {
        Self {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }

    fn holds(self, x: usize, y: usize) -> bool {
        let (x, y) = (exact(x), exact(y));
        x >= self.left.floor() && x < self.right.ceil() && y >= self.top.floor() && y < self.bottom.ceil()
    }
}

/// A picture's width or height is far below 2^32.
fn exact(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// A screenshot.
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Red, green, blue, alpha, row by row.
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    /// Decodes a PNG.
    ///
    /// # Errors
    /// It is none, or one that no browser writes.
    pub fn read(file: &[u8]) -> Result<Self> {
        let mut decoder = Decoder::new(Cursor::new(file));
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().context("not a PNG")?;
        let mut bytes = vec![0; reader.output_buffer_size().context("the picture is too large")?];
        let info = reader.next_frame(&mut bytes).context("a broken PNG")?;
        ensure!(info.color_type == ColorType::Rgba, "{:?} is not decoded here", info.color_type);
        let (pixels, _) = bytes.as_chunks();
        Ok(Self { width: info.width.try_into()?, height: info.height.try_into()?, pixels: pixels.to_vec() })
    }

    /// How many pixels differ outside `except`, and the place of the first that does, from the left and from the top.
    ///
    /// # Errors
    /// The pictures differ in size.
    pub fn changes(&self, other: &Self, except: Option<Area>) -> Result<(usize, Option<(usize, usize)>)> {
        let sizes = [self.width, self.height, other.width, other.height];
        ensure!(self.width == other.width && self.height == other.height, "the pictures' sizes differ: {sizes:?}");
        let mut changed = self
            .pixels
            .iter()
            .zip(&other.pixels)
            .enumerate()
            .filter(|(_, (one, other))| one != other)
            .map(|(at, _)| (at % self.width, at / self.width))
            .filter(|(x, y)| !except.is_some_and(|area| area.holds(*x, *y)));
        let first = changed.next();
        Ok((first.map_or(0, |_| 1 + changed.count()), first))
    }
}
