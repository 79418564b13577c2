//! Which function a slot gets from the attributes that it goes by.
//!
//! CPython looks up the names of a slot in a class (`update_one_slot`). If all that
//! it finds stand for one C function of just this slot, that function fills it, as
//! if the class had inherited it; anything else is left to a function that calls
//! the attributes by name. Where two slots share a name, as those of sequences and
//! mappings do, the attribute of one says nothing about the other: the other stays
//! empty unless the class inherits something there.

use crate::types::dunder_table::{DUNDERS, Dunder};
use crate::types::info::TypeInfo;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{Context, Py};
use std::sync::Arc;

/// What the attributes of one slot say.
pub enum Verdict {
    /// Nothing of an extension is involved.
    Untouched,
    /// The C function of this type fills the slot.
    Native(Arc<TypeInfo>),
    /// The attributes are called by name, or there are none any more.
    ByName,
    /// They belong to another slot of the same name.
    OtherSlot,
}

/// An attribute that a class has or inherits.
enum Found {
    /// It stands for the C function of a slot, in the dict of this type.
    Slot(&'static Dunder, Arc<TypeInfo>),
    /// It was made in Python or belongs to a builtin type.
    Something,
}

/// The attributes of one class.
pub struct Attributes<'a> {
    class: &'a Py<PyType>,
    ctx: &'a Context,
    /// The names that matter.
    names: Vec<&'static str>,
}

impl<'a> Attributes<'a> {
    /// All attributes for slots of extensions' types that `class` inherits.
    pub fn all(class: &'a Py<PyType>, ctx: &'a Context) -> Self {
        let mut names = Vec::new();
        for class in class.mro.read().iter() {
            let wrappers = TypeInfo::of_class(class).map_or(&[][..], TypeInfo::wrappers);
            names.extend(wrappers.iter().map(|wrapper| wrapper.dunder.name));
        }
        Self { class, ctx, names }
    }

    /// One attribute, which was assigned or deleted.
    pub fn one(class: &'a Py<PyType>, name: &'static str, ctx: &'a Context) -> Self {
        let names = vec![name];
        Self { class, ctx, names }
    }

    /// Whether there is nothing to be judged.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn look_up(&self, name: &str) -> Option<Found> {
        let name = self.ctx.intern_str(name);
        let mro = self.class.mro.read();
        mro.iter().find_map(|class| {
            let attribute = class.get_direct_attr(name)?;
            let wrapper = TypeInfo::own(class).and_then(|info| {
                let mut wrappers = info.wrappers().iter();
                let wrapper = wrappers.find(|wrapper| wrapper.is(&attribute))?;
                Some(Found::Slot(wrapper.dunder, info.clone()))
            });
            Some(wrapper.unwrap_or(Found::Something))
        })
    }
    pub fn judge(&self, slot: &'static str) -> Verdict {
        let dunders = DUNDERS.iter().filter(|dunder| dunder.slot == slot);
        let names: Vec<&'static str> = dunders.map(|dunder| dunder.name).collect();
        if !names.iter().any(|name| self.names.contains(name)) {
            return Verdict::Untouched;
        }
        let found = names.into_iter().filter_map(|name| self.look_up(name));
        let mut native: Option<Arc<TypeInfo>> = None;
        let mut is_other = false;
        for found in found {
            match found {
                Found::Something => return Verdict::ByName,
                Found::Slot(of, _) if of.slot != slot && of.twin != slot => is_other = true,
                Found::Slot(_, info) => match &native {
                    Some(native) if !Arc::ptr_eq(native, &info) => return Verdict::ByName,
                    _ => native = Some(info),
                },
            }
        }
        match native {
            _ if is_other => Verdict::OtherSlot,
            Some(info) => Verdict::Native(info),
            None => Verdict::ByName,
        }
    }
}
