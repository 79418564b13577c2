//! Lists and tuples under construction. Builders of C are numbers of records, which
//! say what became of the builder.

use super::super::state::Builder;
use super::*;

fn open(inspection: &Inspection, inner: isize, is_list: bool) -> isize {
    if inner == 0 {
        return 0;
    }
    let (age, site) = (inspection.debug().records.opened.get(), inspection.site());
    let builders = &inspection.debug().builders;
    builders.open(age, site, Builder { inner, is_list })
}

/// The wrapped builder, or null after a violation.
fn unwrap(inspection: &Inspection, builder: isize, is_list: bool, is_end: bool) -> isize {
    if builder == 0 {
        return 0;
    }
    let builders = &inspection.debug().builders;
    let found = builders.with(builder, |record| (record.value, record.opened));
    let (opened, closed) = match found {
        Ok((value, _)) if value.is_list == is_list => {
            if is_end {
                let _ = builders.close(builder, inspection.site());
            }
            return value.inner;
        }
        Ok((_, opened)) => (opened, Site::UNKNOWN),
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
                        $builder(open(inspection, builder.0, $is_list))
                    }
                }

                fn $set(builder: $builder, index: HPy_ssize_t, h_item: HPy) {
                    general(inspection) {
                        let builder = $builder(unwrap(inspection, builder.0, $is_list, false));
                        let item = inspection.unwrap(h_item);
                        inspection.inner().$set(builder, index, item);
                    }
                }

                fn $build(builder: $builder) -> HPy {
                    general(inspection) {
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
