//! The recipe: from one Slack message to what is posted.

use super::class::{AuthorPolicy, Class};
use super::fate::{
    Converted, Fate, FileFate, FileOutcome, ReactionFate, ReactionOutcome, Sender, Skip,
};
use super::loss::{Loss, Losses};
use super::render::Renderer;
use super::roster::Roster;
use super::settings::{EditMark, LinkPolicy, Settings};
use super::subtype::{System, Treatment, treatment};
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use super::when::when;
use super::{Context, author, blocks, cards, files, mrkdwn, reactions, split, system};
use crate::draft::count_permalinks;
use crate::slack::Message;
use std::borrow::Cow;

/// What one message is converted with.
pub(super) struct Recipe<'c> {
    pub roster: &'c Roster,
    pub settings: &'c Settings,
    pub renderer: &'c dyn Renderer,
    pub context: &'c Context,
    pub message: &'c Message,
}

/// What the message says, whoever posts it.
#[derive(Clone, Copy)]
enum Voice {
    /// Speech: the name ends in a colon.
    Says,
    /// An act in the third person: the name is its subject.
    Does,
    /// A placeholder, which nobody says.
    Nobody,
}

impl Recipe<'_> {
    /// Converts the message.
    pub(super) fn run(&self) -> Converted {
        let message = self.message;
        let mut treatment = treatment(
            message.subtype.as_deref(),
            message.extra.room.is_some() && message.text.is_empty(),
            &self.settings.system_lines,
        );
        if message.hidden && matches!(treatment, Treatment::Post | Treatment::Unknown) {
            treatment = Treatment::Skip(Skip::HiddenLog, System::Text);
        }
        match treatment {
            Treatment::Skip(_, line) if self.is_root() => self.post(Treatment::System(line)),
            Treatment::Never(skip) | Treatment::Skip(skip, _) => self.skip(skip),
            Treatment::Tombstone if message.thread.is_none() && !self.settings.deleted_notices => {
                self.skip(Skip::DeletedMessage)
            }
            Treatment::Post | Treatment::Me | Treatment::Unknown => match self.unwanted() {
                Some(skip) => self.skip(skip),
                None => self.post(treatment),
            },
            treatment => self.post(treatment),
        }
    }

    /// A root is never left out: its replies need it.
    fn is_root(&self) -> bool {
        self.message.thread == Some(self.message.ts)
    }

    /// Messages of authors without an account may be left out, but for those that begin a thread.
    fn unwanted(&self) -> Option<Skip> {
        let (class, policy) = self.unmatched()?;
        let why = if class == Class::Bot { Skip::BotMessage } else { Skip::AuthorLeftOut };
        (*policy == AuthorPolicy::Skip && !self.is_root()).then_some(why)
    }

    fn unmatched(&self) -> Option<(Class, &AuthorPolicy)> {
        author::unmatched(self.message, self.roster, &self.settings.authors)
    }

    fn sender(&self, losses: &mut Losses) -> (Sender, Option<String>) {
        author::sender(self.message, self.roster, &self.settings.authors, losses)
    }

    fn is_broadcast(&self) -> bool {
        self.message.subtype.as_deref() == Some("thread_broadcast")
    }

    /// Leaves it out, with all that hangs on it.
    pub(super) fn skip(&self, skip: Skip) -> Converted {
        let message = self.message;
        let reaction = |name: &str, user: &crate::ids::SlackUserId| ReactionFate {
            user: user.clone(),
            slack_name: String::from(name),
            outcome: ReactionOutcome::Skipped(skip),
        };
        let by = |r: &crate::slack::Reaction| {
            r.users.iter().map(|u| reaction(&r.name, u)).collect::<Vec<_>>()
        };
        let file = |file: &crate::slack::File| FileFate {
            id: file.id.clone(),
            outcome: FileOutcome::Skipped(skip),
        };
        Converted {
            fate: Fate::Skip(skip),
            sender: self.sender(&mut Losses::default()).0,
            unmatched: self.unmatched().map(|(class, _)| class),
            thread: message.thread.filter(|_| self.context.threads),
            broadcast: self.is_broadcast(),
            reactions: message.reactions.iter().flat_map(by).collect(),
            files: message.files.iter().map(file).collect(),
            losses: Losses::default(),
        }
    }

    fn post(&self, treatment: Treatment) -> Converted {
        let message = self.message;
        let mut losses = Losses::default();
        let nodes = message.blocks.as_ref().and_then(|json| {
            let nodes = blocks::read(json);
            losses.add_many(Loss::BlocksUnreadable, u32::from(nodes.is_none()));
            nodes
        });
        let nodes = nodes.unwrap_or_default();
        let attachments = message.attachments.as_ref();
        let cards = attachments.map(|json| cards::read(json, &mut losses)).unwrap_or_default();
        let (mut document, voice) = self.body(treatment, &nodes, &mut losses);
        if !matches!(treatment, Treatment::Tombstone | Treatment::Withheld | Treatment::System(_)) {
            self.marks(&mut document, &mut losses);
            cards.append(&mut document, self.roster, &mut losses);
        }
        let files = files::convert(&message.files, &mut document, &mut losses);
        if document.is_empty() && losses.unread() {
            let words = "What this message held could not be read.";
            return self.finish(placeholder(words), voice, files, losses);
        }
        if document.is_empty() && !self.is_root() {
            return self.skip(Skip::Empty);
        }
        self.finish(document, voice, files, losses)
    }

    /// Reads what the message itself says: blocks before text.
    fn body<'a>(
        &'a self,
        treatment: Treatment,
        nodes: &'a [blocks::Node<'a>],
        losses: &mut Losses,
    ) -> (Document<'a>, Voice) {
        let mut document = Document::default();
        match treatment {
            Treatment::Tombstone => {
                losses.add(Loss::Tombstone);
                return (placeholder("This message was deleted in Slack."), Voice::Nobody);
            }
            Treatment::Withheld => {
                losses.add(Loss::Withheld);
                return (
                    placeholder("This message was withheld by its organisation."),
                    Voice::Says,
                );
            }
            Treatment::System(line) => {
                let mut document = system::line(line, self.message, self.roster, losses);
                document.restyle(Style::ITALIC);
                return (document, Voice::Does);
            }
            _ => {}
        }
        losses.add_many(Loss::CardAsText, u32::from(blocks::have_layout(nodes)));
        blocks::append(nodes, &mut document, losses);
        if document.is_empty() {
            let comment = self.message.extra.comment.as_deref();
            document =
                mrkdwn::parse(comment.unwrap_or_else(|| files::own_words(self.message)), losses);
        }
        if treatment == Treatment::Me {
            document.restyle(Style::ITALIC);
            return (document, Voice::Does);
        }
        losses.add_many(Loss::UnknownSubtype, u32::from(treatment == Treatment::Unknown));
        (document, Voice::Says)
    }

    /// Adds what Slack shows beside the text: that it was edited, that the channel saw it too.
    fn marks(&self, document: &mut Document<'_>, losses: &mut Losses) {
        if let Some(edited) = self.message.edited.as_ref().filter(|_| !document.is_empty()) {
            let words = match self.settings.edited {
                EditMark::Time => format!("(edited {})", when(edited.ts)),
                EditMark::Mark => String::from("(edited)"),
                EditMark::Nothing => String::new(),
            };
            losses.add_many(Loss::EditTime, u32::from(self.settings.edited != EditMark::Time));
            if !words.is_empty() {
                mark(document, words);
            }
        }
        if self.is_broadcast() && self.context.threads {
            losses.add(Loss::BroadcastOnce);
            mark(document, "(also sent to the channel)");
        }
    }

    fn finish<'a>(
        &'a self,
        mut document: Document<'a>,
        voice: Voice,
        files: Vec<FileFate>,
        mut losses: Losses,
    ) -> Converted {
        let message = self.message;
        if document.is_empty() {
            document = placeholder("A notice by Slack stood here.");
        }
        let (sender, name) = match voice {
            Voice::Nobody => (Sender::Admin, None),
            _ => self.sender(&mut losses),
        };
        let unmatched = self.unmatched().filter(|_| !matches!(voice, Voice::Nobody));
        if let Some(name) = name {
            let colon = matches!(voice, Voice::Says);
            author::put_in_front(&mut document, &name, colon, &mut losses);
        }
        let reply = message.thread.is_some_and(|root| root != message.ts);
        if reply && !self.context.threads {
            losses.add(Loss::ThreadFlattened);
            author::put_mark_in_front(&mut document, "↪ ");
        }
        let (roster, settings) = (self.roster, self.settings);
        let reactions =
            reactions::convert(&message.reactions, roster, settings, &mut document, &mut losses);
        let text = self.renderer.render(&document, self.roster, &mut losses);
        let parts = if split::fits(&text, self.settings.budget) {
            vec![text]
        } else {
            split::split(&text, &self.head(&document), self.settings.budget, &mut losses)
        };
        losses.add_many(Loss::Split, u32::from(parts.len() > 1));
        if self.settings.links == LinkPolicy::Keep {
            losses.add_many(Loss::LinkKept, parts.iter().map(|part| count_permalinks(part)).sum());
        }
        Converted {
            fate: Fate::Post(parts),
            sender,
            unmatched: unmatched.map(|(class, _)| class),
            thread: message.thread.filter(|_| self.context.threads),
            broadcast: self.is_broadcast(),
            reactions,
            files,
            losses,
        }
    }

    /// Returns how every further part of a long message begins: the name alone, where there is one.
    fn head(&self, document: &Document<'_>) -> String {
        let inlines = document.blocks.first().map_or(&[][..], |block| &block.inlines);
        let name = inlines.iter().find(|inline| matches!(inline.span, Span::Byline(_)));
        let Some(name) = name.cloned() else {
            return String::new();
        };
        let mut head = Document::default();
        head.paragraph(vec![name]);
        self.renderer.render(&head, self.roster, &mut Losses::default()) + " "
    }
}

fn placeholder(words: &str) -> Document<'_> {
    let mut document = Document::default();
    document.paragraph(vec![Inline::text(words, Style::ITALIC)]);
    document
}

/// Puts a small remark behind the text, on a line of its own behind code and quotes.
fn mark<'a>(document: &mut Document<'a>, words: impl Into<Cow<'a, str>>) {
    while document.blocks.last().is_some_and(|block| block.is_empty() && block.shape != Shape::Rule)
    {
        document.blocks.pop();
    }
    let remark = Inline::text(words, Style::ITALIC);
    match document.blocks.last_mut() {
        Some(Block { shape: Shape::Paragraph | Shape::Item { .. }, quoted: false, inlines }) => {
            trim_end(inlines);
            inlines.extend([Inline::text(" ", Style::PLAIN), remark]);
        }
        _ => document.paragraph(vec![remark]),
    }
}

/// Takes white space off the end of a paragraph.
fn trim_end(inlines: &mut Vec<Inline<'_>>) {
    while let Some(Inline { span: Span::Text(text), .. }) = inlines.last_mut() {
        let end = text.trim_end().len();
        if end > 0 {
            text.to_mut().truncate(end);
            return;
        }
        inlines.pop();
    }
}
