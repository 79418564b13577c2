//! What an address means to a person.

use super::symbols::Symbols;
use super::{debug_file, stacks};
use crate::platform::images::Image;
use addr2line::Loader;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// One frame of C: a function, and as far as known where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The function's name, demangled. Unknown in a stripped library.
    pub function: Option<String>,
    /// Source file and line, if the library has debug information.
    pub place: Option<Place>,
    /// The library's file.
    pub object: PathBuf,
    /// The address in that file, as `addr2line` and `objdump` take it.
    pub offset: usize,
    /// The distance from the beginning of the function, where its symbol is known.
    pub distance: Option<usize>,
    /// Whether the compiler has inlined the function into that of the next frame.
    pub inlined: bool,
    /// Whether only the function is known. The place is its beginning then.
    pub whole_function: bool,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the compiler was told, made absolute by where it ran.
    pub file: PathBuf,
    /// Counted from 1; 0 if the compiler could tell no line.
    pub line: u32,
}

impl Frame {
    /// Whether the function is one of HPy's own, which its headers bring into
    /// every extension. The frame after it is the one that its author knows.
    pub fn is_helper(&self) -> bool {
        self.function.as_deref().is_some_and(stacks::is_helper)
    }
}

/// As a report prints it: `double_impl at /src/triple.c:12`. Without debug
/// information `double_impl+0x1c in /lib/triple.hpy0.so+0x11bc`, and without
/// symbols the last part alone.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(f, "{function}")?;
        }
        if let Some(Place { file, line }) = &self.place {
            let separator = if self.function.is_some() { " at " } else { "" };
            return write!(f, "{separator}{}:{line}", file.display());
        }
        if let Some(distance) = self.distance {
            write!(f, "+{distance:#x}")?;
        }
        let separator = if self.function.is_some() { " in " } else { "" };
        write!(f, "{separator}{}+{:#x}", self.object.display(), self.offset)
    }
}

/// What a file says about its code.
struct Description {
    symbols: Symbols,
    /// Debug information, from this file or one that it points to.
    lines: Option<Loader>,
}

impl Description {
    fn of_file(path: &Path) -> Self {
        let elsewhere = debug_file::find(path);
        let file = elsewhere.as_deref().unwrap_or(path);
        Self {
            symbols: Symbols::of_file(file),
            lines: Loader::new(file).ok(),
        }
    }

    /// The frames at an address of the file, inlined ones first.
    fn frames(&self, object: &Path, address: u64) -> Vec<Frame> {
        let symbol = self.symbols.find(address);
        let plain = Frame {
            function: symbol.map(|(name, _)| demangle(name)),
            place: None,
            object: object.to_owned(),
            offset: address as usize,
            distance: symbol.map(|(_, start)| (address - start) as usize),
            inlined: false,
            whole_function: false,
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

    fn inlined(&self, plain: &Frame, address: u64) -> Option<Vec<Frame>> {
        let mut iterator = self.lines.as_ref()?.find_frames(address).ok()?;
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = iterator.next() {
            let function = frame
                .function
                .as_ref()
                .and_then(|name| name.demangle().ok());
            let place = frame.location.and_then(|location| {
                Some(Place {
                    file: location.file?.into(),
                    line: location.line.unwrap_or(0),
                })
            });
            frames.push(Frame {
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
        .or_insert_with(|| Description::of_file(&image.path))
}

fn describe(image: &Image, address: usize) -> Vec<Frame> {
    let mut descriptions = DESCRIPTIONS.lock();
    let description = description(&mut descriptions, image);
    description.frames(&image.path, address.wrapping_sub(image.base) as u64)
}

/// The name of the function that a call was made from, not the inlined ones';
/// empty if it is not known.
pub fn function_name(image: &Image, return_address: usize) -> String {
    let function = describe(image, return_address - 1).pop();
    function
        .and_then(|frame| frame.function)
        .unwrap_or_default()
}

/// The extent of the function that begins at `address`, as far as its symbol tells.
pub fn extent(image: &Image, address: usize) -> Option<(usize, usize)> {
    let mut descriptions = DESCRIPTIONS.lock();
    let description = description(&mut descriptions, image);
    let start = address.wrapping_sub(image.base) as u64;
    let size = description.symbols.size(start)?;
    Some((address, address + size as usize))
}

/// The frames of a stack of return addresses.
pub fn of_returns(addresses: &[usize]) -> Vec<Frame> {
    // A return address is the next instruction, which may be another line's.
    addresses
        .iter()
        .flat_map(|address| of_address(address - 1))
        .collect()
}

/// The frame of a function of which only the beginning is known.
pub fn of_function(address: usize) -> Vec<Frame> {
    let mut frames = of_address(address);
    for frame in &mut frames {
        frame.whole_function = true;
        frame.distance = None;
    }
    frames
}

fn of_address(address: usize) -> Vec<Frame> {
    let image: Option<Arc<Image>> = stacks::image(address);
    match image {
        Some(image) => describe(&image, address),
        // Code that no file was mapped for: made at run time.
        None => vec![Frame {
            function: None,
            place: None,
            object: PathBuf::from("?"),
            offset: address,
            distance: None,
            inlined: false,
            whole_function: false,
        }],
    }
}
