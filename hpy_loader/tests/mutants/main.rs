//! Damaged files, by the thousand: none may end the process or hold it up.
//!
//! A mutant is a good library with a change in what describes it: headers, tables, notes,
//! not in its code or data. It is loaded as the loader loads any, its version functions and
//! its initialisers run, and its finalisers, in a process of its own. That process has to
//! end as usual within seconds; loading may succeed, or fail with an error that names the
//! file and the reason.
//!
//! One of more than a thousand mutants goes astray: a symbol or an address became another
//! one that is as good, for all that the file says, and code of the library itself crashed.
//! These are counted, and the test fails if there are more than one of 500.
//!
//! ```text
//! cargo test -p hpy_loader --test mutants -- [--mutants NUMBER] [--seed NUMBER] [--keep FOLDER]
//! ```
//!
//! The same seed gives the same mutants of the same files. With `--keep`, those that fail
//! are left in a folder.
//!
//! This is a program without threads, unlike a test with the usual harness, so it may fork.

#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
#[path = "../library/fixture.rs"]
#[allow(dead_code)]
mod fixture;
#[cfg(target_os = "linux")]
mod goods;
#[cfg(target_os = "linux")]
mod mutation;
#[cfg(target_os = "linux")]
mod random;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    run::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod run {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::process::ExitCode;

    use crate::child::{self, End};
    use crate::fixture::Workshop;
    use crate::random::Random;
    use crate::{goods, mutation};

    /// Where a table names one symbol or address, damage may leave it with another that could
    /// stand there as well. Nothing in the file says that it is the wrong one.
    const MAY_LEAD_ASTRAY: [&str; 7] = [
        ".dynsym",
        ".dynamic",
        ".rela.dyn",
        ".rela.plt",
        ".relr.dyn",
        ".init_array",
        ".fini_array",
    ];

    struct Arguments {
        mutants: u64,
        seed: u64,
        keep: Option<PathBuf>,
    }

    /// Those that we do not know are for the usual harness.
    fn arguments() -> Arguments {
        let mut result = Arguments {
            mutants: 500,
            seed: 1,
            keep: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let value = arguments.next().and_then(|value| value.parse().ok());
                value.unwrap_or_else(|| panic!("{argument} needs a number"))
            };
            match argument.as_str() {
                "--mutants" => result.mutants = number(),
                "--seed" => result.seed = number(),
                "--keep" => result.keep = arguments.next().map(PathBuf::from),
                _ => {}
            }
        }
        result
    }

    pub fn run() -> ExitCode {
        let Arguments {
            mutants,
            seed,
            keep,
        } = arguments();
        let workshop = Workshop::new();
        let goods = goods::build(&workshop);
        for good in &goods {
            match child::load_image(&workshop, &good.image) {
                End::Loaded => {}
                End::Refused(how) | End::Astray(how) | End::Failed(how) => {
                    panic!("{}: {how}", good.name)
                }
            }
        }
        let mut loaded: BTreeMap<&str, u64> = BTreeMap::new();
        let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
        let mut astray: BTreeMap<&str, u64> = BTreeMap::new();
        let mut failed = Vec::new();
        for number in 0..mutants {
            let mut random = Random::new(seed, number);
            let good = &goods[number as usize % goods.len()];
            let regions = &good.regions;
            let region = &regions[number as usize / goods.len() % regions.len()];
            let (image, what) = mutation::mutate(&good.image, region, &mut random);
            let end = child::load_image(&workshop, &image);
            let may_lead_astray = MAY_LEAD_ASTRAY.contains(&region.name.as_str());
            match end {
                End::Astray(_) if may_lead_astray => *astray.entry(&region.name).or_default() += 1,
                End::Loaded => *loaded.entry(&region.name).or_default() += 1,
                End::Refused(_) => *refused.entry(&region.name).or_default() += 1,
                End::Astray(how) | End::Failed(how) => {
                    failed.push(format!("{number}: {}, {what}: {how}", good.name));
                    if let Some(folder) = &keep {
                        let file = folder.join(format!("{seed}-{number}.hpy0.so"));
                        std::fs::write(file, &image).expect("keep the mutant");
                    }
                }
            }
        }
        let names = goods.iter().flat_map(|good| &good.regions);
        let names: std::collections::BTreeSet<&str> =
            names.map(|region| region.name.as_str()).collect();
        let columns = ["loaded", "refused", "astray"];
        let [one, two, three] = columns;
        println!("\n{:24}{one:>8}{two:>8}{three:>8}", "what was damaged");
        for name in names {
            let counts = [&loaded, &refused, &astray].map(|map| map.get(name).unwrap_or(&0));
            let [one, two, three] = counts;
            println!("{name:24}{one:8}{two:8}{three:8}");
        }
        let most = mutants / 500 + 1;
        let astray: u64 = astray.values().sum();
        if astray > most {
            failed.push(format!(
                "{astray} went astray; it was less than one of 500 before"
            ));
        }
        for failure in &failed {
            println!("FAILED {failure}");
        }
        let verdict = if failed.is_empty() { "ok" } else { "FAILED" };
        let passed = mutants.saturating_sub(failed.len() as u64);
        println!(
            "\ntest result: {verdict}. {passed} passed; {} failed",
            failed.len()
        );
        ExitCode::from(u8::from(!failed.is_empty()))
    }
}
