//! Loading a file in a process of its own.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use crate::fixture::{Workshop, open};

/// How loading ended.
pub enum End {
    Loaded,
    /// With this error.
    Refused(String),
    /// It was loaded, and then its own code crashed, in a process that the system's loader
    /// survived: it was led to another symbol or address, which could have been the right one.
    Astray(String),
    /// The process did not live, or the error says too little.
    Failed(String),
}

const LOADED: i32 = 0;
const REFUSED: i32 = 10;
const UNCLEAR: i32 = 11;
const PANICKED: i32 = 12;
const ASTRAY: i32 = 13;

/// After so many seconds the process is taken for one that hangs.
const SECONDS: libc::c_uint = 20;

pub fn load_image(workshop: &Workshop, image: &[u8]) -> End {
    let path = workshop.file("mutant.hpy0.so", image);
    let output = File::create(workshop.path("output")).expect("a file for the output");
    // SAFETY: this program has no other thread, so the child may do anything.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "cannot fork");
    if child == 0 {
        // SAFETY: descriptors of this process, and a timer.
        unsafe {
            libc::dup2(output.as_raw_fd(), libc::STDERR_FILENO);
            libc::dup2(output.as_raw_fd(), libc::STDOUT_FILENO);
            libc::alarm(SECONDS);
        }
        crash::watch();
        // Not a return: the finalisers of the library run at the exit, and the folder is the
        // parent's.
        std::process::exit(std::panic::catch_unwind(|| load(&path)).unwrap_or(PANICKED));
    }
    let mut status = 0;
    // SAFETY: waits for the child from above.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    let said = || {
        let said = std::fs::read(workshop.path("output")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        said.lines().take(3).collect::<Vec<_>>().join("; ")
    };
    match (libc::WIFEXITED(status), libc::WEXITSTATUS(status)) {
        (true, LOADED) => End::Loaded,
        (true, REFUSED) => End::Refused(said()),
        (true, ASTRAY) => End::Astray(said()),
        (true, code) => End::Failed(format!("exit code {code}; {}", said())),
        (false, _) => End::Failed(format!("signal {}; {}", libc::WTERMSIG(status), said())),
    }
}

fn load(path: &std::path::Path) -> i32 {
    match open("foo", path) {
        Ok(library) => {
            // SAFETY: the fixture keeps the pointer and returns an address.
            let initialised = unsafe {
                library.init_global_context(std::ptr::dangling_mut());
                library.init()
            };
            if initialised.is_ok() { LOADED } else { REFUSED }
        }
        Err(error) => {
            let text = error.to_string();
            let version = text.contains("requires unsupported version");
            let names_file = version || text.contains(&path.display().to_string());
            eprintln!("{text}");
            match names_file && !error.cause().to_string().is_empty() {
                true => REFUSED,
                false => UNCLEAR,
            }
        }
    }
}

/// Tells crashes of the library's code from those of the system's loader.
mod crash {
    use std::ffi::{CStr, c_int, c_void};
    use std::ops::Range;
    use std::sync::OnceLock;

    /// Where the system's loader is in memory.
    static LOADER: OnceLock<Range<usize>> = OnceLock::new();

    /// The loader itself does not abort, it exits.
    const SIGNALS: [c_int; 5] = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGILL,
        libc::SIGFPE,
        libc::SIGABRT,
    ];

    /// Room for the handler, since the stack may be what is used up.
    const STACK: usize = 1 << 16;

    pub fn watch() {
        LOADER.get_or_init(find_loader);
        let stack = libc::stack_t {
            ss_sp: Box::leak(Box::new([0_u8; STACK])).as_mut_ptr().cast(),
            ss_flags: 0,
            ss_size: STACK,
        };
        // SAFETY: the stack stays, and the handler does nothing but end the process.
        unsafe {
            libc::sigaltstack(&raw const stack, std::ptr::null_mut());
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = judge as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
            for signal in SIGNALS {
                libc::sigaction(signal, &raw const action, std::ptr::null_mut());
            }
        }
    }

    /// Ends the process, in a way that its parent understands, if the code at fault is not
    /// the loader's; returns into the same crash otherwise.
    extern "C" fn judge(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
        // SAFETY: the system passes the context of the code at fault.
        let context = unsafe { &*context.cast::<libc::ucontext_t>() };
        #[cfg(target_arch = "x86_64")]
        let at = context.uc_mcontext.gregs[libc::REG_RIP as usize] as usize;
        #[cfg(target_arch = "aarch64")]
        let at = context.uc_mcontext.pc as usize;
        if LOADER.get().is_some_and(|loader| !loader.contains(&at)) {
            // SAFETY: always safe.
            unsafe { libc::_exit(super::ASTRAY) };
        }
    }

    fn find_loader() -> Range<usize> {
        unsafe extern "C" fn examine(
            info: *mut libc::dl_phdr_info,
            _: usize,
            found: *mut c_void,
        ) -> c_int {
            // SAFETY: the system's description, whole during the call, and our own range.
            unsafe {
                let (info, found) = (&*info, &mut *found.cast::<Range<usize>>());
                let name = CStr::from_ptr(info.dlpi_name).to_string_lossy();
                if !name.contains("/ld-") {
                    return 0;
                }
                let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
                let ends = headers
                    .iter()
                    .filter(|header| header.p_type == libc::PT_LOAD);
                let end = ends.map(|header| header.p_vaddr + header.p_memsz).max();
                *found = info.dlpi_addr as usize..(info.dlpi_addr + end.unwrap_or(0)) as usize;
            }
            1
        }
        let mut found = 0..0;
        // SAFETY: the callback gets the range, which outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(examine), (&raw mut found).cast()) };
        assert!(!found.is_empty(), "the system's loader is not to be found");
        found
    }
}
