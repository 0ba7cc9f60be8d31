//! A body checked against its schema: unknown fields, types, enums and formats.
//!
//! Fields that only the service sets are cleared, as Google does, and noted as lints.

use super::coverage::Point;
use super::facts::{Kind, Schema, Spec};
use super::refusal::{Outcome, Refusal, Violation};
use super::time;
use serde_json::{Map, Value};

/// What was found about one request.
#[derive(Debug, Default)]
pub(super) struct Check {
    violations: Vec<Violation>,
    /// Rule and place of what works but shouldn't be sent.
    pub(super) lints: Vec<(&'static str, String)>,
}

impl Check {
    pub(super) fn violation(&mut self, field: &str, text: String) {
        self.push(Violation { field: field.to_owned(), text });
    }

    pub(super) fn push(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    pub(super) fn lint(&mut self, rule: &'static str, at: impl Into<String>) {
        self.lints.push((rule, at.into()));
    }

    /// Refuses the request if anything was wrong.
    pub(super) fn verdict(&mut self) -> Outcome<()> {
        match std::mem::take(&mut self.violations) {
            none if none.is_empty() => Ok(()),
            some => Err(Refusal::malformed(some)),
        }
    }

    /// Reads a JSON body of this schema. No body at all is an empty message.
    pub(super) fn body(&mut self, bytes: &[u8], schema: usize) -> Outcome<Map<String, Value>> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Map::new());
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            Refusal::invalid(Point::NotJson, format!("Invalid JSON payload received. {error}"))
        })?;
        let Value::Object(mut map) = value else {
            return Err(Refusal::invalid(
                Point::NotJson,
                "Invalid JSON payload received. Root element must be a message.",
            ));
        };
        let spec = Spec::get();
        self.object(&mut map, &spec.schemas[schema], &Path(None, ""));
        Ok(map)
    }

    fn object(&mut self, map: &mut Map<String, Value>, schema: &Schema, at: &Path<'_>) {
        let mut odd = false;
        for (name, value) in map.iter_mut() {
            let Some(field) = schema.get(name) else {
                let place = at.text();
                let place = if place.is_empty() { place } else { format!(" at '{place}'") };
                self.violation(name, format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."));
                continue;
            };
            let here = Path(Some(at), name);
            if field.output_only && !here.means_input() {
                self.lint("output-only", here.text());
                *value = Value::Null;
            }
            odd |= value.is_null() || field.name != name;
            if !value.is_null() {
                self.value(value, &field.kind, &here);
            }
        }
        if odd {
            self.tidy(map, schema, at);
        }
    }

    /// Drops nulls, which mean unset, and gives every field its JSON name.
    fn tidy(&mut self, map: &mut Map<String, Value>, schema: &Schema, at: &Path<'_>) {
        for (name, value) in std::mem::take(map) {
            let proper = schema.get(&name).map_or(name.as_str(), |field| field.name).to_owned();
            if proper != name {
                self.lint("snake-case", Path(Some(at), &name).text());
            }
            if !value.is_null() {
                map.insert(proper, value);
            }
        }
    }

    fn value(&mut self, value: &mut Value, kind: &Kind, at: &Path<'_>) {
        match (kind, &mut *value) {
            (Kind::Object(place), Value::Object(map)) => {
                return self.object(map, &Spec::get().schemas[*place], at);
            }
            (Kind::List(kind), Value::Array(list)) => {
                return list.iter_mut().for_each(|item| self.value(item, kind, at));
            }
            (Kind::Enum(values), Value::Number(number)) => {
                if let Some(name) = number.as_u64().and_then(|ordinal| values.get(ordinal as usize))
                {
                    *value = Value::from(*name);
                    return;
                }
            }
            _ => {}
        }
        if scalar(value, kind) {
            return;
        }
        let place = at.text();
        self.violation(
            &place,
            format!("Invalid value at '{place}' ({}), {}", word(kind), shown(value)),
        );
    }
}

/// Writes a wrong value into the message, cut short: it may be somebody's text.
fn shown(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

fn scalar(value: &Value, kind: &Kind) -> bool {
    match (kind, value) {
        (Kind::Open, _)
        | (Kind::Bool, Value::Bool(_))
        | (Kind::Number, Value::Number(_))
        | (Kind::Text, Value::String(_)) => true,
        (Kind::Int32, Value::Number(number)) => {
            number.as_i64().is_some_and(|n| i32::try_from(n).is_ok())
        }
        (Kind::Int32, Value::String(text)) => text.parse::<i32>().is_ok(),
        (Kind::Int64, Value::Number(number)) => number.is_i64(),
        (Kind::Int64, Value::String(text)) => text.parse::<i64>().is_ok(),
        (Kind::Time, Value::String(text)) => time::parse(text).is_some(),
        (Kind::Duration, Value::String(text)) => {
            text.strip_suffix('s').is_some_and(|n| n.parse::<f64>().is_ok())
        }
        (Kind::Bytes, Value::String(text)) => {
            text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b))
        }
        (Kind::Enum(values), Value::String(text)) => values.contains(&text.as_str()),
        _ => false,
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "TYPE_BOOL",
        Kind::Int32 => "TYPE_INT32",
        Kind::Int64 => "TYPE_INT64",
        Kind::Number => "TYPE_DOUBLE",
        Kind::Text => "TYPE_STRING",
        Kind::Bytes => "TYPE_BYTES",
        Kind::Time => "type.googleapis.com/google.protobuf.Timestamp",
        Kind::Duration => "type.googleapis.com/google.protobuf.Duration",
        Kind::Enum(_) => "TYPE_ENUM",
        Kind::Object(_) | Kind::Open => "TYPE_MESSAGE",
        Kind::List(_) => "a list",
    }
}

/// Where in a body something is; written out only when there is something to say.
struct Path<'a>(Option<&'a Path<'a>>, &'a str);

impl Path<'_> {
    fn text(&self) -> String {
        match self.0.map(Path::text) {
            Some(parent) if !parent.is_empty() => format!("{parent}.{}", self.1),
            _ => self.1.to_owned(),
        }
    }

    /// The facts call the uid of a custom emoji output only, yet it is how a reaction names one.
    fn means_input(&self) -> bool {
        self.1 == "uid"
            && self.0.is_some_and(|parent| matches!(parent.1, "customEmoji" | "custom_emoji"))
    }
}
