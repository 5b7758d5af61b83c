//! The rules: data that says *when the model has this, set that option to this value*.

use crate::error::Error;
use std::path::PathBuf;

/// All rules, built-in and the user's own.
#[derive(Debug, Default)]
pub struct Rules {}

impl Rules {
    /// Loads the built-in rules and those of `folders`, which override built-in ones of the same id.
    ///
    /// # Errors
    /// `Error::Rule` with the file and line of a rule that is wrong.
    pub fn load(folders: &[PathBuf]) -> Result<Rules, Error> {
        let _ = folders;
        Ok(Rules {})
    }
}
