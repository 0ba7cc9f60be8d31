//! One call, as the conditions of the fault plan see it.

use super::Fault;

/// What is known of a call when a fault may strike it.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Call<'a> {
    /// The method's id, `token`, `directory.users.list` or `unknown`.
    pub(in super::super) method: &'static str,
    /// Who is impersonated, `app`, or nothing where nobody is known.
    pub(in super::super) subject: String,
    /// The names of the space it is about: `spaces/…`, and what people read.
    pub(in super::super) spaces: Vec<String>,
    /// The body; none while it is still coming.
    pub(in super::super) body: Option<&'a [u8]>,
}

impl Call<'_> {
    /// Tells whether a rule's conditions hold, its counts aside.
    pub(super) fn fits(&self, fault: &Fault) -> bool {
        let method = fault.method == "*" || fault.method == self.method;
        let subject =
            fault.subject.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(&self.subject));
        let space = fault.space.as_ref().is_none_or(|wanted| {
            self.spaces
                .iter()
                .any(|name| name == wanted || name.strip_prefix("spaces/") == Some(wanted))
        });
        let body = fault.body_contains.as_ref().is_none_or(|wanted| {
            let mut windows = self.body.unwrap_or_default().windows(wanted.len().max(1));
            windows.any(|window| window == wanted.as_bytes())
        });
        method && subject && space && body
    }
}
