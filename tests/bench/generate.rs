//! Makes Slack exports of any size, the same bytes for the same seed.
//!
//! Fields and rates follow what real exports show: about 2 kB of pretty-printed JSON a message,
//! rich text on most, profiles on nine in ten, threads, reactions, edits, bots, files in every mode,
//! all kinds of conversation with sizes that fall as 1/rank, years of days. A day file is in memory
//! at a time, so two million messages need little more than the archive's own directory.

#[path = "generate/attach.rs"]
mod attach;
#[path = "generate/content.rs"]
mod content;
#[path = "generate/day.rs"]
mod day;
#[path = "generate/message.rs"]
mod message;
#[path = "generate/people.rs"]
mod people;
#[path = "generate/php.rs"]
mod php;
#[path = "generate/rich.rs"]
mod rich;
#[path = "generate/rooms.rs"]
mod rooms;
#[path = "generate/system.rs"]
mod system;
#[path = "generate/timeline.rs"]
mod timeline;
#[path = "generate/words.rs"]
mod words;

use self::content::Cast;
use self::day::{Day, day_of};
use self::message::{Scene, record};
use self::php::Php;
use self::rooms::{Kind, Room};
use self::timeline::Timeline;
use self::words::Words;
use fastrand::Rng;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How large an export to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) messages: u64,
    pub(crate) conversations: usize,
    pub(crate) people: usize,
    pub(crate) seed: u64,
}

impl Shape {
    /// Returns the usual shape for so many messages: 2,000,000 come with 12,000 conversations.
    pub(crate) fn of(messages: u64, seed: u64) -> Self {
        let conversations = (messages / 166).clamp(12, 12_000) as usize;
        let people = (messages / 400).clamp(12, 5_000) as usize;
        Self { messages, conversations, people, seed }
    }
}

/// What an export holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) messages: u64,
    pub(crate) day_files: u64,
    pub(crate) json_bytes: u64,
    pub(crate) threads: u64,
    pub(crate) replies: u64,
    pub(crate) reactions: u64,
    pub(crate) reaction_users: u64,
    pub(crate) files: u64,
    pub(crate) edited: u64,
    pub(crate) bot_messages: u64,
    pub(crate) with_blocks: u64,
    pub(crate) with_profile: u64,
}

/// Writes an export as a zip.
pub(crate) fn generate(path: &Path, shape: Shape) -> io::Result<Summary> {
    let mut rng = Rng::with_seed(shape.seed);
    let words = Words::new(&mut rng);
    let people = people::everybody(&mut rng, &words, shape.people);
    let mut rooms = rooms::rooms(&mut rng, &words, &people, shape.conversations, shape.messages);
    let public = rooms.iter().filter(|room| room.kind == Kind::Public);
    let channels: Vec<_> = public.map(|room| (room.id.clone(), room.name.clone())).collect();
    let cast = Cast { words: &words, people: &people, channels: &channels };
    let mut archive = Archive::create(path)?;
    let mut summary = Summary::default();
    for room in &mut rooms {
        let seeds = (rng.fork(), rng.fork());
        let (told, pins) = tell(&mut archive, &cast, room, seeds, summary)?;
        (summary, room.pins) = (told, pins);
    }
    archive.add("users.json", &people::users_json(&people))?;
    for (name, kind) in [
        ("channels.json", Kind::Public),
        ("groups.json", Kind::Private),
        ("mpims.json", Kind::Group),
        ("dms.json", Kind::Direct),
    ] {
        archive.add(name, &rooms::list_json(&rooms, &people, kind))?;
    }
    archive.add("integration_logs.json", "[]")?;
    archive.add("canvases.json", "[]")?;
    summary.json_bytes = archive.finish()?;
    Ok(summary)
}

type Pins = Vec<(i64, usize)>;

/// Writes the day files of one conversation; returns the new sums, and what was pinned.
fn tell(
    archive: &mut Archive,
    cast: &Cast<'_>,
    room: &Room,
    seeds: (Rng, Rng),
    summary: Summary,
) -> io::Result<(Summary, Pins)> {
    let mut scene = Scene { cast, room, rng: seeds.0, summary };
    let mut posts = Timeline::new(seeds.1, room).peekable();
    let mut pins = Vec::new();
    if posts.peek().is_some() {
        archive.folder(&room.name)?;
    }
    while let Some(first) = posts.peek() {
        let Day { name, end } = day_of(first.at)?;
        let mut day = Php::default();
        day.whole_list(|list| {
            while let Some(post) = posts.next_if(|post| post.at < end) {
                if pins.len() < 3 && room.kind == Kind::Public && scene.rng.u16(..300) == 0 {
                    pins.push((post.at, post.author));
                }
                record(list, &mut scene, &post);
            }
        });
        archive.add(&format!("{}/{name}.json", room.name), &day.finish())?;
        scene.summary.day_files += 1;
    }
    Ok((scene.summary, pins))
}

/// The zip in the making.
struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    bytes: u64,
}

impl Archive {
    fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        Ok(Self { zip: ZipWriter::new(file), bytes: 0 })
    }

    fn folder(&mut self, name: &str) -> io::Result<()> {
        Ok(self.zip.add_directory(name, SimpleFileOptions::default())?)
    }

    fn add(&mut self, name: &str, json: &str) -> io::Result<()> {
        self.bytes += json.len() as u64;
        self.zip.start_file(name, SimpleFileOptions::default())?;
        self.zip.write_all(json.as_bytes())
    }

    fn finish(self) -> io::Result<u64> {
        self.zip.finish()?.flush()?;
        Ok(self.bytes)
    }
}
