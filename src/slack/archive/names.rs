//! Names of entries: decoding, cleaning, and what is never looked at.

/// Returns the name with `/` between its parts, or `None` where it is absolute, climbs out with
/// `..`, or holds what no name holds.
pub(super) fn clean(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.starts_with('/') || drive || name.contains('\0') {
        return None;
    }
    let mut cleaned = String::with_capacity(name.len());
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => {
                if !cleaned.is_empty() {
                    cleaned.push('/');
                }
                cleaned.push_str(part);
            }
        }
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

/// Tells whether a packing program put it there: `__MACOSX`, `._x`, `.DS_Store`, `Thumbs.db`.
pub(super) fn is_junk(cleaned: &str) -> bool {
    cleaned.split('/').any(|part| {
        part == "__MACOSX"
            || part.starts_with("._")
            || matches!(part, ".DS_Store" | "Thumbs.db" | "desktop.ini")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_climb_or_stand_outside_are_refused() {
        for bad in
            ["../x", "a/../../x", "/etc/passwd", "C:\\x.json", "\\\\host\\x", "a\0b", "", "./"]
        {
            assert_eq!(clean(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn separators_are_made_one_kind() {
        for name in ["a\\b.json", "a/b.json", "./a//b.json", "a\\.\\b.json"] {
            assert_eq!(clean(name).as_deref(), Some("a/b.json"), "{name:?}");
        }
        assert_eq!(clean("FC:F1:C1/x.json").as_deref(), Some("FC:F1:C1/x.json"));
    }

    #[test]
    fn what_packers_add_is_junk() {
        for name in ["__MACOSX/a/._b.json", "a/._b.json", ".DS_Store", "a/.DS_Store"] {
            assert!(is_junk(name), "{name}");
        }
        assert!(!is_junk("__uploads/F1/a.png"));
    }
}
