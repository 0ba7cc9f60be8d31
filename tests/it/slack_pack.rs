//! Makes exports for tests: zips byte by byte, and folders.

use chatferry::slack::{Bad, Export, Options};
use std::io::{Cursor, Write};
use std::path::PathBuf;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A zip in the making, or a finished zip or folder.
pub(crate) struct Pack {
    writer: Option<ZipWriter<Cursor<Vec<u8>>>>,
    _dir: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Pack {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("export.zip");
        Self { writer: Some(ZipWriter::new(Cursor::default())), _dir: dir, path }
    }

    /// A file of these bytes, zip or not.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut pack = Self::new();
        pack.writer = None;
        std::fs::write(&pack.path, bytes).expect("written");
        pack
    }

    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        self.put(name, bytes, CompressionMethod::Deflated);
    }

    pub(crate) fn store(&mut self, name: &str, bytes: &[u8]) {
        self.put(name, bytes, CompressionMethod::Stored);
    }

    fn put(&mut self, name: &str, bytes: &[u8], method: CompressionMethod) {
        let writer = self.writer.as_mut().expect("not finished");
        writer
            .start_file(name, SimpleFileOptions::default().compression_method(method))
            .expect("an entry");
        writer.write_all(bytes).expect("written");
    }

    pub(crate) fn link(&mut self, name: &str, target: &str) {
        let writer = self.writer.as_mut().expect("not finished");
        writer.add_symlink(name, target, SimpleFileOptions::default()).expect("a link");
    }

    /// The zip's bytes.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        let writer = self.writer.take().expect("not finished");
        writer.finish().expect("finished").into_inner()
    }

    pub(crate) fn finish(mut self) -> Self {
        let bytes = self.bytes();
        std::fs::write(&self.path, bytes).expect("written");
        self
    }

    pub(crate) fn open(&self) -> Export {
        Export::open(&self.path, &Options::default()).expect("an export")
    }

    /// Reads all of it: how many messages, and what is bad.
    pub(crate) fn read(&self) -> (usize, Vec<Bad>) {
        let export = self.open();
        let (mut messages, mut bad, mut scratch) = (0, Vec::new(), Vec::new());
        for conversation in export.conversations() {
            for day in export.days(conversation) {
                let day = export.read_day(&day, &mut scratch);
                messages += day.messages.len();
                bad.extend(day.bad);
            }
        }
        (messages, bad)
    }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> Pack {
    let mut pack = Pack::new();
    pack.writer = None;
    pack.path.set_extension("");
    std::fs::create_dir(&pack.path).expect("a folder");
    for (name, text) in files {
        let path = pack.path.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    pack
}

/// A day file with a message for each text.
pub(crate) fn day(texts: &[&str]) -> String {
    let message = |(index, text): (usize, &&str)| {
        format!(
            r#"{{"type":"message","user":"U1","text":"{text}","ts":"170406720{index}.000100"}}"#
        )
    };
    let all: Vec<String> = texts.iter().enumerate().map(message).collect();
    format!("[{}]", all.join(","))
}
