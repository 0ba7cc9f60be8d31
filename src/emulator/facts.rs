//! Google's own description of the Chat API, compiled once: methods, parameters, bodies, scopes.

use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

static FACTS: &str = include_str!("chat.v1.facts.json");

/// The prefix that every scope's name has.
const SCOPE: &str = "https://www.googleapis.com/auth/";
/// Scopes of other services that a migration asks for.
const ELSEWHERE: [&str; 8] = [
    "admin.directory.user",
    "admin.directory.user.readonly",
    "admin.directory.group",
    "admin.directory.group.readonly",
    "admin.directory.group.member",
    "admin.directory.group.member.readonly",
    "drive",
    "drive.file",
];

/// A set of scopes, one bit each.
pub(super) type Scopes = u64;

/// What a value may be.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Bool,
    Int32,
    Int64,
    Number,
    Text,
    Bytes,
    Time,
    Duration,
    Enum(Box<[&'static str]>),
    Object(usize),
    List(Box<Kind>),
    Open,
}

/// One field of a body.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) output_only: bool,
}

/// A body's fields, by their JSON names and by their proto names.
pub(super) type Schema = HashMap<String, Field>;

/// One query parameter.
#[derive(Debug, Clone)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) repeated: bool,
}

/// One method of the API.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) id: &'static str,
    pub(super) verb: &'static str,
    pub(super) path: &'static str,
    pub(super) query: HashMap<&'static str, Param>,
    pub(super) body: Option<usize>,
    pub(super) scopes: Scopes,
    pub(super) upload: bool,
}

/// The whole description.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) methods: Vec<Method>,
    pub(super) schemas: Vec<Schema>,
    scopes: HashMap<&'static str, Scopes>,
}

impl Spec {
    /// Returns the description, compiled at the first call.
    pub(super) fn get() -> &'static Self {
        static SPEC: OnceLock<Spec> = OnceLock::new();
        SPEC.get_or_init(|| {
            let raw: Raw = serde_json::from_str(FACTS)
                .expect("the embedded facts are valid JSON of this shape");
            raw.compile()
        })
    }

    /// Returns the bit of a scope, named in full.
    pub(super) fn scope(&self, name: &str) -> Option<Scopes> {
        self.scopes.get(name.strip_prefix(SCOPE)?).copied()
    }

    /// Returns the bits of some scopes, named without their prefix.
    pub(super) fn scopes(&self, names: &[&str]) -> Scopes {
        names.iter().filter_map(|name| self.scopes.get(name)).fold(0, |sum, bit| sum | bit)
    }
}

#[derive(Deserialize)]
struct Raw {
    #[serde(borrow)]
    auth: RawAuth<'static>,
    #[serde(borrow)]
    parameters: HashMap<&'static str, RawField<'static>>,
    #[serde(borrow)]
    resources: HashMap<&'static str, RawResource<'static>>,
    #[serde(borrow)]
    schemas: HashMap<&'static str, RawSchema<'static>>,
}

#[derive(Deserialize)]
struct RawAuth<'a> {
    #[serde(borrow)]
    oauth2: RawScopes<'a>,
}

#[derive(Deserialize)]
struct RawScopes<'a> {
    #[serde(borrow)]
    scopes: Vec<&'a str>,
}

#[derive(Deserialize)]
struct RawResource<'a> {
    #[serde(borrow, default)]
    methods: HashMap<&'a str, RawMethod<'a>>,
    #[serde(borrow, default)]
    resources: HashMap<&'a str, RawResource<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMethod<'a> {
    id: &'a str,
    http_method: &'a str,
    flat_path: &'a str,
    #[serde(borrow)]
    parameters: HashMap<&'a str, RawField<'a>>,
    #[serde(borrow)]
    request: Option<RawRef<'a>>,
    #[serde(borrow, default)]
    scopes: Vec<&'a str>,
    media_upload: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct RawRef<'a> {
    #[serde(rename = "$ref")]
    schema: &'a str,
}

