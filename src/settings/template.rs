//! The settings file that a new work folder gets: every setting, explained, at its default.

use super::{KEYS, Key, Origin, Settings};
use std::path::Path;

const HEAD: &str = "\
# Settings of this migration. A line without # is in force; flags and CHATFERRY_* variables win.
# Relative paths start from this folder, so that the folder may be moved.
";

impl Settings {
    /// Writes the commented file; what flags said about the migration as a whole is in force in
    /// it, so that the next command needs no flags.
    pub fn template(&self, folder: &Path) -> String {
        let mut text = HEAD.to_owned();
        for key in KEYS {
            text.push('\n');
            for line in key.about.lines() {
                text.push_str("# ");
                text.push_str(line);
                text.push('\n');
            }
            text.push_str(&self.line(key, folder));
            text.push('\n');
        }
        text
    }

    /// Returns a settings file in which what flags said of the migration as a whole is in force;
    /// the rest of the file stays as it is.
    pub fn kept_in(&self, file: &str, folder: &Path) -> String {
        let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
        for key in
            KEYS.iter().filter(|key| key.kept && self.origin(key.name) == Some(&Origin::Flag))
        {
            let name = |line: &str| {
                let set = line.trim_start_matches(['#', ' ']).split_once('=');
                set.is_some_and(|(name, _)| name.trim() == key.name)
            };
            match lines.iter_mut().find(|line| name(line)) {
                Some(line) => *line = self.line(key, folder),
                None => lines.push(self.line(key, folder)),
            }
        }
        for (kept, other) in [("key", "service_account"), ("service_account", "key")] {
            if self.origin(kept) == Some(&Origin::Flag) {
                let sets = |line: &&mut String| {
                    line.split_once('=').is_some_and(|(name, _)| name.trim() == other)
                };
                lines.iter_mut().filter(sets).for_each(|line| line.insert_str(0, "# "));
            }
        }
        lines.join("\n") + "\n"
    }

    fn line(&self, key: &Key, folder: &Path) -> String {
        let kept = key.kept && self.origin(key.name) == Some(&Origin::Flag);
        let shown = (key.show)(if kept { self } else { &DEFAULTS });
        let shown = if kept { portable(key.name, &shown, folder) } else { shown };
        let plain = shown.parse::<f64>().is_ok() || matches!(shown.as_str(), "true" | "false");
        let value = if plain && !is_text(key.name) {
            shown
        } else {
            toml::Value::String(shown).to_string()
        };
        format!("{}{} = {value}", if kept { "" } else { "# " }, key.name)
    }
}

static DEFAULTS: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);

/// A migration may be called `2026`, and still is a text.
fn is_text(key: &str) -> bool {
    matches!(key, "migration" | "customer")
}

/// Makes a path relative to the folder where it lies inside it, and absolute where it does not.
fn portable(key: &str, shown: &str, folder: &Path) -> String {
    if !matches!(key, "key" | "people" | "emoji") {
        return shown.to_owned();
    }
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(Path::new(shown));
    path.strip_prefix(absolute(folder)).unwrap_or(&path).display().to_string()
}
