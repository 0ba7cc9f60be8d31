//! Files: a line with name, size and Slack's page, or the file's own where it lives elsewhere. Never
//! the URL of bytes in Slack: it holds a token.

use super::fate::{FileFate, FileOutcome, Gone};
use super::loss::{Loss, Losses};
use super::mrkdwn::{link_target, unescape};
use super::roster::one_line;
use super::tree::{Document, Inline, Span, Style};
use crate::slack::{File, FileMode, Message};
use std::borrow::Cow;

/// Adds a line per file and tells what becomes of each.
pub(super) fn convert<'a>(
    files: &'a [File],
    document: &mut Document<'a>,
    losses: &mut Losses,
) -> Vec<FileFate> {
    let mut fates = Vec::with_capacity(files.len());
    for file in files {
        let outcome = outcome(file);
        losses.add(match outcome {
            FileOutcome::Lost(_) => Loss::FileLost,
            _ => Loss::FileAsText,
        });
        document.paragraph(line(file, outcome));
        fates.push(FileFate { id: file.id.clone(), outcome });
    }
    fates
}

fn outcome(file: &File) -> FileOutcome {
    match file.mode {
        FileMode::Tombstone => FileOutcome::Lost(Gone::Deleted),
        FileMode::HiddenByLimit => FileOutcome::Lost(Gone::HiddenByPlan),
        FileMode::Denied => FileOutcome::Lost(Gone::Denied),
        _ => FileOutcome::AsText,
    }
}

/// Says why there is no file.
pub(super) const fn why_gone(gone: Gone) -> &'static str {
    match gone {
        Gone::Deleted => "(a file that was deleted in Slack)",
        Gone::HiddenByPlan => "(a file that Slack's free plan hides)",
        Gone::Denied => "(a file that the export may not read)",
    }
}

/// Returns what the author says. Until 2018 Slack put its own sentence about the file around that,
/// which says no more than the file's line.
pub(super) fn own_words(message: &Message) -> &str {
    let text = message.text.as_str();
    let author = message.author.user.as_ref().map_or("", |id| id.as_str());
    let shared = message.subtype.as_deref() == Some("file_share");
    match shared.then(|| upload(text, author)).flatten() {
        Some((name, comment)) if message.files.iter().any(|file| is_called(file, name)) => comment,
        _ => text,
    }
}

/// Reads `<@U1> uploaded a file: <address|name> and commented: words`: the name and the words.
fn upload<'a>(text: &'a str, author: &str) -> Option<(&'a str, &'a str)> {
    let (who, rest) = text.strip_prefix("<@")?.split_once("> ")?;
    if who.split('|').next() != Some(author) {
        return None;
    }
    let acts = ["uploaded a file: <", "shared a file: <"];
    let (link, rest) = acts.iter().find_map(|act| rest.strip_prefix(act))?.split_once('>')?;
    let (_, name) = link.split_once('|')?;
    let comment = rest.strip_prefix(" and commented: ");
    Some((name, comment.or_else(|| rest.trim().is_empty().then_some(""))?))
}

/// Tells whether a file's line shows that name, its ending aside.
fn is_called(file: &File, name: &str) -> bool {
    let shown = file.name.as_deref().unwrap_or_default();
    let stem = shown.rsplit_once('.').map_or(shown, |(stem, _)| stem);
    let name = unescape(name);
    name == shown || name == stem
}

fn line(file: &File, outcome: FileOutcome) -> Vec<Inline<'_>> {
    let mut line = vec![Inline::text("📎 ", Style::PLAIN)];
    if let FileOutcome::Lost(gone) = outcome {
        let words = why_gone(gone);
        let mut name = file.name.as_deref().map(one_line).unwrap_or_default();
        name.push_str(if name.is_empty() { "" } else { " " });
        line.push(Inline::text(name + words, Style::PLAIN));
        return line;
    }
    let name = one_line(file.name.as_deref().or(file.title.as_deref()).unwrap_or("file"));
    let own = file.url.as_deref().filter(|url| file.mode == FileMode::External && elsewhere(url));
    let page = own.or(file.permalink.as_deref()).filter(|url| url.starts_with("https://"));
    line.push(match page.and_then(link_target) {
        Some(url) => {
            let span = Span::Link { url, label: Some(Cow::Owned(name)) };
            Inline { span, style: Style::PLAIN }
        }
        None => Inline::text(name, Style::PLAIN),
    });
    if let Some(size) = file.size.filter(|size| *size > 0) {
        line.push(Inline::text(format!(" ({})", readable(size)), Style::PLAIN));
    }
    line
}

/// Tells whether an address leads to another service than Slack.
fn elsewhere(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !["slack.com", "slack-files.com"].iter().any(|own| host.ends_with(own)))
}

/// Writes a size as people read it: `1.2 MB`.
fn readable(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn sizes_read_well() {
        let sizes = [999, 1_000, 1_234_567, 999_999, 5_000_000_000].map(readable);
        assert_eq!(sizes, ["999 bytes", "1.0 kB", "1.2 MB", "1.0 MB", "5.0 GB"]);
    }
}