#[derive(Deserialize)]
struct RawSchema<'a> {
    #[serde(borrow, default)]
    properties: HashMap<&'a str, RawField<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawField<'a> {
    #[serde(rename = "$ref")]
    schema: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    format: Option<&'a str>,
    #[serde(rename = "enum", borrow)]
    values: Option<Box<[&'a str]>>,
    #[serde(borrow)]
    items: Option<Box<RawField<'a>>>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    repeated: bool,
    location: Option<&'a str>,
}

impl Raw {
    fn compile(self) -> Spec {
        let prefixless = |scope: &'static str| scope.strip_prefix(SCOPE).unwrap_or(scope);
        let known = self.auth.oauth2.scopes.iter().copied().map(prefixless).chain(ELSEWHERE);
        let scopes: HashMap<_, Scopes> =
            known.enumerate().map(|(bit, name)| (name, 1 << bit)).collect();
        let places: HashMap<_, _> =
            self.schemas.keys().enumerate().map(|(at, name)| (*name, at)).collect();
        let schemas = self.schemas.values().map(|schema| fields(schema, &places)).collect();
        let common = params(&self.parameters, &places);
        let mut methods = Vec::new();
        let mut add = |raw: &RawMethod<'static>| {
            let mut query = common.clone();
            query.extend(params(&raw.parameters, &places));
            methods.push(Method {
                id: raw.id.strip_prefix("chat.").unwrap_or(raw.id),
                verb: raw.http_method,
                path: raw.flat_path,
                query,
                body: raw.request.as_ref().and_then(|body| places.get(body.schema).copied()),
                scopes: raw
                    .scopes
                    .iter()
                    .filter_map(|scope| scopes.get(prefixless(scope)))
                    .fold(0, |sum, bit| sum | bit),
                upload: raw.media_upload.is_some(),
            });
        };
        self.resources.values().for_each(|resource| each_method(resource, &mut add));
        Spec { methods, schemas, scopes }
    }
}

fn each_method(resource: &RawResource<'static>, add: &mut impl FnMut(&RawMethod<'static>)) {
    resource.methods.values().for_each(&mut *add);
    for inner in resource.resources.values() {
        each_method(inner, add);
    }
}

fn params(
    raw: &HashMap<&'static str, RawField<'static>>,
    places: &HashMap<&str, usize>,
) -> HashMap<&'static str, Param> {
    let mut params = HashMap::new();
    for (name, field) in raw.iter().filter(|(_, field)| field.location == Some("query")) {
        let param = Param { name, kind: kind(field, places), repeated: field.repeated };
        params.insert(*name, param);
    }
    // `$alt` is the general form of `alt`; the generated clients send it with an encoding of enums.
    params.insert("$alt", Param { name: "$alt", kind: Kind::Text, repeated: false });
    params
}

fn fields(schema: &RawSchema<'static>, places: &HashMap<&str, usize>) -> Schema {
    let mut fields = Schema::new();
    for (name, raw) in &schema.properties {
        let field = Field { name, kind: kind(raw, places), output_only: raw.read_only };
        fields.insert(snake(name), field.clone());
        fields.insert((*name).to_owned(), field);
    }
    fields
}

/// Returns the proto name of a JSON name: `createTime` is `create_time`.
fn snake(name: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_uppercase() { format!("_{}", c.to_ascii_lowercase()) } else { c.to_string() }
    };
    name.chars().map(letter).collect()
}

fn kind(raw: &RawField<'static>, places: &HashMap<&str, usize>) -> Kind {
    if let Some(place) = raw.schema.and_then(|schema| places.get(schema)) {
        return Kind::Object(*place);
    }
    match (raw.kind, raw.format) {
        (Some("array"), _) => {
            Kind::List(Box::new(raw.items.as_ref().map_or(Kind::Open, |items| kind(items, places))))
        }
        (Some("boolean"), _) => Kind::Bool,
        (Some("integer"), _) => Kind::Int32,
        (Some("number"), _) => Kind::Number,
        (Some("string"), Some("int64")) => Kind::Int64,
        (Some("string"), Some("byte")) => Kind::Bytes,
        (Some("string"), Some("google-datetime")) => Kind::Time,
        (Some("string"), Some("google-duration")) => Kind::Duration,
        (Some("string"), _) => raw.values.clone().map_or(Kind::Text, Kind::Enum),
        _ => Kind::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_compile_to_every_method_with_scopes_and_parameters() {
        let spec = Spec::get();
        assert_eq!(spec.methods.len(), 55);
        let create =
            spec.methods.iter().find(|method| method.id == "spaces.messages.create").unwrap();
        assert_eq!((create.verb, create.path), ("POST", "v1/spaces/{spacesId}/messages"));
        assert!(create.query.contains_key("messageId") && create.query.contains_key("alt"));
        assert_ne!(create.scopes & spec.scopes(&["chat.import"]), 0);
        let get = spec.methods.iter().find(|method| method.id == "spaces.get").unwrap();
        assert_eq!(get.scopes & spec.scopes(&["chat.import"]), 0);
    }

    #[test]
    fn a_space_may_be_described() {
        let details =
            Spec::get().schemas.iter().find(|schema| schema.contains_key("guidelines")).unwrap();
        assert!(details.contains_key("description"));
    }
}
