//! `cargo compare`: one C module on every implementation of HPy that is there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use hpyvm_bench::column::columns;
use hpyvm_bench::implementation::{Absent, CPYTHON, CPYTHON_ABI, Implementation, Mode, Role};
use hpyvm_bench::lower_bound::{LOWER_BOUNDS, LowerBound};
use hpyvm_bench::machine::Machine;
use hpyvm_bench::report::{chart, files, table};
use hpyvm_bench::results::Results;
use hpyvm_bench::rounds::{self, Plan};
use hpyvm_bench::rows::{ROWS, Row};
use hpyvm_bench::worker::{Worker, last_core};
use hpyvm_bench::{growth, pypy};
use hpyvm_examples::{
    Abi, Built, CpythonColumn, Environment, Extension, Project, Requirements, Toolchain, VmBuild,
    build_moving, command,
};

/// Measures what operations of HPy cost on hpyvm and on other implementations,
/// from the same binary, and writes table, JSON, CSV and a chart.
#[derive(Debug, Parser)]
#[command(
    name = "compare",
    bin_name = "cargo compare",
    after_help = "Exit status: 0, or 1 if a target is missed with --strict, 2 if something could not\n\
                  be measured."
)]
struct Arguments {
    /// Fewer and shorter rounds: an overview within two minutes.
    #[arg(long)]
    quick: bool,
    /// Samples of each row, at least 9.
    #[arg(long, value_parser = clap::value_parser!(u16).range(9..))]
    rounds: Option<u16>,
    /// Milliseconds that each sample takes.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    batch: Option<u16>,
    /// Only rows whose name contains this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Only these implementations, and CPython as the baseline; may be repeated. They
    /// are called as the table's columns are.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The debug modes of CPython's HPy and of hpyvm as well, each beside itself
    /// without.
    #[arg(long)]
    debug: bool,
    /// The same for the trace modes.
    #[arg(long)]
    trace: bool,
    /// What the operations cost in RustPython itself, called from Rust: what no
    /// change of hpyvm's can go below.
    #[arg(long, alias = "floor")]
    lower_bound: bool,
    /// Another VM that finds universal modules as hpyvm does; may be repeated.
    #[arg(long, value_name = "NAME=PROGRAM")]
    also: Vec<String>,
    /// Leaves out how the cost grows with the number of open handles.
    #[arg(long)]
    no_growth: bool,
    /// The processor to run on; the last one if not given.
    #[arg(long)]
    core: Option<usize>,
    /// Fails unless every target is reached.
    #[arg(long)]
    strict: bool,
    /// Prints the rows and ends.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    command::run(|| run(&Arguments::parse()))
}

/// Whether every target is reached, if that matters.
fn run(arguments: &Arguments) -> Result<bool> {
    let rows = arguments.rows()?;
    arguments.check_names()?;
    if arguments.list {
        for row in rows {
            println!("{:8} {}", row.side.name(), row.name);
        }
        return Ok(true);
    }
    let project = Project::locate()?;
    let (implementations, absent) = implementations(arguments, &project)?;
    let results = compare(arguments, &project, &rows, &implementations, absent)?;

    let directory = project.target_subdirectory("compare")?;
    files::json(&results, &directory.join("compare.json"))?;
    files::csv(&results, &directory.join("compare.csv"))?;
    chart::draw(&results, &directory.join("compare.svg"))?;
    table::print(&results);
    println!("\n{}/compare.{{json,csv,svg}}", directory.display());
    let missed = results.verdicts.iter().filter(|verdict| !verdict.holds());
    let missed = missed.count();
    if arguments.strict && missed > 0 {
        eprintln!("{missed} targets missed");
        return Ok(false);
    }
    Ok(true)
}

impl Arguments {
    fn plan(&self) -> Plan {
        let (rounds, batch) = if self.quick { (9, 3) } else { (21, 10) };
        Plan {
            rounds: self.rounds.unwrap_or(rounds).into(),
            batch: Duration::from_millis(self.batch.unwrap_or(batch).into()),
        }
    }

    fn rows(&self) -> Result<Vec<&'static Row>> {
        let wanted = |row: &&Row| {
            self.filter.is_empty() || self.filter.iter().any(|text| row.name.contains(text))
        };
        let rows: Vec<_> = ROWS.iter().filter(wanted).collect();
        ensure!(!rows.is_empty(), "no row's name contains {:?}", self.filter);
        Ok(rows)
    }

    fn modes(&self) -> impl Iterator<Item = Mode> {
        let modes = [(self.debug, Mode::Debug), (self.trace, Mode::Trace)];
        { modes.into_iter() }.filter_map(|(is_wanted, mode)| is_wanted.then_some(mode))
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// Sees to it that `--only` names what this run could have: a misspelt name would
    /// be found out by its absence, after all has been built and measured.
    fn check_names(&self) -> Result<()> {
        let mut names: Vec<String> = [CPYTHON, CPYTHON_ABI, HPYVM, SINGLE, MOVING, pypy::NAME]
            .map(str::to_owned)
            .into();
        for mode in self.modes() {
            names.extend([CPYTHON, HPYVM].map(|name| mode.column(name)));
        }
        let bounds = LOWER_BOUNDS.iter().filter(|_| self.lower_bound);
        names.extend(bounds.map(|bound| bound.name.to_owned()));
        for also in &self.also {
            names.push(split(also)?.0.to_owned());
        }
        for only in &self.only {
            ensure!(
                names.contains(only),
                "--only {only:?}: with these options there are {}",
                names.join(", ")
            );
        }
        Ok(())
    }
}

/// The two sides of `--also NAME=PROGRAM`.
fn split(also: &str) -> Result<(&str, &str)> {
    also.split_once('=')
        .with_context(|| format!("--also {also} has no `=`"))
}

