//! From a verb and a path to a method and the names in the path.

use super::facts::{Method, Spec};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The names in a path, in order: the space, the message, the reaction.
pub(super) type Names<'a> = Vec<Cow<'a, str>>;

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A method, whether its path is one for media, and the names in the path.
    Method(&'static Method, bool, Names<'a>),
    /// Nothing at all.
    Nowhere,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<&'static str, Node>,
    name: Option<Box<Node>>,
    /// By verb and by what follows the colon of the last segment.
    ends: HashMap<(&'static str, &'static str), &'static Method>,
}

/// Finds the method of a request.
pub(super) fn find<'a>(verb: &str, path: &'a str) -> Found<'a> {
    let (path, media) =
        match path.strip_prefix("/resumable/upload/").or_else(|| path.strip_prefix("/upload/")) {
            Some(rest) => (rest, true),
            None => (path.strip_prefix('/').unwrap_or(path), false),
        };
    // A session is continued with PUT on the path that began it with POST.
    let verb = if media && verb == "PUT" { "POST" } else { verb };
    if let Some(method) = path
        .strip_prefix("v1/media/")
        .and_then(|_| by_id("media.download"))
        .filter(|_| verb == "GET")
    {
        return Found::Method(method, false, Names::new());
    }
    let (path, suffix) = split(path);
    let mut names = Names::new();
    match walk(path, &mut names).and_then(|node| end(node, verb, suffix)) {
        Some(method) if !media || method.upload => Found::Method(method, media, names),
        _ => Found::Nowhere,
    }
}

/// Tells whether calls are counted under this name: a method's, or `*` for all.
pub(super) fn counts(name: &str) -> bool {
    let others = [
        "*",
        "token",
        "metadata",
        "iam.signJwt",
        "directory.users.list",
        "directory.groups.get",
        "directory.members.list",
    ];
    others.contains(&name) || by_id(name).is_some()
}

/// Returns the method of this id, without the leading `chat.`.
pub(super) fn by_id(id: &str) -> Option<&'static Method> {
    Spec::get().methods.iter().find(|method| method.id == id)
}

fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once(':') {
        // The name of a custom emoji ends in a colon.
        Some((head, suffix)) if !suffix.contains('/') && !suffix.is_empty() => (head, suffix),
        _ => (path, ""),
    }
}

fn walk<'a>(path: &'a str, names: &mut Names<'a>) -> Option<&'static Node> {
    let mut node = tree();
    for segment in path.split('/') {
        if let Some(next) = node.literals.get(segment) {
            node = next;
        } else {
            node = node.name.as_deref().filter(|_| !segment.is_empty())?;
            names.push(decoded(segment));
        }
    }
    Some(node)
}

fn end(node: &'static Node, verb: &str, suffix: &str) -> Option<&'static Method> {
    node.ends.iter().find(|((v, s), _)| *v == verb && *s == suffix).map(|(_, method)| *method)
}

fn tree() -> &'static Node {
    static TREE: OnceLock<Node> = OnceLock::new();
    TREE.get_or_init(|| {
        let mut root = Node::default();
        for method in &Spec::get().methods {
            let (path, suffix) = split(method.path);
            let mut node = &mut root;
            for segment in path.split('/') {
                node = if segment.starts_with('{') {
                    node.name.get_or_insert_default()
                } else {
                    node.literals.entry(segment).or_default()
                };
            }
            node.ends.insert((method.verb, suffix), method);
        }
        root
    })
}

/// Undoes percent-encoding; a plus stays a plus.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let value =
            hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *byte == b'%');
        out.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(verb: &str, path: &str) -> (&'static str, Vec<String>) {
        match find(verb, path) {
            Found::Method(method, _, names) => {
                (method.id, names.iter().map(ToString::to_string).collect())
            }
            Found::Nowhere => ("nowhere", Vec::new()),
        }
    }

    #[test]
    fn every_method_is_found_by_its_own_path() {
        for method in &Spec::get().methods {
            let path = method.path.replace(['{', '}'], "");
            assert_eq!(id(method.verb, &format!("/{path}")).0, method.id, "{path}");
        }
    }

    #[test]
    fn names_come_out_decoded_and_suffixes_and_media_paths_count() {
        assert_eq!(id("POST", "/v1/spaces/A:completeImport").0, "spaces.completeImport");
        assert_eq!(
            id("DELETE", "/v1/spaces/A/members/a%40example.com"),
            ("spaces.members.delete", vec!["A".into(), "a@example.com".into()])
        );
        assert_eq!(id("POST", "/upload/v1/spaces/A/attachments:upload").0, "media.upload");
        assert_eq!(id("PUT", "/resumable/upload/v1/spaces/A/attachments:upload").0, "media.upload");
        assert_eq!(id("POST", "/upload/v1/spaces/A/messages").0, "nowhere");
        assert_eq!(id("POST", "/v1/spaces//messages").0, "nowhere");
        assert_eq!(id("POST", "/v2/spaces").0, "nowhere");
    }
}
