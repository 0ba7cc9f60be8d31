//! One binary for all integration tests.

mod emulator_client;
mod emulator_import;
mod emulator_official;
mod emulator_reading;
mod emulator_token;
mod emulator_trouble;
