//! What a process is told to play by the one that watches it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::{Input, Plan, check_inputs, manners_of, text_of};
use crate::Manners;

/// What to play, as a text: `seed=1 first=0 count=100`, or `numbers=1,ff` of one input
/// that is `careful` or not. The number of the input that runs is kept in the file
/// `progress`, for whoever finds the process dead.
#[derive(Debug, Default)]
pub struct Work {
    /// Which inputs.
    pub plan: Plan,
    /// One input instead.
    pub input: Option<Input>,
    /// Whether that one breaks no rule.
    pub is_careful: bool,
    /// Where to say how far it is.
    pub progress: Option<PathBuf>,
}

impl Work {
    /// The variable of the environment that has the text.
    pub const VARIABLE: &str = "HPYVM_FUZZ";

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut work = Self::default();
        let mut is_traced = false;
        for part in text.split_whitespace() {
            let (name, value) = part.split_once('=').ok_or(format!("what is {part}?"))?;
            let number = || value.parse().map_err(|error| format!("{part}: {error}"));
            match name {
                "seed" => work.plan.seed = number()?,
                "first" => work.plan.first = number()?,
                "count" => work.plan.count = number()?,
                "careful" => work.is_careful = number()? != 0,
                "trace" => is_traced = number()? != 0,
                "progress" => work.progress = Some(value.into()),
                "numbers" => {
                    let numbers = value.split(',').map(|one| u128::from_str_radix(one, 16));
                    let numbers = numbers.collect::<Result<_, _>>();
                    work.input = Some(Input::new(numbers.map_err(|error| error.to_string())?));
                }
                _ => return Err(format!("what is {part}?")),
            }
        }
        if is_traced && work.input.is_none() {
            work.input = Some(super::input(work.plan.seed, work.plan.first));
            work.is_careful = manners_of(work.plan.first) == Manners::Careful;
        }
        if let Some(input) = &mut work.input {
            input.is_traced = is_traced;
        }
        Ok(work)
    }

    /// Reads the text in the environment.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or that there is none.
    pub fn from_environment() -> Result<Self, String> {
        let text = std::env::var(Self::VARIABLE).map_err(|error| error.to_string())?;
        Self::read(&text)
    }

    /// Has it played.
    ///
    /// # Errors
    ///
    /// As [`check_inputs`].
    pub fn run(
        &self,
        mut play: impl FnMut(&Input, Manners) -> Result<(), String>,
    ) -> Result<(), String> {
        if let Some(input) = &self.input {
            let manners = match self.is_careful {
                true => Manners::Careful,
                false => Manners::Careless,
            };
            let played = catch_unwind(AssertUnwindSafe(|| play(input, manners)));
            return played.unwrap_or_else(|panic| Err(text_of(&*panic)));
        }
        let progress = self.progress.as_ref().map(File::create).transpose();
        let progress = progress.map_err(|error| error.to_string())?;
        let begin = |number: u64| {
            if let Some(file) = &progress {
                // Without it, nobody knows where the process died: that is all.
                let _ = file.write_all_at(&number.to_le_bytes(), 0);
            }
        };
        check_inputs(self.plan, begin, play)
    }
}
