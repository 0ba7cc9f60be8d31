//! JSON as PHP pretty-prints it, which is how Slack's exports look: four spaces, `\/`, raw UTF-8.

use std::fmt::Write as _;

/// A JSON text in the making.
#[derive(Debug, Default)]
pub(crate) struct Php {
    out: String,
    depth: usize,
    /// Nothing was written yet into the list or object that is open.
    empty: bool,
}

impl Php {
    /// Begins a text whose first value stands so deep in another one.
    pub(crate) fn at_depth(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Writes the list that is the whole text.
    pub(crate) fn whole_list(&mut self, body: impl FnOnce(&mut Self)) {
        self.nest('[', ']', body);
    }

    /// Writes the object that is the whole text.
    pub(crate) fn whole_object(&mut self, body: impl FnOnce(&mut Self)) {
        self.nest('{', '}', body);
    }

    /// Adds an object to the open list.
    pub(crate) fn entry(&mut self, body: impl FnOnce(&mut Self)) {
        self.next();
        self.nest('{', '}', body);
    }

    /// Adds a string to the open list.
    pub(crate) fn value(&mut self, text: &str) {
        self.next();
        self.quote(text);
    }

    /// Adds a field that holds a string.
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.quote(text);
    }

    /// Adds a field that holds a number.
    pub(crate) fn int(&mut self, key: &str, number: i64) {
        self.key(key);
        let _ = write!(self.out, "{number}");
    }

    /// Adds a field that holds true or false.
    pub(crate) fn flag(&mut self, key: &str, flag: bool) {
        self.raw(key, if flag { "true" } else { "false" });
    }

    /// Adds a field whose JSON is ready.
    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.push_str(json);
    }

    /// Adds a field that holds an object.
    pub(crate) fn object(&mut self, key: &str, body: impl FnOnce(&mut Self)) {
        self.key(key);
        self.nest('{', '}', body);
    }

    /// Adds a field that holds a list.
    pub(crate) fn list(&mut self, key: &str, body: impl FnOnce(&mut Self)) {
        self.key(key);
        self.nest('[', ']', body);
    }

    /// Adds a field that holds a list of strings.
    pub(crate) fn texts<'a>(&mut self, key: &str, texts: impl IntoIterator<Item = &'a str>) {
        self.list(key, |list| texts.into_iter().for_each(|text| list.value(text)));
    }

    /// Returns the text.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn key(&mut self, key: &str) {
        self.next();
        self.quote(key);
        self.out.push_str(": ");
    }

    fn nest(&mut self, open: char, close: char, body: impl FnOnce(&mut Self)) {
        self.out.push(open);
        self.depth += 1;
        self.empty = true;
        body(self);
        self.depth -= 1;
        if !self.empty {
            self.line();
        }
        self.empty = false;
        self.out.push(close);
    }

    fn next(&mut self) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.line();
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth {
            self.out.push_str("    ");
        }
    }

    fn quote(&mut self, text: &str) {
        self.out.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if !matches!(byte, b'"' | b'\\' | b'/' | 0..0x20) {
                continue;
            }
            self.out.push_str(&text[from..at]);
            from = at + 1;
            match byte {
                b'\n' => self.out.push_str("\\n"),
                b'\t' => self.out.push_str("\\t"),
                b'"' | b'\\' | b'/' => {
                    self.out.push('\\');
                    self.out.push(char::from(byte));
                }
                _ => {
                    let _ = write!(self.out, "\\u{byte:04x}");
                }
            }
        }
        self.out.push_str(&text[from..]);
        self.out.push('"');
    }
}
