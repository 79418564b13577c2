//! Python's values, as plainly as can be.

use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub enum Value {
    None,
    Int(i64),
    /// The bits of a double.
    Float(u64),
    Text(Rc<str>),
    Tuple(Rc<Container<Vec<Value>>>),
    List(Rc<Container<RefCell<Vec<Value>>>>),
    Dict(Rc<Container<RefCell<Entries>>>),
}

/// Keys and values in the order of insertion.
pub type Entries = Vec<(Value, Value)>;

/// Items of a container. It only takes what is older than itself, so that no
/// cycle comes about: the toy has no collector.
#[derive(Debug)]
pub struct Container<T> {
    age: usize,
    pub items: T,
}

impl<T> Container<T> {
    pub fn new(age: usize, items: T) -> Rc<Self> {
        Rc::new(Self { age, items })
    }
}

impl Value {
    fn age(&self) -> usize {
        match self {
            Value::Tuple(tuple) => tuple.age,
            Value::List(list) => list.age,
            Value::Dict(dict) => dict.age,
            _ => 0,
        }
    }

    pub fn may_hold(&self, item: &Value) -> bool {
        item.age() < self.age()
    }

    pub fn is_key(&self) -> bool {
        matches!(self, Value::None | Value::Int(_) | Value::Text(_))
    }

    pub fn is_same_key(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            _ => false,
        }
    }

    /// Whether the two are one object, where that can be said: what is equal and
    /// never changes may be one object or two.
    pub fn is_same(&self, other: &Value) -> Option<bool> {
        Some(match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Int(a), Value::Int(b)) => return (a != b).then_some(false),
            (Value::Float(a), Value::Float(b)) => return (a != b).then_some(false),
            (Value::Text(a), Value::Text(b)) if !Rc::ptr_eq(a, b) => {
                return (a != b).then_some(false);
            }
            (Value::Text(_), Value::Text(_)) => true,
            (Value::Tuple(a), Value::Tuple(b)) if a.items.is_empty() && b.items.is_empty() => {
                return None;
            }
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
            (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b),
            _ => false,
        })
    }

    pub fn length(&self) -> Option<usize> {
        Some(match self {
            Value::Text(text) => text.len(),
            Value::Tuple(tuple) => tuple.items.len(),
            Value::List(list) => list.items.borrow().len(),
            Value::Dict(dict) => dict.items.borrow().len(),
            _ => return None,
        })
    }

    /// The items of a sequence.
    pub fn items(&self) -> Option<Vec<Value>> {
        match self {
            Value::Tuple(tuple) => Some(tuple.items.clone()),
            Value::List(list) => Some(list.items.borrow().clone()),
            _ => None,
        }
    }

    /// The value under a key of a dict.
    pub fn get(&self, key: &Value) -> Option<Value> {
        let Value::Dict(dict) = self else {
            return None;
        };
        let items = dict.items.borrow();
        let found = items.iter().find(|(other, _)| other.is_same_key(key));
        found.map(|(_, value)| value.clone())
    }
}

/// Python's index: from the end if it is negative.
pub fn place(index: isize, length: usize) -> Option<usize> {
    let index = match index {
        0.. => index.cast_unsigned(),
        _ => length.checked_sub(index.unsigned_abs())?,
    };
    (index < length).then_some(index)
}
