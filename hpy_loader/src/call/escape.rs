//! What must not leave a C function by any way but a return: exceptions, and the end of a
//! thread. [`call_frame`](crate::platform::call_frame) stops it.

use crate::debug::Debug;
use crate::platform::call_frame::{Cause, Escape};
use crate::platform::exceptions;
use crate::report::report_line;
use crate::sites::Site;
use crate::spec;

/// Says what it is and which function it leaves. In debug mode the process ends with that.
/// Else it ends as C++ has it, or with `abort`.
pub(crate) fn report(escape: &Escape) {
    let what = match escape.cause {
        Cause::ThreadEnd => String::new(),
        Cause::Exception(class, exception) => exceptions::describe(class, exception),
    };
    Debug::report_escape(&escape.cause, &what);
    let site = Site::of_function(escape.function);
    let frame = site.frames().pop().filter(|_| !site.is_in_vm());
    let function = match &frame {
        Some(frame) => {
            let name = spec::name_of(escape.function);
            let name = name.map_or_else(String::new, |name| format!("{name} in "));
            format!("{frame} ({name}{})", frame.library())
        }
        None => "that a library runs when it is loaded".to_owned(),
    };
    match escape.cause {
        Cause::ThreadEnd => report_line!(
            "Fatal Python error: a thread is ended in the C function {function}: it called \
             pthread_exit, or somebody has cancelled it"
        ),
        Cause::Exception(..) => report_line!(
            "Fatal Python error: an exception leaves the C function {function}: {what}"
        ),
    }
}
