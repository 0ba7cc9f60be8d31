//! The table that the benchmark prints.

use crate::process::Cost;
use comfy_table::{CellAlignment, Table, presets};

/// One measured row, or why there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) failed: Option<String>,
    pub(crate) wall: f64,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) calls: u64,
    /// The processes that took part, by name.
    pub(crate) costs: Vec<(&'static str, Cost)>,
    /// Share of the layer below, and its name.
    pub(crate) share: Option<(f64, &'static str)>,
}

impl Row {
    /// Returns a row that says what went wrong.
    pub(crate) fn failed(what: &str, why: String) -> Self {
        Self { what: what.to_owned(), failed: Some(why), ..Self::default() }
    }

    /// Returns so many things by second; 0 if nothing was measured.
    pub(crate) fn rate(&self, count: u64) -> f64 {
        if self.wall > 0.0 { count as f64 / self.wall } else { 0.0 }
    }

    /// Messages by second of processor time of the first process: what is left of the rate when
    /// other work shares the machine.
    fn each_core(&self, cost: &Cost) -> Option<String> {
        let cpu = cost.cpu.filter(|cpu| *cpu > 0.0 && self.messages > 0)?;
        Some(grouped((self.messages as f64 / cpu) as u64))
    }

    fn cells(&self) -> Vec<String> {
        let rate = |count: u64, unit: f64| {
            if count == 0 { String::new() } else { grouped((self.rate(count) / unit) as u64) }
        };
        let joined = |cell: &dyn Fn(&Cost) -> Option<String>| {
            let cells = self.costs.iter().filter_map(|(name, cost)| {
                let cell = cell(cost)?;
                Some(if self.costs.len() > 1 { format!("{name} {cell}") } else { cell })
            });
            cells.collect::<Vec<_>>().join(", ")
        };
        vec![
            self.what.clone(),
            format!("{:.2}", self.wall),
            rate(self.messages, 1.0),
            self.costs.first().and_then(|(_, cost)| self.each_core(cost)).unwrap_or_default(),
            rate(self.bytes, 1e6),
            rate(self.calls, 1.0),
            joined(&|cost| cost.cpu.map(|cpu| format!("{cpu:.1}"))),
            joined(&|cost| cost.peak_kib.map(|kib| (kib / 1024).to_string())),
            self.share
                .map_or_else(String::new, |(share, of)| format!("{:.0} % of {of}", share * 100.0)),
        ]
    }
}

/// Lays the rows out; those that failed come below, with their reasons.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "row",
        "wall s",
        "messages/s",
        "MB/s",
        "calls/s",
        "CPU s",
        "peak MiB",
        "share",
    ]);
    rows.iter().filter(|row| row.failed.is_none()).for_each(|row| {
        table.add_row(row.cells());
    });
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    let mut text = table.to_string();
    for row in rows {
        if let Some(why) = &row.failed {
            text.push_str(&["\nfailed: ", &row.what, ": ", why].concat());
        }
    }
    text
}

/// Writes 1234567 as 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
