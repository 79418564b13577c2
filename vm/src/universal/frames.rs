//! Frames of reports as Python gets them.

use hpy_loader::sites::{CFrame, PythonStack, Site};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, VirtualMachine};

/// The frames of C, innermost first, without those of HPy's own helpers: a list
/// of tuples (text, function, file, line, object, offset).
pub fn c_frames(site: Site, vm: &VirtualMachine) -> PyObjectRef {
    let tuple = |frame: &CFrame| {
        let place = frame.place.as_ref();
        let fields = (
            frame.to_string(),
            frame.function.as_deref(),
            place.map(|place| vm.fsdecode(place.file.as_os_str())),
            place.map(|place| place.line),
            vm.fsdecode(frame.object.as_os_str()),
            frame.offset,
        );
        fields.to_pyobject(vm)
    };
    let frames = site.frames();
    let own = frames.iter().filter(|frame| !frame.is_helper());
    own.map(tuple).collect::<Vec<_>>().to_pyobject(vm)
}

/// The frames of Python, innermost first: a list of tuples (function, file, line).
pub fn python_frames(stack: PythonStack, vm: &VirtualMachine) -> PyObjectRef {
    let frames = stack.frames().into_iter();
    let tuples = frames.map(|frame| (frame.function, frame.file, frame.line).to_pyobject(vm));
    tuples.collect::<Vec<_>>().to_pyobject(vm)
}
