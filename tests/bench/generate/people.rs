//! The people of a generated workspace, and `users.json`.

use super::php::Php;
use super::words::{Tongue, Words};
use fastrand::Rng;

/// The workspace's own id.
pub(crate) const TEAM: &str = "T024BE7LD";

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const FIRST: &str = "Ada Ben Chloe Dmitri Elena Farid Grace Hana Ivan Jürgen Keiko Lucía Mehmet Nora \
Olu Priya Quentin Rosa Søren Tariq Uma Viktor Wei Ximena Yusuf Zoë";

/// What an entry of `users.json` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Member,
    Guest,
    SingleChannelGuest,
    Bot,
}

/// A person, or a bot.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) tongue: Tongue,
    pub(crate) role: Role,
    pub(crate) deleted: bool,
    /// Met in messages, but in no `users.json`: from another workspace, or gone for good.
    pub(crate) absent: bool,
    /// `B…`, for bots.
    pub(crate) bot_id: String,
    pub(crate) email: Option<String>,
    /// The `user_profile` of the person's messages, ready to paste.
    pub(crate) profile: String,
    real: String,
    avatar: String,
}

/// Draws an id of Slack's shape.
pub(crate) fn id(rng: &mut Rng, letter: char) -> String {
    let mut id = String::from(letter);
    id.push('0');
    id.extend((0..9).map(|_| char::from(LETTERS[rng.usize(..LETTERS.len())])));
    id
}

/// Draws so many hexadecimal digits.
pub(crate) fn hex(rng: &mut Rng, digits: usize) -> String {
    (0..digits).map(|_| char::from(b"0123456789abcdef"[rng.usize(..16)])).collect()
}

/// Draws a `client_msg_id`.
pub(crate) fn uuid(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|digits| hex(rng, digits)).join("-")
}

/// Draws everybody: bots first, so that a message's author is easily one or the other.
pub(crate) fn everybody(rng: &mut Rng, words: &Words, humans: usize) -> Vec<Person> {
    let bots = humans / 20 + 2;
    (0..bots + humans).map(|number| person(rng, words, number, number < bots)).collect()
}

fn person(rng: &mut Rng, words: &Words, number: usize, bot: bool) -> Person {
    let first = FIRST.split_whitespace().nth(rng.usize(..26)).unwrap_or("Ada");
    let family = words.name(rng);
    let role = match rng.u8(..100) {
        _ if bot => Role::Bot,
        0..3 => Role::Guest,
        3..5 => Role::SingleChannelGuest,
        _ => Role::Member,
    };
    let handle = format!("{family}{number}");
    let has_email = !bot && rng.u8(..100) < 95;
    let mut person = Person {
        id: id(rng, 'U'),
        tongue: Tongue::draw(rng),
        deleted: !bot && rng.u8(..100) < 12,
        absent: !bot && rng.u8(..150) == 0,
        bot_id: if bot { id(rng, 'B') } else { String::new() },
        email: has_email.then(|| format!("{handle}@example.com")),
        profile: String::new(),
        real: if bot { format!("{family} bot") } else { format!("{first} {family}") },
        avatar: hex(rng, 12),
        role,
        handle,
    };
    person.profile = user_profile(&person);
    person
}

fn user_profile(person: &Person) -> String {
    let mut php = Php::at_depth(2);
    php.whole_object(|fields| {
        fields.text("avatar_hash", &person.avatar);
        fields.text("image_72", &image(person, "72"));
        fields.text("first_name", person.real.split(' ').next().unwrap_or(""));
        fields.text("real_name", &person.real);
        fields.text("display_name", &person.handle);
        fields.text("team", TEAM);
        fields.text("name", &person.handle);
        fields.flag("is_restricted", matches!(person.role, Role::Guest | Role::SingleChannelGuest));
        fields.flag("is_ultra_restricted", person.role == Role::SingleChannelGuest);
    });
    php.finish()
}

fn image(person: &Person, size: &str) -> String {
    format!(
        "https://avatars.slack-edge.com/2021-03-04/{TEAM}-{}-{}_{size}.png",
        person.id, person.avatar
    )
}

/// Writes `users.json`.
pub(crate) fn users_json(people: &[Person]) -> String {
    let mut php = Php::default();
    php.whole_list(|list| {
        for person in people.iter().filter(|person| !person.absent) {
            list.entry(|user| entry(user, person));
        }
    });
    php.finish()
}

fn entry(user: &mut Php, person: &Person) {
    user.text("id", &person.id);
    user.text("team_id", TEAM);
    user.text("name", &person.handle);
    user.flag("deleted", person.deleted);
    if !person.deleted {
        user.text("color", &person.avatar[..6]);
        user.text("real_name", &person.real);
        user.text("tz", "America/Los_Angeles");
        user.text("tz_label", "Pacific Standard Time");
        user.int("tz_offset", -28_800);
    }
    user.object("profile", |profile| profile_fields(profile, person));
    if !person.deleted {
        let guest = matches!(person.role, Role::Guest | Role::SingleChannelGuest);
        user.flag("is_admin", false);
        user.flag("is_owner", false);
        user.flag("is_primary_owner", false);
        user.flag("is_restricted", guest);
        user.flag("is_ultra_restricted", person.role == Role::SingleChannelGuest);
    }
    user.flag("is_bot", person.role == Role::Bot);
    user.flag("is_app_user", false);
    user.int("updated", 1_690_000_000);
    user.flag("is_email_confirmed", person.email.is_some());
    user.text("who_can_share_contact_card", "EVERYONE");
}

fn profile_fields(profile: &mut Php, person: &Person) {
    profile.text("title", "");
    profile.text("phone", "");
    profile.text("skype", "");
    profile.text("real_name", &person.real);
    profile.text("real_name_normalized", &person.real);
    profile.text("display_name", &person.handle);
    profile.text("display_name_normalized", &person.handle);
    profile.raw("fields", "[]");
    profile.text("status_text", "");
    profile.text("status_emoji", "");
    profile.text("avatar_hash", &person.avatar);
    if let Some(email) = &person.email {
        profile.text("email", email);
    }
    if person.role == Role::Bot {
        profile.text("bot_id", &person.bot_id);
        profile.flag("always_active", true);
    }
    for size in ["24", "32", "48", "72", "192", "512"] {
        profile.text(&format!("image_{size}"), &image(person, size));
    }
    profile.text("team", TEAM);
}
