//! Integration tests, one binary: a module per room and subject.

mod pace_quotas;
