//! chatferry moves a Slack workspace into Google Chat.
//!
//! Two wings and a wall. The left wing reads Slack and writes down what is owed; the ledger is
//! the wall; the right wing pays it off in Google Chat. Neither wing imports the other.
//!
//! ```text
//! zip ─▶ slack ─▶ convert ─▶ plan ─▶ ║ ledger ║ ─▶ send ─▶ chat ──HTTP──▶ Google Chat | emulator
//!        words     pure      items   ║ SQLite ║    lanes    client
//! bottom shelf: ids · access · clock · crash · event · draft · wire · pace · forecast · settings · gallery
//! ```
//!
//! Who may import whom is the table in `docs/architecture.md`, held by `tests/it/architecture.rs`.
//!
//! - [`ids`]: the names of things, Slack's and ours; every id that derives from content.
//! - [`access`]: who could see what in Slack, who will in Chat, and the hash of it. Pure.
//! - [`clock`]: the one place that asks the time.
//! - [`crash`]: places at which tests make the program die; nothing in a release build.
//! - [`event`]: what anyone may watch while work goes on.
//! - [`draft`]: what we want to exist in Chat, free of both vendors' field names.
//! - [`wire`]: one draft as the exact request Google will get, with holes for late names. Pure.
//! - [`pace`]: Google's quotas as data, and the arithmetic of waiting. Pure, but for `governor`.
//! - [`forecast`]: how long a plan takes, at least and as it will be. Pure.
//! - [`settings`]: file, environment and flags, resolved once.
//! - [`gallery`]: the workspace's custom emoji as the admin has them: pictures, names, aliases.
//! - [`slack`]: the export as Slack wrote it. Knows zip and JSON; nothing of Google.
//! - [`convert`]: a Slack message in, Chat text and losses out. Pure.
//! - [`ledger`]: what is owed and what is paid, in SQLite. The one home of SQL.
//! - [`plan`]: archive to ledger: items, times, losses; and, just ahead of sending, frozen bodies.
//! - [`preview`]: how a conversation will read in Chat, gathered offline; as a page too.
//! - [`chat`]: Google's API as we need it: transport, tokens, outcomes.
//! - [`doctor`]: what a real run needs, found out by calls that leave no trace.
//! - [`send`]: pays off the ledger: lanes, judgement, verification, completion.
//! - [`emulator`]: a Google Chat that remembers and obeys the rules. Imports nothing of ours.
//! - [`cli`]: the terminal. The only room that prints.

pub mod access;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod convert;
pub mod crash;
pub mod doctor;
pub mod draft;
pub mod emulator;
pub mod event;
pub mod forecast;
pub mod gallery;
pub mod ids;
pub mod ledger;
pub mod pace;
pub mod plan;
pub mod preview;
pub mod send;
pub mod settings;
pub mod slack;
pub mod wire;
