//! A pinned message as a line of a list: when it was said, by whom, and how it begins.

use super::loss::{Loss, Losses};
use super::message::Recipe;
use super::render::{ChatMarkup, PlainText, Renderer};
use super::roster::one_line;
use super::tree::{Document, Inline, Style};
use super::{Context, Converted, Converter, Fate, Sender, when};
use crate::draft::{count_permalinks, named_in_front};
use crate::ids::{ConversationId, Permalink};
use crate::slack::Message;
use unicode_segmentation::UnicodeSegmentation;

/// How many graphemes of a message are shown.
const SHOWN: usize = 120;

impl Converter {
    /// Writes a message's line in Chat's markup; none for one that is left out.
    pub fn pin(
        &self,
        conversation: &ConversationId,
        context: &Context,
        message: &Message,
    ) -> Option<String> {
        let plainly = Recipe { renderer: &PlainText, ..self.recipe(context, message) }.run();
        let Fate::Post(parts) = &plainly.fate else { return None };
        let words = parts.first().map_or("", String::as_str);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let (name, words) = self.speaker(message, &plainly, &words);
        let name = name.map(|name| name + ": ").unwrap_or_default();
        let words = self.literally(&format!("{name}{}", shortened(words)));
        Some(format!("{}, {words}", self.moment(conversation, message)))
    }

    /// Takes the name off the text of somebody without an account; others are named by the export.
    fn speaker<'w>(
        &self,
        message: &Message,
        converted: &Converted,
        words: &'w str,
    ) -> (Option<String>, &'w str) {
        let losses = &converted.losses;
        if losses.count(Loss::AuthorAsText) + losses.count(Loss::BotAsText) > 0 {
            let rest = words.split_once("* ").map_or(words, |(_, rest)| rest);
            return named_in_front(words).map_or((None, words), |name| (Some(name), rest));
        }
        let author = message.author.user.as_ref();
        let author = author.filter(|_| matches!(converted.sender, Sender::Person(_)));
        let known = author.and_then(|id| self.roster().people.get(id));
        (known.map(|known| one_line(&known.name)), words)
    }

    /// Says when; as a link, where one may be led to Chat later.
    fn moment(&self, conversation: &ConversationId, message: &Message) -> String {
        let (conversation, ts) = (conversation.clone(), message.ts);
        let link = Permalink { conversation, ts };
        let host = self.settings().workspace.as_deref();
        let linked = host.map(|host| format!("<https://{host}{link}|{}>", when(ts)));
        linked.filter(|link| count_permalinks(link) == 1).unwrap_or_else(|| when(ts))
    }

    /// Writes words so that Chat shows them as they are.
    fn literally(&self, words: &str) -> String {
        let mut document = Document::default();
        document.paragraph(vec![Inline::text(words, Style::PLAIN)]);
        ChatMarkup.render(&document, self.roster(), &mut Losses::default())
    }
}

/// Cuts words between two of them, so that no address is cut where that can be helped.
fn shortened(words: &str) -> String {
    let Some((end, _)) = words.grapheme_indices(true).nth(SHOWN) else { return words.to_owned() };
    let cut = &words[..end];
    let whole = cut.rfind(' ').map_or(cut, |at| &cut[..at]);
    format!("{whole} …")
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, shortened};

    #[test]
    fn a_long_text_is_cut_between_words_and_graphemes() {
        let short = "x".repeat(SHOWN);
        assert_eq!(shortened(&short), short);
        let long = format!("{} https://example.com/long", "word ".repeat(22).trim_end());
        assert_eq!(shortened(&long), format!("{} …", "word ".repeat(22).trim_end()));
        assert_eq!(shortened(&"👩‍👩‍👧".repeat(SHOWN + 1)), format!("{} …", "👩‍👩‍👧".repeat(SHOWN)));
    }
}
