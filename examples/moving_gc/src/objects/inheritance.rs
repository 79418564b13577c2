//! Which bases go together: the order of resolution, the base that decides what
//! instances are, the metaclass.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};

impl Vm {
    /// C3: the class, then the merged orders of its bases.
    pub(super) fn linearize(&self, class: &Local, bases: &[Local]) -> Result<Vec<Local>> {
        let mut orders: Vec<Vec<Local>> = bases.iter().map(|base| self.mro(base)).collect();
        orders.push(bases.to_vec());
        let mut merged = vec![class.clone()];
        loop {
            orders.retain(|order| !order.is_empty());
            if orders.is_empty() {
                return Ok(merged);
            }
            let is_free = |candidate: &Local| {
                !orders
                    .iter()
                    .any(|order| order[1..].iter().any(|class| class.is(candidate)))
            };
            let next = orders
                .iter()
                .map(|order| &order[0])
                .find(|head| is_free(head))
                .cloned();
            let Some(next) = next else {
                let names: Vec<_> = bases.iter().map(|base| self.class_name(base)).collect();
                let message = format!(
                    "Cannot create a consistent method resolution\norder (MRO) for bases {}",
                    names.join(", ")
                );
                return Err(self.error("TypeError", &message));
            };
            for order in &mut orders {
                if order[0].is(&next) {
                    order.remove(0);
                }
            }
            merged.push(next);
        }
    }

    /// The base that decides what instances are made of: the one whose kind or
    /// native struct is the most special.
    pub(crate) fn best_base(&self, bases: &[Local]) -> Result {
        let mut best: Option<Local> = None;
        for base in bases {
            if self.heap.kind(base) != Kind::Type {
                return Err(self.error("TypeError", "bases must be types"));
            }
            if !self.class_info(base).is_base {
                let name = self.type_name_of(base);
                let message = format!("type '{name}' is not an acceptable base type");
                return Err(self.error("TypeError", &message));
            }
            best = match best {
                None => Some(base.clone()),
                Some(best) if self.fits(base, &best) => Some(best),
                Some(best) if self.fits(&best, base) => Some(base.clone()),
                Some(_) => {
                    let message = "multiple bases have instance lay-out conflict";
                    return Err(self.error("TypeError", message));
                }
            };
        }
        best.ok_or_else(|| self.error("TypeError", "a type needs a base"))
    }

    /// Whether instances of `special` are instances of `general` as well, as far
    /// as kind and native struct go.
    pub(super) fn fits(&self, general: &Local, special: &Local) -> bool {
        let (general, special) = (self.class_info(general), self.class_info(special));
        let kind = general.kind == Kind::Instance || general.kind == special.kind;
        let native = match (general.native, special.native) {
            (None, _) => true,
            (Some(general), Some(special)) => {
                std::ptr::eq(general, special) || special.extends(general)
            }
            (Some(_), None) => false,
        };
        kind && native
    }

    /// The most derived metaclass among `metaclass` and those of the bases.
    pub(crate) fn best_metaclass(&self, metaclass: &Local, bases: &[Local]) -> Result {
        let mut winner = metaclass.clone();
        for base in bases {
            let other = self.class_of(base);
            if self.is_subclass(&winner, &other) {
                continue;
            }
            if !self.is_subclass(&other, &winner) {
                let message = "metaclass conflict: the metaclass of a derived class must be a \
                               (non-strict) subclass of the metaclasses of all its bases";
                return Err(self.error("TypeError", message));
            }
            winner = other;
        }
        Ok(winner)
    }
}
