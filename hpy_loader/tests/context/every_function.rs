//! Every function of the context, with every kind of handle that C should not
//! have. The rows come from the table, so none is left out.

mod argument;
mod fillers;
mod probe;

use hpy_loader::abi::HPy;
use hpy_loader::abi::context::{ROWS, RowKind, public_name};

use crate::extension::C;
use crate::host::{Host, both};
use crate::observer::Observed;
use argument::Dummies;
use fillers::Fillers;
use probe::{Probe, probes};
use toy_vm::{Object, VmResult};

both! {
    a_bad_handle_is_refused_or_ignored,
    any_object_is_answered_or_refused,
}

#[test]
fn the_probes_are_the_functions_of_the_table() {
    let rows = ROWS.iter();
    let functions = rows.filter(|row| matches!(row.kind, RowKind::Function { .. }));
    let expected: Vec<_> = functions.map(|row| row.name).collect();
    let names: Vec<_> = probes().iter().map(|probe| probe.row).collect();
    assert_eq!(names, expected);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bad {
    Null,
    Closed,
    /// A word that names a slot which was never used.
    Beyond,
    /// A word with the index of a slot in use and a generation of its own.
    Forged,
}

impl Bad {
    const ALL: [Self; 4] = [Self::Null, Self::Closed, Self::Beyond, Self::Forged];

    fn handle(self, c: C) -> HPy {
        match self {
            Self::Null => HPy::NULL,
            Self::Closed => c.closed(),
            Self::Beyond => HPy(0x7fff_f7dd_0cc0),
            Self::Forged => HPy(c.known().h_None.0 | 0x5555 << 32),
        }
    }
}

/// Functions that need a builder or tracker before they look at a handle, and
/// those that no handle helps.
const REFUSED_BEFORE: &[&str] = &[
    "ctx_ListBuilder_Set",
    "ctx_TupleBuilder_Set",
    "ctx_AsPyObject",
];

fn a_bad_handle_is_refused_or_ignored<const THREADS: bool>(host: &Host<THREADS>) {
    for probe in probes().iter().filter(|probe| !probe.aborts()) {
        for (place, &argument) in probe.handles.iter().enumerate() {
            for bad in Bad::ALL {
                refuses(host, probe, (place, argument), bad);
            }
        }
    }
}

fn refuses<const THREADS: bool>(
    host: &Host<THREADS>,
    probe: &Probe,
    (place, argument): (usize, &'static str),
    bad: Bad,
) {
    let what = format!("{}, {argument}, {bad:?}", probe.row);
    let row = probe.row();
    let may_be = row.takes_any_word(argument) || bad == Bad::Null && row.is_nullable(argument);
    // Void functions that are not there to set an error set none.
    let is_silent = row.is_void() && !row.sets_error();
    let mut named = false;
    for index in 0..Fillers::COUNT {
        let (open, live) = (host.open(), host.vm().live());
        let fillers = Fillers::new(host);
        let result = call(host, &fillers, probe, |c, objects| {
            let mut handles = fillers.handles(c, objects, index, probe.handles.len());
            let good = std::mem::replace(&mut handles[place], bad.handle(c));
            c.close(good);
            handles
        });
        if let Err(error) = result {
            assert!(!is_silent, "{what} sets an error");
            let name = public_name(probe.row);
            let prefix = format!("SystemError: {name}: ");
            named |= error.error_text().starts_with(&prefix);
        } else {
            assert!(
                may_be || is_silent,
                "{what} with {}: accepted",
                fillers.name(index)
            );
        }
        drop(fillers);
        host.vm().take_reports();
        assert_eq!(host.open(), open, "{what}: handles");
        assert_eq!(host.vm().live(), live, "{what}: values");
    }
    let exempt = may_be || is_silent || bad == Bad::Null || REFUSED_BEFORE.contains(&probe.row);
    assert!(named || exempt, "{what}: no message names the function");
}

fn any_object_is_answered_or_refused<const THREADS: bool>(host: &Host<THREADS>) {
    for probe in probes().iter().filter(|probe| !probe.aborts()) {
        for index in 0..Fillers::COUNT {
            let (open, live) = (host.open(), host.vm().live());
            let fillers = Fillers::new(host);
            let what = format!("{} with {}", probe.row, fillers.name(index));
            let result = call(host, &fillers, probe, |c, objects| {
                fillers.handles(c, objects, index, probe.handles.len())
            });
            drop((result, fillers));
            host.vm().take_reports();
            assert_eq!(host.open(), open, "{what}: handles");
            assert_eq!(host.vm().live(), live, "{what}: values");
        }
    }
}

/// Calls the probe's function from C and gives on what it raises. The handles
/// are closed afterwards, as far as they are open.
fn call<const THREADS: bool>(
    host: &Host<THREADS>,
    fillers: &Fillers,
    probe: &Probe,
    handles: impl FnOnce(C, HPy) -> Vec<HPy>,
) -> VmResult<Object> {
    host.returning(fillers.tuple(host), |c, objects| {
        let handles = handles(c, objects);
        let mut dummies = Dummies::new(&handles);
        let answer = (probe.call)(c, &mut dummies);
        let was_refused = c.is_pending();
        answer.assert_discipline(probe.row(), was_refused);
        answer.close(c, was_refused);
        dummies.close(c);
        handles.into_iter().for_each(|h| c.close(h));
        if was_refused {
            HPy::NULL
        } else {
            c.known().h_None
        }
    })
}
