//! The Python frames of a thread, for reports of debug mode.

use crate::host::RustPython;
use hpy_loader::sites::{Position, PythonFrame};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::frame::InterpreterFrame;
use rustpython_vm::vm::thread::get_current_frame;
use std::ops::ControlFlow;

/// Frozen modules that stand between a program and its extensions, and are no news.
/// Their file is their name.
const MACHINERY: &[&str] = &[
    "_frozen_importlib",
    "importlib._bootstrap",
    "runpy",
    "hpy.",
    "<frozen ",
];

fn is_machinery(code: &PyCode) -> bool {
    let file = code.source_path().as_str();
    !file.ends_with(".py") && MACHINERY.iter().any(|module| file.starts_with(module))
}

/// Visits the frames of this thread that are the program's, innermost first.
#[inline]
fn for_each_frame(mut visit: impl FnMut(&InterpreterFrame) -> ControlFlow<()>) {
    let mut current = get_current_frame();
    while !current.is_null() {
        // SAFETY: the thread's own chain of frames that have not returned. They
        // stay while the thread is here.
        let frame = unsafe { &*current };
        if !is_machinery(frame.code()) && visit(frame).is_break() {
            return;
        }
        current = frame.previous();
    }
}

fn position(frame: &InterpreterFrame) -> Position {
    Position {
        code: std::ptr::from_ref(frame.code()).addr(),
        place: frame.get_lasti(),
    }
}

/// Visits the positions of those frames.
pub fn walk(visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
    for_each_frame(|frame| visit(position(frame)));
}

/// Describes a position of a frame that is there now, and keeps its code
/// alive for good, so that no other gets its address.
pub fn describe(runtime: &RustPython, wanted: Position) -> PythonFrame {
    let mut found = None;
    for_each_frame(|frame| {
        if position(frame) != wanted {
            return ControlFlow::Continue(());
        }
        found = Some(frame.code().to_owned());
        ControlFlow::Break(())
    });
    let Some(code) = found else {
        return PythonFrame {
            function: "?".to_owned(),
            file: "?".to_owned(),
            line: 0,
        };
    };
    let first_line = code.first_line_number.map_or(0, |line| line.get());
    // The index is one past the instruction.
    let instruction = (wanted.place as usize).checked_sub(1);
    let location = instruction.and_then(|index| code.locations.get(index));
    let frame = PythonFrame {
        function: code.qualname.as_str().to_owned(),
        file: code.source_path().as_str().to_owned(),
        line: location.map_or(first_line, |(start, _)| start.line.get()) as u32,
    };
    runtime.codes.lock().insert(wanted.code, code);
    frame
}
