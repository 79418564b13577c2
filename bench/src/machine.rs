//! Where the figures come from.

use std::fs;
use std::process::Command;

use serde::Serialize;

/// The machine and what was built on it, for whoever reads the figures later.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// How many of them.
    pub processors: usize,
    /// The one that the rows ran on.
    pub core: usize,
    /// The operating system's kernel.
    pub kernel: String,
    /// The C compiler.
    pub compiler: String,
    /// The Rust compiler.
    pub rustc: String,
    /// Processes that wanted to run when it began, as a hint at other work.
    pub load: String,
    /// When, in UTC.
    pub date: String,
}

impl Machine {
    /// Looks around.
    pub fn describe(core: usize) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = cpuinfo
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
            .map_or_else(
                || std::env::consts::ARCH.to_owned(),
                |(_, name)| name.trim().to_owned(),
            );
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processor,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            core,
            kernel: said(Command::new("uname").args(["-sr"])),
            compiler: said(Command::new("cc").arg("--version")),
            rustc: said(Command::new("rustc").arg("--version")),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
            date: said(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M"])),
        }
    }
}

/// The first line that a command prints.
fn said(command: &mut Command) -> String {
    let output = command
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&output);
    text.lines().next().unwrap_or("unknown").to_owned()
}
