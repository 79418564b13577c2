//! The arguments of builtins.

use crate::heap::Local;
use crate::vm::{Arguments, NativeFunction, Result, Vm};

/// A class and its methods.
pub(super) type Table = (&'static str, &'static [(&'static str, NativeFunction)]);

/// A method of the receiver and a fixed number of further arguments.
macro_rules! method {
    ($name:literal, |$vm:ident, $($argument:ident),+| $body:expr) => {
        ($name, |$vm, _, arguments| {
            let ([$($argument),+], []) = arguments.take($vm, $name, [])?;
            $body
        })
    };
}
pub(super) use method;

impl Arguments {
    /// The first arguments, where the others may be for another method.
    pub(super) fn first(mut self, count: usize) -> Self {
        self.positional.truncate(count);
        self.positional.into()
    }

    /// The arguments that have to be there, and those that may be, by position or under
    /// these names.
    ///
    /// # Errors
    ///
    /// `TypeError` for too few or too many.
    pub fn take<const REQUIRED: usize, const OPTIONAL: usize>(
        self,
        vm: &Vm,
        function: &str,
        optional: [&str; OPTIONAL],
    ) -> Result<([Local; REQUIRED], [Option<Local>; OPTIONAL])> {
        let Self {
            mut positional,
            mut keywords,
        } = self;
        let given = positional.len();
        let mut rest = positional.split_off(REQUIRED.min(given)).into_iter();
        let optional = optional.map(|name| {
            rest.next().or_else(|| {
                let place = keywords.iter().position(|(key, _)| vm.is_text(key, name))?;
                Some(keywords.remove(place).1)
            })
        });
        if let Some((key, _)) = keywords.first() {
            let key = vm.text(key).unwrap_or_default();
            let message = format!("{function}() got an unexpected keyword argument '{key}'");
            return Err(vm.error("TypeError", &message));
        }
        match positional.try_into() {
            Ok(required) if rest.len() == 0 => Ok((required, optional)),
            _ => {
                let most = REQUIRED + OPTIONAL;
                let wanted = match OPTIONAL {
                    0 => format!("exactly {most}"),
                    _ => format!("{REQUIRED} to {most}"),
                };
                let message = format!("{function}() takes {wanted} arguments ({given} given)");
                Err(vm.error("TypeError", &message))
            }
        }
    }
}
