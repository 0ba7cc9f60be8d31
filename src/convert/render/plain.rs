//! Text without any markup, for descriptions.

use super::{Renderer, names};
use crate::convert::loss::Losses;
use crate::convert::roster::Roster;
use crate::convert::tree::{Document, Shape, Span};

/// Renders words alone: marks fall away, links show their address.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlainText;

impl Renderer for PlainText {
    fn render(&self, document: &Document<'_>, roster: &Roster, _losses: &mut Losses) -> String {
        let mut out = String::new();
        for block in &document.blocks {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            match block.shape {
                Shape::Item { number: Some(number), .. } => out.push_str(&number_mark(number)),
                Shape::Item { number: None, .. } => out.push_str("• "),
                _ => {}
            }
            for inline in &block.inlines {
                out.push_str(&names::words(&inline.span, roster));
                if let Span::Link { url, label: Some(label) } = &inline.span
                    && !url.ends_with(&**label)
                {
                    out.extend([" (", &**url, ")"]);
                }
            }
        }
        String::from(out.trim())
    }
}

fn number_mark(number: u32) -> String {
    format!("{number}. ")
}
