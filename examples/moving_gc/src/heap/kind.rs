//! What an object is made of, whatever its class.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// How the references and bytes of an object are to be read. Instances
        /// of a subclass have the kind of their builtin base.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }
    };
}

kinds! {
    /// Nothing but a class, attributes and perhaps a native struct.
    Instance,
    /// `None`, `NotImplemented`, `Ellipsis`.
    Singleton,
    /// Bytes: the value as `i64`.
    Bool,
    /// Bytes: the value in two's complement, little endian, 8 bytes or more.
    Int,
    /// Bytes: the `f64`.
    Float,
    /// Bytes: code points, four bytes each.
    Str,
    /// Bytes: the bytes.
    Bytes,
    /// References: the items.
    Tuple,
    /// References: an array, which may be longer than the list. Bytes: the length.
    List,
    /// References: the storage of a list or dict.
    Array,
    /// References: the array of entries. Bytes: the number of entries and of
    /// those in use.
    Dict,
    /// References: start, stop, step.
    Slice,
    /// References: start, stop, step.
    Range,
    /// References: what is iterated. Bytes: the position.
    Iterator,
    /// References: name, receiver, module and what it has captured. Bytes: the
    /// number of its code.
    Function,
    /// References: function, receiver.
    BoundMethod,
    /// Attributes only.
    Module,
    /// References: args, cause, context.
    Exception,
    /// The capsule is in the companion.
    Capsule,
    /// References: bases, MRO, dict and others. The companion has the rest.
    Type,
    /// An object of the language that drives the VM; the VM does not look into it.
    Record,
    /// References: the exporter. The companion has the buffer.
    MemoryView,
}
