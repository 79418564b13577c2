//! The signatures, for those who build on them before they are there.
#![allow(missing_docs, unused_variables)]

use crate::heap::{Heap, Local, Options};
use crate::vm::{Arguments, Language, NativeFunction, Result, Vm};
use hpy_loader::runtime::{BinaryOp, CompareOp, UnaryOp};
use num_bigint::BigInt;
use std::path::Path;

impl Vm {
    /// Starts a VM. It lives as long as the process. (Its loader is `vm.loader()`.)
    pub fn start(options: Options) -> std::io::Result<&'static Self> {
        todo!()
    }
    pub fn heap(&self) -> &Heap {
        &self.heap
    }
    pub fn set_language(&self, language: Box<dyn Language>) {
        todo!()
    }
    /// Loads a universal binary as the module `name`; also puts it into `modules()`.
    pub fn load(&self, path: &Path, name: &str) -> Result {
        todo!()
    }
    /// The dict `sys.modules`.
    pub fn modules(&self) -> Local {
        todo!()
    }
    /// `importlib.import_module`: the table of modules, then the language.
    pub fn import(&self, name: &str) -> Result {
        todo!()
    }
    /// `gc.collect()`: collects, runs finalizers, until nothing more dies.
    pub fn collect(&self) {
        todo!()
    }
    /// Runs finalizers that wait. To be called between statements.
    pub fn safepoint(&self) {
        todo!()
    }

    // Values. Making one may collect.
    /// A builtin by name: a class, `None`, `True`, a function. Panics if there is none.
    pub fn builtin(&self, name: &str) -> Local {
        todo!()
    }
    /// The dict `__builtins__`, for the language to add its own and look up names.
    pub fn builtins(&self) -> Local {
        todo!()
    }
    pub fn none(&self) -> Local {
        todo!()
    }
    pub fn is_none(&self, object: &Local) -> bool {
        todo!()
    }
    pub fn bool(&self, value: bool) -> Local {
        todo!()
    }
    pub fn int(&self, value: i64) -> Local {
        todo!()
    }
    pub fn big_int(&self, value: &BigInt) -> Local {
        todo!()
    }
    pub fn float(&self, value: f64) -> Local {
        todo!()
    }
    pub fn str(&self, text: &str) -> Local {
        todo!()
    }
    pub fn str_of_code_points(&self, points: &[u32]) -> Local {
        todo!()
    }
    pub fn bytes(&self, bytes: &[u8]) -> Local {
        todo!()
    }
    pub fn tuple(&self, items: &[Local]) -> Local {
        todo!()
    }
    pub fn list(&self, items: &[Local]) -> Local {
        todo!()
    }
    pub fn dict(&self) -> Local {
        todo!()
    }
    pub fn slice(&self, start: &Local, stop: &Local, step: &Local) -> Local {
        todo!()
    }
    /// A module object, not put into `modules()`.
    pub fn module(&self, name: &str) -> Local {
        todo!()
    }
    /// A function in Rust. `binds`: found in a class it becomes a bound method, as functions of
    /// scripts do; builtin functions don't.
    pub fn function(
        &self,
        name: &str,
        code: NativeFunction,
        captured: &[Local],
        binds: bool,
    ) -> Local {
        todo!()
    }
    /// What the function was made with.
    pub fn captured(&self, function: &Local, index: usize) -> Local {
        todo!()
    }
    /// `classmethod(f)`, `staticmethod(f)`, `property(f)` are classes among the builtins.
    /// An object that only the language looks into: references that may be empty, and words.
    pub fn record(&self, class: &Local, refs: usize, words: usize) -> Local {
        todo!()
    }
    pub fn record_get(&self, record: &Local, index: usize) -> Option<Local> {
        todo!()
    }
    pub fn record_set(&self, record: &Local, index: usize, value: Option<&Local>) {
        todo!()
    }
    pub fn record_word(&self, record: &Local, index: usize) -> u64 {
        todo!()
    }
    pub fn record_set_word(&self, record: &Local, index: usize, word: u64) {
        todo!()
    }
    /// A class for records or anything else, as `type(name, bases, {})` makes it.
    pub fn class(&self, name: &str, bases: &[Local], dict: &Local) -> Result {
        todo!()
    }

    // Reading values, without Python code.
    /// The text of a `str`; lone surrogates are replaced.
    pub fn text(&self, object: &Local) -> Option<String> {
        todo!()
    }
    pub fn int_value(&self, object: &Local) -> Option<BigInt> {
        todo!()
    }
    pub fn float_value(&self, object: &Local) -> Option<f64> {
        todo!()
    }
    pub fn bytes_value(&self, object: &Local) -> Option<Vec<u8>> {
        todo!()
    }
    /// The items of a tuple or list.
    pub fn items(&self, object: &Local) -> Option<Vec<Local>> {
        todo!()
    }
    /// Key and value of each entry of a dict, in order.
    pub fn entries(&self, dict: &Local) -> Vec<(Local, Local)> {
        todo!()
    }
    /// A dict by a string key, without Python code.
    pub fn dict_get_str(&self, dict: &Local, key: &str) -> Option<Local> {
        todo!()
    }
    pub fn dict_set_str(&self, dict: &Local, key: &str, value: &Local) {
        todo!()
    }
    pub fn class_of(&self, object: &Local) -> Local {
        todo!()
    }
    /// `__name__` of a class.
    pub fn class_name(&self, class: &Local) -> String {
        todo!()
    }
    pub fn is_instance(&self, object: &Local, class: &Local) -> bool {
        todo!()
    }
    pub fn is_subclass(&self, class: &Local, base: &Local) -> bool {
        todo!()
    }

    // Operations.
    pub fn get_attr(&self, object: &Local, name: &str) -> Result {
        todo!()
    }
    /// `None` for an `AttributeError`.
    pub fn get_attr_optional(&self, object: &Local, name: &str) -> Result<Option<Local>> {
        todo!()
    }
    /// No value deletes.
    pub fn set_attr(&self, object: &Local, name: &str, value: Option<&Local>) -> Result<()> {
        todo!()
    }
    /// `super(class, object).name`
    pub fn get_super_attr(&self, class: &Local, object: &Local, name: &str) -> Result {
        todo!()
    }
    pub fn get_item(&self, object: &Local, key: &Local) -> Result {
        todo!()
    }
    pub fn set_item(&self, object: &Local, key: &Local, value: Option<&Local>) -> Result<()> {
        todo!()
    }
    pub fn contains(&self, container: &Local, key: &Local) -> Result<bool> {
        todo!()
    }
    pub fn length(&self, object: &Local) -> Result<usize> {
        todo!()
    }
    pub fn is_true(&self, object: &Local) -> Result<bool> {
        todo!()
    }
    pub fn hash(&self, object: &Local) -> Result<i64> {
        todo!()
    }
    pub fn repr(&self, object: &Local) -> Result<String> {
        todo!()
    }
    /// `str(object)`, as text.
    pub fn display(&self, object: &Local) -> Result<String> {
        todo!()
    }
    pub fn compare(&self, op: CompareOp, a: &Local, b: &Local) -> Result {
        todo!()
    }
    pub fn compare_bool(&self, op: CompareOp, a: &Local, b: &Local) -> Result<bool> {
        todo!()
    }
    pub fn binary(&self, op: BinaryOp, a: &Local, b: &Local) -> Result {
        todo!()
    }
    pub fn in_place(&self, op: BinaryOp, a: &Local, b: &Local) -> Result {
        todo!()
    }
    pub fn power(&self, a: &Local, b: &Local, modulus: &Local) -> Result {
        todo!()
    }
    pub fn in_place_power(&self, a: &Local, b: &Local, modulus: &Local) -> Result {
        todo!()
    }
    pub fn unary(&self, op: UnaryOp, object: &Local) -> Result {
        todo!()
    }
    pub fn iter(&self, object: &Local) -> Result {
        todo!()
    }
    pub fn next(&self, iterator: &Local) -> Result<Option<Local>> {
        todo!()
    }
    /// All that the object yields.
    pub fn collect_items(&self, iterable: &Local) -> Result<Vec<Local>> {
        todo!()
    }
    pub fn is_callable(&self, object: &Local) -> bool {
        todo!()
    }
    pub fn call(&self, callable: &Local, arguments: Arguments) -> Result {
        todo!()
    }
    pub fn call_method(&self, object: &Local, name: &str, arguments: Arguments) -> Result {
        todo!()
    }

    // Errors.
    /// An instance of a builtin exception class, by name.
    pub fn error(&self, class: &str, message: &str) -> Local {
        todo!()
    }
    /// `class(*args)` of any exception class.
    pub fn new_exception(&self, class: &Local, args: &[Local]) -> Result {
        todo!()
    }
    /// Whether `error` is an instance of the builtin class of this name.
    pub fn is_error(&self, error: &Local, class: &str) -> bool {
        todo!()
    }
    /// `class: message`, as the last line of a traceback.
    pub fn describe_error(&self, error: &Local) -> String {
        todo!()
    }
}
