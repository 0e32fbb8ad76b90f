//! Where the log goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Standard output, or a file that can be moved away and opened anew.
#[derive(Clone)]
pub struct Output(Arc<Place>);

enum Place {
    Stdout,
    File { path: PathBuf, file: Mutex<File> },
}

impl Output {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self(Arc::new(Place::Stdout))
    }

    /// A file, to which is appended.
    ///
    /// # Errors
    /// That it can't be opened.
    pub fn file(path: &Path) -> io::Result<Self> {
        // The working directory may be another one when it is opened again.
        let path = std::path::absolute(path)?;
        let file = Mutex::new(open(&path)?);
        Ok(Self(Arc::new(Place::File { path, file })))
    }

    /// Opens the file again; `false` for standard output, where there is nothing to open.
    ///
    /// # Errors
    /// That it can't be opened; then what follows goes on in the old one.
    pub fn reopen(&self) -> io::Result<bool> {
        let Place::File { path, file } = &*self.0 else { return Ok(false) };
        let new = open(path)?;
        *file.lock().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &*self.0 {
            Place::Stdout => io::stdout().write(bytes),
            Place::File { file, .. } => {
                file.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &*self.0 {
            Place::Stdout => io::stdout().flush(),
            Place::File { .. } => Ok(()),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}
