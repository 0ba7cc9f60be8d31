//! One binary for all integration tests.

mod emulator_client;
mod emulator_import;
mod emulator_token;
