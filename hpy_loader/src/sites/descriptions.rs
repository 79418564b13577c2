//! What a file says about the addresses of its code.

use super::debug_file;
use super::frame::{CFrame, SourceLine};
use super::symbols::Symbols;
use crate::platform::images::{Image, read_object};
use addr2line::Loader;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The symbols and the debug information of a file.
struct Description {
    symbols: Symbols,
    /// Debug information, from this file or one that it points to.
    lines: Option<Loader>,
}

impl Description {
    fn new(image: &Image) -> Self {
        let elsewhere = debug_file::find(image);
        let symbols = match &elsewhere {
            Some(path) => read_object(path).as_ref().map(Symbols::new),
            None => image.file.as_ref().map(Symbols::new),
        };
        Self {
            symbols: symbols.unwrap_or_default(),
            lines: Loader::new(elsewhere.as_ref().unwrap_or(&image.path)).ok(),
        }
    }

    /// The frames at an address of the file, inlined ones first.
    fn frames(&self, object: &Path, address: u64) -> Vec<CFrame> {
        let symbol = self.symbols.find(address);
        let plain = CFrame {
            function: symbol.as_ref().map(|(name, _)| demangle(name)),
            object: object.to_owned(),
            offset: address as usize,
            distance: symbol.map(|(_, extent)| (address - extent.start) as usize),
            ..CFrame::default()
        };
        let mut frames = self.inlined(&plain, address).unwrap_or_default();
        match frames.last_mut() {
            // Code without debug information in a library that has some.
            Some(last) if last.function.is_none() => last.function = plain.function,
            Some(_) => {}
            None => frames.push(plain),
        }
        frames
    }

    fn inlined(&self, plain: &CFrame, address: u64) -> Option<Vec<CFrame>> {
        let mut iterator = self.lines.as_ref()?.find_frames(address).ok()?;
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = iterator.next() {
            let function = frame
                .function
                .as_ref()
                .and_then(|name| name.demangle().ok());
            let place = frame.location.and_then(|location| {
                Some(SourceLine {
                    file: location.file?.into(),
                    line: location.line.unwrap_or(0),
                })
            });
            frames.push(CFrame {
                function: function.map(|name| name.into_owned()),
                place,
                distance: None,
                inlined: true,
                ..plain.clone()
            });
        }
        let last = frames.last_mut()?;
        last.inlined = false;
        last.distance = plain.distance;
        Some(frames)
    }
}

fn demangle(name: &str) -> String {
    addr2line::demangle_auto(name.into(), None).into_owned()
}

type Descriptions = FxHashMap<PathBuf, Description>;

/// The files that were read. They stay: reports come in bunches.
static DESCRIPTIONS: LazyLock<Mutex<Descriptions>> = LazyLock::new(Mutex::default);

fn description<'a>(descriptions: &'a mut Descriptions, image: &Image) -> &'a Description {
    descriptions
        .entry(image.path.clone())
        .or_insert_with(|| Description::new(image))
}

/// The frames at an address in memory, inlined ones first.
pub fn describe(image: &Image, address: usize) -> Vec<CFrame> {
    let mut descriptions = DESCRIPTIONS.lock();
    let description = description(&mut descriptions, image);
    description.frames(&image.path, address.wrapping_sub(image.base) as u64)
}

/// The extent of the function that begins at `address`, as far as its symbol tells.
pub fn extent(image: &Image, address: usize) -> Option<(usize, usize)> {
    let mut descriptions = DESCRIPTIONS.lock();
    let description = description(&mut descriptions, image);
    let start = address.wrapping_sub(image.base) as u64;
    let (_, extent) = description.symbols.find(start)?;
    let size = (extent.end - extent.start) as usize;
    (extent.start == start).then_some((address, address + size))
}
