//! Closing handles.

use super::*;
use crate::handles::Word;

mod close {
    use super::*;

    shortcuts! {
        fn ctx_Close(turn, entered, h: HPy) {
            let debug = turn.debug;
            let site = turn.site(entered)?;
            let entry = debug.records.look(h)?;
            let inner = entry.inner.get();
            // Nothing is behind it then.
            let is_immediate = Word::from_bits(inner.0).is_immediate();
            let is_plain = entry.is_plainly_owned_by(turn.number)
                && (is_immediate || !turn.has_unplaced())
                && !debug.goes_on();
            if !is_plain {
                return None;
            }
            let oldest = debug.records.room()?;
            debug.records.close_plain(entry, site, oldest);
            if is_immediate {
                return Some(());
            }
            let _busy = Busy::placed(turn);
            let context = turn.inner;
            // SAFETY: the context is whole, and the handle was the record's.
            unsafe { ((*context).ctx_Close)(context, inner) };
            Some(())
        }
    }

    rows! {
        via shortcut;
        fn ctx_Close(inspection, h: HPy) {
            inspection.close(h);
        }
    }
}

/// Puts all of it into a context.
pub(super) fn fill_all(context: &mut HPyContext) {
    fill(context);
    close::fill(context);
}

rows! {
    fn ctx_ContextVar_Get(
        inspection,
        context_var: HPy,
        default_value: HPy,
        result: *mut HPy,
    ) -> int32_t {
        let inner = inspection.inner();
        let (context_var, default) = (inspection.unwrap(context_var), inspection.unwrap(default_value));
        let mut value = HPy::NULL;
        // SAFETY: handles of the wrapped context, and a place for the result.
        unsafe {
            let status = ((*inner).ctx_ContextVar_Get)(inner, context_var, default, &raw mut value);
            // The extension gives room for the result.
            *result = inspection.wrap(value);
            status
        }
    }
}
