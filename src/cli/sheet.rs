//! Tables that are edited in a spreadsheet: written so that nothing in them is a formula, and read
//! back whatever the spreadsheet made of them.

use std::fmt;

/// What a cell may begin with to be taken for a formula, the wide forms included, or for the mark
/// that we put in front.
const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠'];
/// The same inside a cell, where a quote may begin one too.
const INNER: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠', '"'];
/// Where another program may begin a new cell inside one of ours.
const PARTS: &[char] = &[';', '\t', '\r', '\n'];
/// What may stand between cells; the first is ours.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A table as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    columns: Vec<String>,
    /// The rows, without empty ones.
    pub rows: Vec<Row>,
    /// It was saved in an old code page: of its cells only plain letters are sure.
    is_doubtful: bool,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that it begins at.
    pub line: u64,
    cells: Vec<String>,
}

/// Why a table can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSheet(String);

impl fmt::Display for BadSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSheet {}

/// Writes a table as CSV.
pub fn write<'a>(
    columns: &[&str],
    rows: impl IntoIterator<Item = &'a [String]>,
) -> std::io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns)?;
    for row in rows {
        csv.write_record(row.iter().map(|cell| defused(cell)))?;
    }
    csv.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

/// Puts an apostrophe in front of what a spreadsheet would take for a formula: at the beginning,
/// and wherever a cell begins for one that parts cells otherwise, and takes no heed of quotes.
fn defused(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 1);
    let (mut rest, mut risky) = (cell, STARTS);
    while !rest.is_empty() {
        if rest.starts_with(risky) {
            safe.push('\'');
        }
        let end = rest.find(PARTS).map_or(rest.len(), |at| at + 1);
        safe.push_str(&rest[..end]);
        (rest, risky) = (&rest[end..], INNER);
    }
    safe
}

/// Takes the apostrophes off again.
fn restored(cell: &str) -> String {
    let mut plain = String::with_capacity(cell.len());
    let (mut rest, mut risky) = (cell, STARTS);
    while !rest.is_empty() {
        rest = rest.strip_prefix('\'').filter(|after| after.starts_with(risky)).unwrap_or(rest);
        let end = rest.find(PARTS).map_or(rest.len(), |at| at + 1);
        plain.push_str(&rest[..end]);
        (rest, risky) = (&rest[end..], INNER);
    }
    plain
}

impl Sheet {
    /// Reads a table with a heading: cells parted by comma, semicolon or tab, quoted or not, with
    /// or without a byte order mark.
    pub fn read(bytes: &[u8]) -> Result<Self, BadSheet> {
        let (text, is_doubtful) = decoded(bytes);
        let (skipped, hint, text) = separator_line(&text);
        let separator = hint.unwrap_or_else(|| separator(text.lines().next().unwrap_or_default()));
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let (mut rows, mut lines) = (Vec::new(), Lines::new(text));
        for record in csv.records() {
            let record = record.map_err(|error| BadSheet(error.to_string()))?;
            let line = lines.of(record.position().map_or(0, csv::Position::byte)) + skipped;
            let cells: Vec<String> = record.iter().map(restored).collect();
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(Row { line, cells });
            }
        }
        if rows.is_empty() {
            return Err(BadSheet("there is nothing in it".to_owned()));
        }
        let heading = rows.remove(0);
        let mut columns: Vec<String> =
            heading.cells.iter().map(|name| name.trim().to_lowercase()).collect();
        while columns.last().is_some_and(String::is_empty) {
            columns.pop();
        }
        let twice = columns
            .iter()
            .enumerate()
            .find(|(at, name)| !name.is_empty() && columns[..*at].contains(name));
        if let Some((_, name)) = twice {
            return Err(BadSheet(format!("the column {name} stands there twice")));
        }
        Ok(Self { columns, rows, is_doubtful })
    }

    /// Returns where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Tells whether a cell holds letters that nobody can read any more.
    pub fn is_unreadable(&self, cell: &str) -> bool {
        self.is_doubtful && cell.contains(char::REPLACEMENT_CHARACTER)
    }

    /// Tells whether a row has cells beyond the heading: a separator inside a cell, unquoted.
    pub fn is_too_long(&self, row: &Row) -> bool {
        row.cells.iter().skip(self.columns.len()).any(|cell| !cell.trim().is_empty())
    }
}

impl Row {
    /// Returns a cell; none where the row ends before it.
    pub fn given(&self, column: Option<usize>) -> Option<&str> {
        column.and_then(|at| self.cells.get(at)).map(String::as_str)
    }

    /// Returns a cell; an empty one where the row is shorter, or has no such column.
    pub fn cell(&self, column: Option<usize>) -> &str {
        self.given(column).unwrap_or_default()
    }
}

/// Tells at which line something begins; asked in order. The reader's own count is one too low behind
/// a line that ends in CR LF.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// Returns the line of the first cell at or behind a place.
    fn of(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let ends = bytes[byte..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.get(self.at..byte + ends).unwrap_or_default();
        self.line += passed.matches('\n').count() as u64;
        self.at = self.at.max(byte + ends);
        self.line
    }
}

/// Spreadsheets save in UTF-8 with a mark, in UTF-16 with a mark, or in an old code page; of the
/// last only plain letters are sure. Returns the text, and whether that is so.
fn decoded(bytes: &[u8]) -> (String, bool) {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => (wide(u16::from_le_bytes), false),
        [0xfe, 0xff, ..] => (wide(u16::from_be_bytes), false),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            (text.trim_start_matches('\u{feff}').to_owned(), std::str::from_utf8(bytes).is_err())
        }
    }
}

