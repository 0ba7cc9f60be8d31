//! The table of settings: one row each, from which file, environment, template and errors are made.

mod limits;

use super::parse::{
    audience, email, emails, host, loopback, number, option, parse, path, path_text,
    service_account, word, yes,
};
use super::row::{Key, joined, key};
use limits::LIMITS;

/// Every setting there is.
pub const KEYS: &[Key] = &ALL;

const ALL: [Key; MAIN.len() + LIMITS.len()] = joined(MAIN, LIMITS);

/// All but those of the second table.
const MAIN: &[Key] = &[
    key!(
        "migration",
        "The migration's name. Ids of everything sent derive from it, so never change it under way.\nDefault: the Slack workspace's team id.",
        |s| option(s.migration.as_ref()),
        |s, text, _| word(text, 64).map(|name| s.migration = Some(name)),
        kept
    ),
    key!(
        "customer",
        "The Workspace customer that the migration goes to; `my_customer` is the admin's own.",
        |s| s.customer.clone(),
        |s, text, _| word(text, 64).map(|name| s.customer = name),
        kept
    ),
    key!(
        "admin",
        "The account that acts where nobody else can: it posts for people without an account.",
        |s| option(s.admin.as_ref()),
        |s, text, _| email(text).map(|admin| s.admin = Some(admin)),
        kept,
        changes_bytes
    ),
    key!(
        "key",
        "The service account's key file. Only its path is kept here; relative to this folder.",
        |s| path_text(s.key.as_ref()),
        |s, text, base| path(text, base).map(|key| s.key = Some(key)),
        kept
    ),
    key!(
        "service_account",
        "In place of `key`, where keys are forbidden: the service account's address. Whoever runs\nchatferry (application default credentials, or the machine itself) signs as it, by way of IAM.",
        |s| option(s.service_account.as_ref()),
        |s, text, _| service_account(text).map(|account| s.service_account = Some(account)),
        kept
    ),
    key!(
        "managers",
        "Accounts, by address and with commas between, that become managers of every space that they\nare members of. Needs one more scope (docs/operations.md). Whoever completes a space is one anyway.",
        |s| s.managers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        |s, text, _| emails(text).map(|all| s.managers = all),
        kept,
        changes_bytes
    ),
    key!(
        "admin_stays",
        "Whether the admin stays in spaces that no member can complete. Else the admin leaves each of\nthem once somebody else is in charge; that needs one more scope (docs/operations.md).",
        |s| s.admin_stays.to_string(),
        |s, text, _| yes(text).map(|stays| s.admin_stays = stays),
        kept,
        changes_bytes
    ),
    key!(
        "people",
        "A CSV file with the columns slack_id, account: who is who where e-mails don't tell.",
        |s| path_text(s.people.as_ref()),
        |s, text, base| path(text, base).map(|file| s.people = Some(file)),
        kept
    ),
    key!(
        "emoji",
        "The workspace's custom emoji: a folder of pictures named after them (party-parrot.gif), or\nwhat Slack's emoji.list answers, with the pictures beside it. Chat gets those that are used.",
        |s| path_text(s.emoji.as_ref()),
        |s, text, base| path(text, base).map(|path| s.emoji = Some(path)),
        kept
    ),
    key!(
        "api",
        "The base URL of an emulator (http, this machine only). Leave it out for Google.",
        |s| option(s.api.as_ref()),
        |s, text, _| loopback(text).map(|base| s.api = Some(base)),
        kept
    ),
    key!(
        "lanes",
        "How many conversations are sent at the same time at most; no more are opened than\nGoogle's quotas need. Without a pace there are never more than 8.",
        |s| s.lanes.to_string(),
        |s, text, _| number(text, 1, 256).map(|n| s.lanes = n)
    ),
    key!(
        "window",
        "How many posts of one conversation are under way at the same time.",
        |s| s.window.to_string(),
        |s, text, _| number(text, 1, 256).map(|n| s.window = n)
    ),
    key!(
        "members_per_minute",
        "How many members a minute are added to completed spaces at most, 1 to 300; Google\nallows 300. Fewer open a large wave more gently.",
        |s| s.members_per_minute.to_string(),
        |s, text, _| number(text, 1, 300).map(|n| s.members_per_minute = n)
    ),
    key!(
        "pace",
        "How fast to send: real keeps Google's quotas; off and 20x are for the emulator.",
        |s| s.pace.unwrap_or(super::Pace::REAL).to_string(),
        |s, text, _| parse(text).map(|pace| s.pace = Some(pace))
    ),
    key!(
        "headroom",
        "The share of each quota that is left to others, 0 to 0.9.",
        |s| s.headroom.to_string(),
        |s, text, _| number(text, 0.0, 0.9).map(|n| s.headroom = n)
    ),
    key!(
        "dm",
        "What direct messages become (Chat can't import them as such): auto is a group chat\nwithout threads where there are none, else a private space; or group-chat; or space.",
        |s| s.dm.to_string(),
        |s, text, _| parse(text).map(|dm| s.dm = dm),
        kept,
        changes_bytes
    ),
    key!(
        "name_prefix",
        "What stands in front of every channel's name in Chat, a space at its end included.",
        |s| s.name_prefix.clone(),
        |s, text, _| super::policy::prefix(text).map(|text| s.name_prefix = text),
        kept,
        changes_bytes
    ),
    key!(
        "rename",
        "Renames channels whose Slack name matches a regular expression, as in\n\"^team-(.*)$ => Team $1\"; the prefix comes in front of the new name.",
        |s| s.rename.as_ref().map(|(old, new)| format!("{old} => {new}")).unwrap_or_default(),
        |s, text, _| super::policy::rename(text).map(|rule| s.rename = rule),
        kept,
        changes_bytes
    ),
    key!(
        "archived",
        "What becomes of archived conversations: mark makes a space whose description says so;\nimport makes one like any other; skip leaves them out.",
        |s| s.archived.to_string(),
        |s, text, _| parse(text).map(|what| s.archived = what),
        kept,
        changes_bytes
    ),
    key!(
        "system_lines",
        "Which of Slack's system lines become messages, with commas between: joins, topics,\nrenames, archives, reminders, huddles, pins, canvases, apps; or all; or none. A line that\nhas replies always does. Who joined and left is kept as memberships either way.",
        |s| s.system_lines.to_string(),
        |s, text, _| parse(text).map(|lines| s.system_lines = lines),
        kept,
        changes_bytes
    ),
    key!(
        "edited",
        "What an edited message says behind its text: time is (edited 4 Mar 2021, 09:15 UTC);\nmark is (edited); none is nothing.",
        |s| s.edited.to_string(),
        |s, text, _| parse(text).map(|mark| s.edited = mark),
        kept,
        changes_bytes
    ),
    key!(
        "deleted",
        "What becomes of a deleted message of which Slack kept the place: skip leaves it out;\nnotice posts that a message was deleted. One that has replies always leaves a notice.",
        |s| s.deleted.to_string(),
        |s, text, _| parse(text).map(|what| s.deleted = what),
        kept,
        changes_bytes
    ),
    key!(
        "bots",
        "What becomes of messages of apps and bots: admin posts them as the admin, with the app's\nname in front; app posts them as the migration's own Chat app, the name in front too (no\nlive tenant has shown yet whether such posts keep their time: try it on one conversation\nand verify); skip leaves them out, but for those that begin a thread; an e-mail address is\nan account that posts them, the name in front. An app with an account of its own (people\nfile or workbook, by its U… or B… id) posts with that account either way.",
        |s| s.bots.to_string(),
        |s, text, _| parse(text).map(|what| s.bots = what),
        kept,
        changes_bytes
    ),
    key!(
        "authors",
        "Who speaks for authors without an account, by class: admin, app, skip or an e-mail\naddress, as for bots; what is left out is the admin's. Deactivated are also those whose\naccount is suspended; unknown are those whom the export does not list.",
        |s| s.authors.to_string(),
        |s, text, _| text.parse().map(|authors| s.authors = authors),
        kept,
        changes_bytes
    ),
    key!(
        "attribution",
        "What stands in front of a text that somebody else posts: the author's name; or email,\nthe name and the e-mail address, for all readers to see.",
        |s| s.attribution.to_string(),
        |s, text, _| parse(text).map(|what| s.attribution = what),
        kept,
        changes_bytes
    ),
    key!(
        "reactions",
        "What becomes of reactions: native makes each again, a call each; footnote lists them in\na line under the text, without calls; skip leaves them out.",
        |s| s.reactions.to_string(),
        |s, text, _| parse(text).map(|what| s.reactions = what),
        kept,
        changes_bytes
    ),
    key!(
        "reaction_rest",
        "What becomes of reactions that nobody can make in Chat (custom emoji, people without an\naccount) where reactions are native: footnote lists them under the text; drop counts them.",
        |s| s.reaction_rest.to_string(),
        |s, text, _| parse(text).map(|what| s.reaction_rest = what),
        kept,
        changes_bytes
    ),
    key!(
        "pins",
        "What becomes of pins: list puts a list of the pinned messages behind the last one; skip\nleaves the pins out, not the messages.",
        |s| s.pins.to_string(),
        |s, text, _| parse(text).map(|what| s.pins = what),
        kept,
        changes_bytes
    ),
    key!(
        "audience",
        "Who may find the spaces of public channels once they are open: none, only their members;\ndefault, the organisation's default target audience; or audiences/ID, another one. Private\nchannels and direct messages are never found by anybody, whatever stands here.",
        |s| s.audience.as_ref().map_or_else(|| "none".to_owned(), |one| one.as_str().to_owned()),
        |s, text, _| audience(text).map(|one| s.audience = one),
        kept,
        changes_bytes
    ),
    key!(
        "external",
        "What becomes of members from outside the organisation: leave_out makes spaces that never\ntake anybody from outside; invite makes those where they were members open to outsiders, and\ninvites them at completion. Chat fixes that when a space is made.",
        |s| s.external.to_string(),
        |s, text, _| parse(text).map(|what| s.external = what),
        kept,
        changes_bytes
    ),
    key!(
        "unavailable",
        "What becomes of people whose account can't be used any more once sending has begun:\nattribute posts as the admin with their name in front, and leaves out their reactions;\nwait sets all of it aside until the account is back (`chatferry retry`).",
        |s| s.unavailable.to_string(),
        |s, text, _| parse(text).map(|what| s.unavailable = what),
        kept
    ),
    key!(
        "allow_duplicate_entries",
        "Takes the last of several archive entries of one name, instead of refusing the archive.",
        |s| s.allow_duplicate_entries.to_string(),
        |s, text, _| yes(text).map(|yes| s.allow_duplicate_entries = yes),
        kept,
        changes_bytes
    ),
    key!(
        "workspace",
        "The Slack workspace's address, such as acme.slack.com: the export does not tell it, and\nreports/manifest.csv begins Slack's addresses with it.",
        |s| option(s.workspace.as_ref()),
        |s, text, _| host(text).map(|host| s.workspace = Some(host)),
        kept
    ),
    key!(
        "links",
        "What becomes of links to messages of Slack's: keep leaves them as they are; patch leads\nthem to where the message stands in Chat, before a space is completed. It is not known\nwhether Chat then shows these messages as edited.",
        |s| s.links.to_string(),
        |s, text, _| parse(text).map(|links| s.links = links),
        kept,
        changes_bytes
    ),
    key!(
        "link_template",
        "What the address of a message in Chat looks like: {space}, {thread} and {message} stand\nfor the ids in Google's names. Google documents no such address: this one is assumed.",
        |s| s.link_template.to_string(),
        |s, text, _| parse(text).map(|template| s.link_template = template),
        kept
    ),
    key!(
        "max_attempts",
        "How often in a row a call is tried without a clear answer before it is set aside.\nIt comes back twice; then what can be read back decides. Waiting because Google asked\nfor it does not count, and neither does an outage.",
        |s| s.max_attempts.to_string(),
        |s, text, _| number(text, 1, 1000).map(|n| s.max_attempts = n)
    ),
    key!(
        "log",
        "How much the log tells: error, warn, info, debug.",
        |s| s.log.to_string(),
        |s, text, _| parse(text).map(|log| s.log = log)
    ),
];
