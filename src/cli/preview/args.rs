//! What `chatferry preview` takes.

use crate::cli::SourceFlags;
use crate::preview::Around;
use clap::Args;
use std::path::PathBuf;

/// `preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// Exports: zip files or folders
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// The conversation: its name, with or without #, or its Slack id
    #[arg(long, value_name = "NAME")]
    pub channel: String,
    /// Around a message (1551441602.000200, or p1551441602000200 as in links) or a date
    /// (2019-03-01) [default: the newest messages]
    #[arg(long, value_name = "TS")]
    pub around: Option<Around>,
    /// How many messages, replies not counted
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub count: u16,
    /// Write a page that looks like Chat, instead of text
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// The account that posts for people without one
    #[arg(long, value_name = "EMAIL")]
    pub admin: Option<String>,
    #[command(flatten)]
    pub source: SourceFlags,
}