/// Takes off a first line such as `sep=;`; returns how many lines that were, and what it says.
fn separator_line(text: &str) -> (u64, Option<u8>, &str) {
    let line = text.lines().next().unwrap_or_default();
    let said = line.trim().trim_matches('"').to_lowercase();
    match said.strip_prefix("sep=").map(str::as_bytes) {
        Some([one]) if SEPARATORS.contains(one) => {
            (1, Some(*one), text.split_once('\n').map_or("", |(_, rest)| rest))
        }
        _ => (0, None, text),
    }
}

/// Our headings hold no separator, so the most frequent one is it.
fn separator(heading: &str) -> u8 {
    let count = |separator: &u8| heading.bytes().filter(|byte| byte == separator).count();
    let mut all = SEPARATORS;
    all.reverse();
    all.into_iter().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(sheet: &Sheet) -> Vec<Vec<String>> {
        sheet.rows.iter().map(|row| row.cells.clone()).collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_nothing_in_it_is_a_formula(
            rows in proptest::collection::vec(("[a-z]", any::<String>(), "[=+@\t\r\n;\"'＝ -]{0,4}.?"), 0..8)
        ) {
            let rows: Vec<Vec<String>> =
                rows.into_iter().map(|(a, b, c)| vec![a, b, c]).collect();
            let bytes = write(&["id", "name", "note"], rows.iter().map(Vec::as_slice)).expect("memory");
            let mut raw = csv::Reader::from_reader(&bytes[..]);
            for record in raw.records() {
                for cell in &record.expect("our own") {
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{cell:?}");
                }
            }
            // A program that parts cells at semicolons sees other cells, and no formula either.
            let mut raw = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(&bytes[..]);
            for record in raw.byte_records() {
                for cell in record.expect("any bytes").iter().skip(1) {
                    prop_assert!(!cell.starts_with(b"=") && !cell.starts_with(b"+") && !cell.starts_with(b"@"));
                }
            }
            let read = Sheet::read(&bytes).expect("our own");
            prop_assert_eq!(cells(&read), rows.clone());
            // The same, as another spreadsheet saves it: a mark, semicolons, everything quoted.
            let mut csv = csv::WriterBuilder::new()
                .delimiter(b';')
                .quote_style(csv::QuoteStyle::Always)
                .terminator(csv::Terminator::CRLF)
                .from_writer("\u{feff}".as_bytes().to_vec());
            csv.write_record(["id", "name", "note"]).expect("memory");
            for row in &rows {
                csv.write_record(row.iter().map(|cell| defused(cell))).expect("memory");
            }
            let read = Sheet::read(&csv.into_inner().expect("memory")).expect("a sheet");
            prop_assert_eq!(cells(&read), rows);
        }

        #[test]
        fn no_bytes_are_too_odd_to_be_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Sheet::read(&bytes);
        }
    }

    #[test]
    fn c9_no_formula_hides_behind_another_programs_separator_and_nothing_is_lost() {
        for (cell, safe) in [
            ("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"),
            ("=1;+2\t@3\n-4", "'=1;'+2\t'@3\n'-4"),
            ("x;'=1", "x;''=1"),
            ("x;\"=1;y", "x;'\"=1;y"),
            ("Lind; Bo", "Lind; Bo"),
            ("\"Bo\"", "\"Bo\""),
        ] {
            assert_eq!(defused(cell), safe);
            assert_eq!(restored(safe), cell);
        }
    }

    #[test]
    fn a_spreadsheets_ways_of_saving_are_all_one() {
        let plain = "slack_id,account\nU1,a@x.example\n";
        let wide = |text: &str| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        };
        let all: [Vec<u8>; 6] = [
            plain.into(),
            "\u{feff}slack_id;account;;\r\nU1;a@x.example;;\r\n;;;\r\n".into(),
            "sep=;\r\n\"Slack_ID\";\"Account\"\r\n\"U1\";\"a@x.example\"\r\n".into(),
            wide("slack_id\taccount\r\nU1\ta@x.example\r\n"),
            "\n\naccount,slack_id,note\na@x.example,U1,\n".into(),
            b"slack_id,name,account\nU1,J\xf6rg,a@x.example\n".to_vec(),
        ];
        for bytes in all {
            let sheet = Sheet::read(&bytes).expect("a sheet");
            let row = &sheet.rows[0];
            let of = |name: &str| row.cell(sheet.column(name));
            assert_eq!((of("slack_id"), of("account")), ("U1", "a@x.example"));
            assert_eq!((sheet.rows.len(), sheet.is_too_long(row)), (1, false));
        }
        let old = Sheet::read(b"id,x\nA,J\xf6rg\n").expect("a sheet");
        assert!(old.is_unreadable(old.rows[0].cell(Some(1))) && !old.is_unreadable("A"));
        let new = Sheet::read("id,x\nA,J\u{fffd}rg\n".as_bytes()).expect("a sheet");
        assert!(!new.is_unreadable(new.rows[0].cell(Some(1))), "Slack wrote it so");
        let lines = Sheet::read(b"sep=;\nid;x\nA;\"1\n2\"\n\nB;3\n").expect("a sheet");
        assert_eq!(lines.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 6]);
        let unquoted = Sheet::read(b"id,x\nA,Lind, Bo\n").expect("a sheet");
        assert!(unquoted.is_too_long(&unquoted.rows[0]));
        assert_eq!(Sheet::read(b"\n").expect_err("empty").to_string(), "there is nothing in it");
        let twice = Sheet::read(b"id,x,ID\n").expect_err("a column twice");
        assert_eq!(twice.to_string(), "the column id stands there twice");
    }
}
