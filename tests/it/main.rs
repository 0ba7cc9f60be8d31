//! Everything that goes through the public face of a room.

mod cli_binary;
mod cli_folder;
mod cli_monitors;
mod cli_report;
mod cli_settings;
