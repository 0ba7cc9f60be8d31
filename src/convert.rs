//! Pure: a Slack message in, Chat text and losses out. No I/O, no clock, no ids of its own making.

mod loss;
