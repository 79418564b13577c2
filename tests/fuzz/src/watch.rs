//! Watches the process that plays, and finds the shortest input that it fails for.

use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hpyvm_properties::Manners;
use hpyvm_properties::fuzz::{Work, input, manners_of, minimise};

use crate::{Command, Vm};

/// An input takes less than a millisecond, but a machine may have much else to do.
const HANG: Duration = Duration::from_secs(30);

/// The same for inputs that are tried to be shorter, of which there are many.
const HANG_ALONE: Duration = Duration::from_secs(3);

/// How a process has ended.
struct End {
    /// What went wrong; none if nothing did.
    failure: Option<String>,
    /// The input that it was at.
    number: u64,
}

/// Plays all that the command says.
pub fn run(command: &Command) -> Result<()> {
    let started = Instant::now();
    let work = format!(
        "seed={} first={} count={}",
        command.seed, command.first, command.count
    );
    if command.trace || command.numbers.is_some() {
        return show(command, work);
    }
    let end = watch(command, &work, HANG)?;
    let seconds = started.elapsed().as_secs_f64();
    let Some(failure) = end.failure else {
        println!(
            "{:?}, {:?}: {} inputs from seed {}, {seconds:.0} s, nothing found",
            command.vm, command.mode, command.count, command.seed
        );
        return Ok(());
    };
    let (seed, number) = (command.seed, end.number);
    let careful = u8::from(manners_of(number) == Manners::Careful);
    let alone = |numbers: String| {
        let work = format!("careful={careful} numbers={numbers}");
        watch(command, &work, HANG_ALONE)
            .ok()
            .and_then(|end| end.failure)
    };
    let whole = input(seed, number);
    let Some(text) = alone(whole.as_text()) else {
        bail!("{failure}\n  seed {seed}, number {number}, but not alone");
    };
    eprintln!("{failure}\n  seed {seed}, number {number}, which fails alone: {text}");
    let (shortest, text) = minimise(whole, text, |input| alone(input.as_text()));
    bail!("{text}\n  made shorter: --numbers {}", shortest.as_text())
}

/// Plays one input, and shows its calls.
fn show(command: &Command, plan: String) -> Result<()> {
    let work = match &command.numbers {
        Some(numbers) => {
            let careful = u8::from(command.careful);
            format!("trace=1 careful={careful} numbers={numbers}")
        }
        None => format!("{plan} trace=1"),
    };
    let status = process(command, &work)?.status()?;
    match status.success() {
        true => Ok(()),
        false => bail!("{status}"),
    }
}

/// The process that plays.
fn process(command: &Command, work: &str) -> Result<Process> {
    let this = std::env::current_exe()?;
    let mut process = match command.vm {
        Vm::Toy | Vm::Moving => Process::new(&this),
        Vm::Hpyvm => {
            let beside = || this.with_file_name("hpyvm");
            Process::new(command.hpyvm.clone().unwrap_or_else(beside))
        }
    };
    let mode = format!("{:?}", command.mode).to_lowercase();
    match command.vm {
        Vm::Toy | Vm::Moving => {
            process.arg(format!("{:?}", command.vm).to_lowercase());
            process.arg(&mode);
        }
        Vm::Hpyvm => {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            process.arg(root.join("tests/python/fuzz_calls.py"));
            process
                .env("PYTHONPATH", &command.extension)
                .env("HPY", &mode);
        }
    }
    process.env(Work::VARIABLE, work).stdin(Stdio::null());
    Ok(process)
}

/// Has a process play, and waits for its end.
fn watch(command: &Command, work: &str, limit: Duration) -> Result<End> {
    let directory = tempfile::tempdir()?;
    let progress = directory.path().join("progress");
    let (output, errors) = (
        directory.path().join("output"),
        directory.path().join("errors"),
    );
    let work = format!("{work} progress={}", progress.display());
    let mut child = process(command, &work)?
        .stdout(std::fs::File::create(&output)?)
        .stderr(std::fs::File::create(&errors)?)
        .spawn()
        .context("the process that plays cannot be started")?;
    let at = || {
        let bytes = std::fs::read(&progress).unwrap_or_default();
        bytes.try_into().map_or(0, u64::from_le_bytes)
    };
    let status = wait(&mut child, at, limit)?;
    let said = std::fs::read(&errors)?;
    let said = String::from_utf8_lossy(&said);
    let tail: Vec<&str> = said.lines().rev().take(12).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    let panic = said.lines().find(|line| line.contains("panicked at"));
    let failure = match (status, panic) {
        (None, _) => Some(format!("it hangs: {}", tail.join("\n"))),
        (Some(status), None) if status.success() => None,
        (Some(status), Some(panic)) if status.success() => Some(panic.to_owned()),
        (Some(status), _) => Some(format!("{status}: {}", tail.join("\n"))),
    };
    Ok(End {
        failure,
        number: at(),
    })
}

/// Waits for the end; none if there is no progress for long.
fn wait(
    child: &mut Child,
    at: impl Fn() -> u64,
    limit: Duration,
) -> Result<Option<std::process::ExitStatus>> {
    let (mut last, mut since) = (at(), Instant::now());
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(200));
        let now = at();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        if since.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
    }
}
