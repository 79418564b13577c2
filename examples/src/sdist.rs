//! The released source distribution of hpy: its test suite, its proof of
//! concept, and the pure Python part for machines where hpy does not install.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use flate2::bufread::GzDecoder;

use crate::digest::sha256_of_file;
use crate::environment::{Environment, pip_cache};
use crate::process::Job;
use crate::progress::Step;
use crate::project::Project;
use crate::workshop::{Workshop, copy_tree};

const VERSION: &str = "0.9.0";
const SHA256: &str = "4545310f3a7f9ac249c0f19a80a9b05f46565afb62b7e9225b79493b7b6c70cc";

/// The unpacked sdist.
#[derive(Clone, Debug)]
pub struct Sdist {
    root: PathBuf,
}

impl Sdist {
    /// Downloads the sdist with the environment's pip, which knows how this
    /// machine reaches the package index, checks its hash and unpacks it; or
    /// reuses what an earlier run left.
    pub fn fetch(project: &Project, environment: &Environment) -> Result<Self> {
        let directory = project
            .target()
            .join("sdist")
            .join(format!("hpy-{VERSION}-{}", &SHA256[..16]));
        let workshop = Workshop::enter(directory)?;
        let root = workshop.directory().join(format!("hpy-{VERSION}"));
        if !workshop.is_complete() {
            let step = Step::start(format!("fetching the sdist of hpy {VERSION}"));
            workshop.clear()?;
            let archive = download(project, environment, workshop.directory())?;
            unpack(&archive, workshop.directory())?;
            ensure!(
                root.join("test").is_dir(),
                "{} has no directory hpy-{VERSION}/test",
                archive.display()
            );
            workshop.complete()?;
            step.done("hash checked");
        }
        Ok(Self { root })
    }

    /// The directory with `hpy/`, `test/` and `proof-of-concept/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A directory for `sys.path` that has the pure Python part of hpy and
    /// nothing else: `hpy.devel` with its headers, `hpy.debug`, `hpy.trace`,
    /// and the entry point that teaches setuptools `hpy_ext_modules`.
    pub fn pure_python(&self, project: &Project) -> Result<PathBuf> {
        let directory = project
            .target()
            .join("python")
            .join(format!("hpy-pure-{}", &SHA256[..16]));
        let workshop = Workshop::enter(directory.clone())?;
        if !workshop.is_complete() {
            workshop.clear()?;
            for part in ["hpy", "hpy.egg-info"] {
                copy_tree(&self.root.join(part), &directory.join(part))?;
            }
            workshop.complete()?;
        }
        Ok(directory)
    }
}

fn download(project: &Project, environment: &Environment, to: &Path) -> Result<PathBuf> {
    let mut command = environment.command();
    command
        .args(["-m", "pip", "download", "--disable-pip-version-check"])
        .args(["--no-binary", ":all:", "--no-deps", "--no-build-isolation"])
        .arg("--cache-dir")
        .arg(pip_cache(project)?)
        .arg("--dest")
        .arg(to)
        .arg(format!("hpy=={VERSION}"));
    Job::new(command)
        .limit(Duration::from_secs(600))
        .check("downloading the sdist of hpy (is the package index reachable?)")?;
    let archive = to.join(format!("hpy-{VERSION}.tar.gz"));
    let found = sha256_of_file(&archive)?;
    if found != SHA256 {
        bail!(
            "{} has the SHA-256 {found}; the released one has {SHA256}",
            archive.display()
        );
    }
    Ok(archive)
}

fn unpack(archive: &Path, to: &Path) -> Result<()> {
    let file = fs::File::open(archive).with_context(|| format!("opening {}", archive.display()))?;
    tar::Archive::new(GzDecoder::new(BufReader::new(file)))
        .unpack(to)
        .with_context(|| format!("unpacking {}", archive.display()))
}
