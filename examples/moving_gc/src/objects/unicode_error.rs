//! `UnicodeDecodeError` and `UnicodeEncodeError`.

use crate::heap::Local;
use crate::vm::{Result, Vm};

impl Vm {
    pub(super) fn unicode_error(
        &self,
        class: &str,
        encoding: &str,
        object: &Local,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Local {
        let args = [
            self.str(encoding),
            object.clone(),
            self.int(start as i64),
            self.int(end as i64),
            self.str(reason),
        ];
        let error = self.new_exception_object(&self.builtin(class), &args);
        match self.init_unicode_error(&error) {
            Ok(()) => error,
            Err(other) => other,
        }
    }

    /// Gives a `UnicodeError` its attributes.
    pub(crate) fn init_unicode_error(&self, error: &Local) -> Result<()> {
        let args = self.exception_args(error);
        let names = ["encoding", "object", "start", "end", "reason"];
        if args.len() != names.len() {
            let message = format!("function takes exactly 5 arguments ({} given)", args.len());
            return Err(self.error("TypeError", &message));
        }
        for (name, value) in names.iter().zip(&args) {
            self.set_attr(error, name, Some(value))?;
        }
        Ok(())
    }

    /// `str` of a `UnicodeDecodeError` or `UnicodeEncodeError`.
    pub(crate) fn unicode_error_text(&self, error: &Local) -> Result<String> {
        let part = |name| self.get_attr(error, name);
        let (encoding, reason) = (
            self.display(&part("encoding")?)?,
            self.display(&part("reason")?)?,
        );
        let object = part("object")?;
        let start = self.small_int(&part("start")?).unwrap_or(0) as usize;
        let end = self.small_int(&part("end")?).unwrap_or(0) as usize;
        let one = end == start + 1;
        Ok(
            match (self.bytes_value(&object), self.code_points(&object)) {
                (Some(bytes), _) if one && start < bytes.len() => format!(
                    "'{encoding}' codec can't decode byte 0x{:02x} in position {start}: {reason}",
                    bytes[start]
                ),
                (Some(_), _) => format!(
                    "'{encoding}' codec can't decode bytes in position {start}-{}: {reason}",
                    end.saturating_sub(1)
                ),
                (None, Some(points)) if one && start < points.len() => format!(
                    "'{encoding}' codec can't encode character '{}' in position {start}: {reason}",
                    super::text::escape(points[start])
                ),
                _ => format!(
                    "'{encoding}' codec can't encode characters in position {start}-{}: {reason}",
                    end.saturating_sub(1)
                ),
            },
        )
    }
}
