//! Frames of reports as Python gets them.

use hpy_loader::sites::{CFrame, PythonFrame, PythonStack, Site};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, VirtualMachine};

/// The frames of C, innermost first, without those of HPy's own helpers: a list
/// of tuples (text, function, file, line, object, offset).
pub fn c_frames(site: Site, vm: &VirtualMachine) -> PyObjectRef {
    let frames = site.frames();
    let own = frames.iter().filter(|frame| !frame.is_helper());
    let frames = own.map(|frame| c_frame(frame, vm)).collect();
    vm.ctx.new_list(frames).into()
}

fn c_frame(frame: &CFrame, vm: &VirtualMachine) -> PyObjectRef {
    let place = frame.place.as_ref();
    let file = place.map(|place| vm.fsdecode(place.file.as_os_str()));
    let fields = vec![
        vm.ctx.new_str(frame.to_string()).into(),
        frame.function.as_deref().to_pyobject(vm),
        file.to_pyobject(vm),
        place.map(|place| place.line).to_pyobject(vm),
        vm.fsdecode(frame.object.as_os_str()).into(),
        frame.offset.to_pyobject(vm),
    ];
    vm.ctx.new_tuple(fields).into()
}

/// The frames of Python, innermost first: a list of tuples (function, file, line).
pub fn python_frames(stack: PythonStack, vm: &VirtualMachine) -> PyObjectRef {
    let frames = stack.frames();
    let tuple = |frame: PythonFrame| {
        let fields = vec![
            vm.ctx.new_str(frame.function).into(),
            vm.ctx.new_str(frame.file).into(),
            frame.line.to_pyobject(vm),
        ];
        vm.ctx.new_tuple(fields).into()
    };
    vm.ctx
        .new_list(frames.into_iter().map(tuple).collect())
        .into()
}
