//! The query of a request, checked against the parameters of its method.

use super::check::Check;
use super::facts::{Kind, Method, Param};
use super::refusal::Violation;
use super::route::decoded;
use std::borrow::Cow;

/// The parameters that were given, decoded and valid.
#[derive(Debug, Default)]
pub(super) struct Query<'a>(Vec<(&'static str, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Reads and checks a query; what is wrong goes to `check`.
    pub(super) fn read(text: &'a str, method: &Method, check: &mut Check) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (form(name), form(value));
            match param(method, &name) {
                // The session of an upload carries its own id, which the facts don't name.
                None if method.upload && name == "upload_id" => query.0.push(("upload_id", value)),
                None => check.violation(&name, format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message.")),
                Some(param) => query.take(param, value, check),
            }
        }
        query
    }

    fn take(&mut self, param: &Param, value: Cow<'a, str>, check: &mut Check) {
        if !param.repeated && self.get(param.name).is_some() {
            check.lint("repeated-parameter", param.name);
        }
        match valid(&param.kind, value) {
            Ok(value) => self.0.push((param.name, value)),
            Err(value) => check.push(Violation {
                field: param.name.to_owned(),
                text: format!(
                    "Invalid value at '{}' ({}), \"{value}\"",
                    param.name,
                    word(&param.kind)
                ),
            }),
        }
    }

    /// Returns the names of all parameters that were given.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Returns a parameter's value; empty is absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value.as_ref())
            .filter(|value| !value.is_empty())
    }

    /// Tells whether a boolean parameter is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}

/// Finds a parameter by its JSON name or its proto name.
fn param<'m>(method: &'m Method, name: &str) -> Option<&'m Param> {
    method.query.get(name).or_else(|| {
        let camel = camel(name);
        method.query.get(camel.as_str()).filter(|_| camel != name)
    })
}

pub(super) fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Undoes form encoding: a plus is a space.
pub(super) fn form(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        Cow::Owned(decoded(&text.replace('+', " ")).into_owned())
    } else {
        decoded(text)
    }
}

/// Returns the value in its one spelling, or gives it back as wrong.
fn valid<'a>(kind: &Kind, value: Cow<'a, str>) -> Result<Cow<'a, str>, Cow<'a, str>> {
    match kind {
        Kind::Bool => match value.as_ref() {
            "true" | "1" | "True" => Ok("true".into()),
            "false" | "0" | "False" => Ok("false".into()),
            _ => Err(value),
        },
        Kind::Int32 if value.parse::<i32>().is_err() => Err(value),
        Kind::Enum(values) => {
            match value.parse::<usize>().ok().and_then(|ordinal| values.get(ordinal)) {
                Some(name) => Ok(Cow::Borrowed(name)),
                None if values.contains(&value.as_ref()) => Ok(value),
                None => Err(value),
            }
        }
        _ => Ok(value),
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "TYPE_BOOL",
        Kind::Int32 => "TYPE_INT32",
        Kind::Enum(_) => "TYPE_ENUM",
        _ => "TYPE_STRING",
    }
}
