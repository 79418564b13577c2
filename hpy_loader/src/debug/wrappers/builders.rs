//! Lists and tuples under construction. Builders of C are numbers of records, which
//! say what became of the builder.

use super::super::state::Builder;
use super::*;

fn open(inspection: &Inspection, inner: isize, size: HPy_ssize_t, is_list: bool) -> isize {
    if inner == 0 {
        return 0;
    }
    let builder = Builder {
        inner,
        is_list,
        is_set: vec![false; usize::try_from(size).unwrap_or_default()],
    };
    let (opener, site) = (inspection.context.opener(), inspection.site());
    inspection.debug().builders.open(opener, site, builder)
}

/// Notes that an item is set, if the builder has it.
fn note_item(inspection: &Inspection, builder: isize, index: HPy_ssize_t) {
    let note = |builder: &mut Builder| {
        let place = usize::try_from(index).ok();
        let place = place.and_then(|place| builder.is_set.get_mut(place));
        match place {
            Some(is_set) => {
                *is_set = true;
                Ok(())
            }
            None => Err(builder.is_set.len()),
        }
    };
    let builders = &inspection.debug().builders;
    if let Ok(Err(size)) = builders.with(builder, |record| note(&mut record.value)) {
        let detail = format!("index {index} of a builder for {size}");
        inspection.violation(ViolationKind::BuilderIndex, &detail);
    }
}

/// Looks for an item that is not set.
fn expect_items(inspection: &Inspection, builder: isize) {
    let hole = |builder: &Builder| {
        let hole = builder.is_set.iter().position(|&is_set| !is_set)?;
        Some((hole, builder.is_set.len()))
    };
    let builders = &inspection.debug().builders;
    if let Ok(Some((hole, size))) = builders.with(builder, |record| hole(&record.value)) {
        let detail = format!("index {hole} of a builder for {size}");
        inspection.violation(ViolationKind::BuilderHole, &detail);
    }
}

/// The wrapped builder, or null after a violation.
fn unwrap(inspection: &Inspection, builder: isize, is_list: bool, is_end: bool) -> isize {
    if builder == 0 {
        return 0;
    }
    let builders = &inspection.debug().builders;
    let found = builders.with(builder, |record| {
        let is_right = record.value.is_list == is_list;
        is_right.then_some(record.value.inner).ok_or(record.opened)
    });
    let (opened, closed) = match found {
        Ok(Ok(inner)) => {
            if is_end {
                let _ = builders.close(builder, inspection.site());
            }
            return inner;
        }
        Ok(Err(opened)) => (opened, Site::UNKNOWN),
        Err(sites) => sites,
    };
    inspection.violation_at(ViolationKind::BuilderUsedUp, opened, closed);
    0
}

macro_rules! builders {
    ($($builder:ident, is_list: $is_list:literal: $new:ident $set:ident $build:ident $cancel:ident;)*) => {
        wrappers! {
            $(
                fn $new(size: HPy_ssize_t) -> $builder {
                    general(inspection) {
                        let builder = inspection.inner().$new(size);
                        $builder(open(inspection, builder.0, size, $is_list))
                    }
                }

                fn $set(builder: $builder, index: HPy_ssize_t, h_item: HPy) {
                    general(inspection) {
                        let number = builder.0;
                        let builder = $builder(unwrap(inspection, number, $is_list, false));
                        if !builder.is_null() {
                            note_item(inspection, number, index);
                        }
                        let item = inspection.unwrap(h_item);
                        inspection.inner().$set(builder, index, item);
                    }
                }

                fn $build(builder: $builder) -> HPy {
                    general(inspection) {
                        expect_items(inspection, builder.0);
                        let builder = $builder(unwrap(inspection, builder.0, $is_list, true));
                        inspection.wrap(inspection.inner().$build(builder))
                    }
                }

                fn $cancel(builder: $builder) {
                    general(inspection) {
                        let builder = $builder(unwrap(inspection, builder.0, $is_list, true));
                        inspection.inner().$cancel(builder);
                    }
                }
            )*
        }
    };
}

builders! {
    HPyListBuilder, is_list: true:
        ctx_ListBuilder_New ctx_ListBuilder_Set ctx_ListBuilder_Build ctx_ListBuilder_Cancel;
    HPyTupleBuilder, is_list: false:
        ctx_TupleBuilder_New ctx_TupleBuilder_Set ctx_TupleBuilder_Build ctx_TupleBuilder_Cancel;
}