const HPYVM: &str = "hpyvm";
const SINGLE: &str = "hpyvm single";
const MOVING: &str = "moving-gc";

/// Builds the module and everything it runs on.
fn implementations(
    arguments: &Arguments,
    project: &Project,
) -> Result<(Vec<Implementation>, Vec<Absent>)> {
    let environment = Environment::prepare(project, "demo", &[Requirements::Hpy])?;
    // The single-threaded one first: cargo leaves the last one it builds under
    // the name that both have.
    let single = arguments
        .wants(SINGLE)
        .then(|| VmBuild::single_threaded().build(project))
        .transpose()?;
    let vm = VmBuild::default().build(project)?;
    let universal = module(
        project,
        &Toolchain::preferred(&environment, &vm),
        Abi::Universal,
    )?;

    let mut candidates = Vec::new();
    let mut absent = Vec::new();
    match environment.cpython_column() {
        CpythonColumn::Available => {
            let native = module(project, &Toolchain::cpython(&environment), Abi::Cpython)?;
            let cpython = Implementation::cpython(&environment, &universal);
            let modes: Vec<_> = arguments
                .modes()
                .map(|mode| cpython.in_mode(mode))
                .collect();
            candidates.push(cpython);
            candidates.push(Implementation::cpython_abi(&environment, &native));
            candidates.extend(modes);
        }
        CpythonColumn::Missing { reason } => absent.push(Absent {
            name: CPYTHON.to_owned(),
            reason: reason.clone(),
        }),
    }
    let hpyvm = Implementation::vm(HPYVM, Role::Threading, &vm, &universal);
    let modes: Vec<_> = arguments.modes().map(|mode| hpyvm.in_mode(mode)).collect();
    candidates.push(hpyvm);
    candidates.extend(modes);
    if let Some(single) = single {
        let role = Role::SingleThreaded;
        candidates.push(Implementation::vm(SINGLE, role, &single, &universal));
    }
    if arguments.wants(MOVING) {
        let program = build_moving(project, MOVING)?;
        candidates.push(Implementation::vm(
            MOVING,
            Role::Moving,
            &program,
            &universal,
        ));
    }
    for also in &arguments.also {
        let (name, program) = split(also)?;
        let program = PathBuf::from(program);
        candidates.push(Implementation::vm(name, Role::Other, &program, &universal));
    }

    let probe = project.root().join("bench/python/probe.py");
    let mut implementations = Vec::new();
    for candidate in candidates {
        // Without the baseline there are no ratios.
        if candidate.role != Role::Baseline && !arguments.wants(&candidate.name) {
            continue;
        }
        match candidate.judge(&probe) {
            Ok(implementation) => implementations.push(implementation),
            Err(reason) => absent.push(reason),
        }
    }
    // It has no modules to be probed with.
    for bound in LOWER_BOUNDS.iter().filter(|_| arguments.lower_bound) {
        let is_of_interest = implementations.iter().any(|it| it.role == bound.of);
        if is_of_interest && arguments.wants(bound.name) {
            let program = bound.build(project)?;
            let LowerBound { name, role, .. } = *bound;
            implementations.push(Implementation::vm(name, role, &program, &universal));
        }
    }
    match pypy::find(&universal, &probe) {
        Ok(pypy) if arguments.wants(&pypy.name) => implementations.push(pypy),
        Ok(_) => {}
        Err(reason) => absent.push(reason),
    }
    ensure!(
        !implementations.is_empty(),
        "nothing can run the module: {absent:?}"
    );
    Ok((implementations, absent))
}

fn module(project: &Project, toolchain: &Toolchain, abi: Abi) -> Result<Built> {
    let sources = project.root().join("bench/modules/overhead");
    Extension::directory("overhead", sources)
        .abi(abi)
        .build(project, toolchain)
}

fn compare(
    arguments: &Arguments,
    project: &Project,
    rows: &[&'static Row],
    implementations: &[Implementation],
    absent: Vec<Absent>,
) -> Result<Results> {
    let script = project.root().join("bench/python/worker.py");
    let logs = project.target_subdirectory("compare/logs")?;
    let core = arguments.core.map_or_else(last_core, Ok)?;
    let plan = arguments.plan();
    let start = |implementation: &Implementation| {
        let log = logs.join(format!("{}.txt", implementation.name.replace(' ', "-")));
        Worker::start(implementation, &script, core, &log)
    };
    let machine = Machine::describe(core);

    let mut growth_of = Vec::new();
    if !arguments.no_growth && arguments.filter.is_empty() {
        // A collector that looks at every handle would make it a matter of minutes.
        let is_meant = |it: &&Implementation| {
            !matches!(
                it.role,
                Role::LowerBound
                    | Role::LowerBoundSingleThreaded
                    | Role::Moving
                    | Role::In(_)
                    | Role::BaselineIn(_)
            )
        };
        for implementation in implementations.iter().filter(is_meant) {
            // A process of its own: its memory must not have been used before.
            let mut worker = start(implementation)?;
            let (name, role) = (&implementation.name, implementation.role);
            growth_of.push(growth::measure(&mut worker, name, role, plan.batch)?);
        }
    }

    let mut workers = implementations
        .iter()
        .map(start)
        .collect::<Result<Vec<_>>>()?;
    let samples = rounds::run(&mut workers, rows, plan)?;
    let heads = implementations
        .iter()
        .zip(&workers)
        .map(|(implementation, worker)| {
            let (name, role) = (implementation.name.clone(), implementation.role);
            (name, role, worker.version.clone())
        })
        .collect();
    let columns = columns(heads, rows, samples);
    Ok(Results::new(machine, plan, columns, absent, growth_of))
}
