//! Lists, tuples, dicts, slices, capsules.

use std::sync::atomic::Ordering;

use hpy_loader::capsule::Capsule;
use hpy_loader::runtime::{Containers, Kind};

use crate::object::lock;
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Toy<THREADS> {
    fn collect(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Vec<Object>> {
        let mut collected = Vec::new();
        let room = collected.try_reserve_exact(items.len());
        if self.refuse_containers.load(Ordering::SeqCst) || room.is_err() {
            return Err(self.error_of(self.builtin("MemoryError"), Vec::new()));
        }
        collected.extend(items);
        Ok(collected)
    }
}

impl<const THREADS: bool> Containers for Toy<THREADS> {
    fn is_kind(&self, object: &Object, kind: Kind) -> bool {
        matches!(
            (kind, &object.data),
            (Kind::Bytes, Data::Bytes(_))
                | (Kind::Dict, Data::Dict(_))
                | (Kind::List, Data::List(_))
                | (Kind::Module, Data::Module(_))
                | (Kind::Slice, Data::Slice(..))
                | (Kind::Str, Data::Str(_))
                | (Kind::Tuple, Data::Tuple(_))
                | (Kind::Type, Data::Class(_))
        )
    }

    fn new_list(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Object> {
        Ok(self.list(self.collect(items)?))
    }

    fn new_tuple(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Object> {
        Ok(self.tuple(self.collect(items)?))
    }

    fn list_append(&self, list: &Object, item: &Object) -> Fallible<()> {
        match &list.data {
            Data::List(items) => lock(items).push(item.clone()),
            _ => unreachable!("the loader checks it"),
        }
        Ok(())
    }

    fn list_insert(&self, list: &Object, index: isize, item: &Object) -> Fallible<()> {
        let Data::List(items) = &list.data else {
            unreachable!("the loader checks it")
        };
        let mut items = lock(items);
        let index = usize::try_from(index).unwrap_or(0).min(items.len());
        items.insert(index, item.clone());
        Ok(())
    }

    fn new_slice(&self, start: &Object, stop: &Object, step: &Object) -> Fallible<Object> {
        let bounds = [start, stop, step].map(Object::clone);
        Ok(self.object(Data::Slice(bounds)))
    }

    fn new_dict(&self) -> Fallible<Object> {
        Ok(self.dict())
    }

    fn dict_keys(&self, dict: &Object) -> Fallible<Object> {
        let Data::Dict(entries) = &dict.data else {
            unreachable!("the loader checks it")
        };
        let keys = lock(entries).iter().map(|(key, _)| key.clone()).collect();
        Ok(self.list(keys))
    }

    fn dict_copy(&self, dict: &Object) -> Fallible<Object> {
        let Data::Dict(entries) = &dict.data else {
            unreachable!("the loader checks it")
        };
        let entries = lock(entries).clone();
        Ok(self.object(Data::Dict(entries.into())))
    }

    fn unpack_slice(&self, slice: &Object) -> Fallible<(isize, isize, isize)> {
        match slice.data {
            Data::Slice(ref bounds) => {
                let bound = |index: usize, default: isize| {
                    let value = bounds[index].int();
                    value.map_or(default, |value| value as isize)
                };
                Ok((bound(0, 0), bound(1, isize::MAX), bound(2, 1)))
            }
            _ => unreachable!("the loader checks it"),
        }
    }

    fn new_capsule(&self, capsule: Capsule) -> Fallible<Object> {
        Ok(self.object(Data::Capsule(capsule)))
    }

    fn capsule<'a>(&self, object: &'a Object) -> Option<&'a Capsule> {
        match &object.data {
            Data::Capsule(capsule) => Some(capsule),
            _ => None,
        }
    }
}
