//! Where Google's own tools keep this user's application default credentials.

use std::ffi::OsString;
use std::path::PathBuf;

/// Google's variable for the file.
const NAMED: &str = "GOOGLE_APPLICATION_CREDENTIALS";
/// Google's variable for the folder of its tools' settings.
const FOLDER: &str = "CLOUDSDK_CONFIG";

/// A file with application default credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsFile {
    /// The file.
    pub path: PathBuf,
    /// Whether somebody named it, or it was found where the tools put it.
    pub named: bool,
}

/// Finds the file as Google's libraries do: the one that is named, else the one that
/// `gcloud auth application-default login` wrote. None means that there is neither.
pub fn application_credentials() -> Option<CredentialsFile> {
    find(&|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn find(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<CredentialsFile> {
    if let Some(path) = variable(NAMED) {
        return Some(CredentialsFile { path: path.into(), named: true });
    }
    let home = if cfg!(windows) {
        variable("APPDATA").map(|folder| PathBuf::from(folder).join("gcloud"))
    } else {
        variable("HOME").map(|folder| PathBuf::from(folder).join(".config/gcloud"))
    };
    let folder = variable(FOLDER).map(PathBuf::from).or(home)?;
    let path = folder.join("application_default_credentials.json");
    path.is_file().then_some(CredentialsFile { path, named: false })
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;
    use std::path::Path;

    fn found(variables: &[(&str, &Path)]) -> Option<CredentialsFile> {
        find(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.as_os_str().to_owned())
        })
    }

    #[test]
    fn a_named_file_wins_over_the_tools_own_and_that_one_counts_only_where_it_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let (home, named) = (dir.path(), Path::new("named.json"));
        assert_eq!(found(&[("HOME", home)]), None);
        let folder = home.join(".config/gcloud");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("application_default_credentials.json");
        std::fs::write(&path, "{}").expect("written");
        assert_eq!(
            found(&[("HOME", home)]),
            Some(CredentialsFile { path: path.clone(), named: false })
        );
        assert_eq!(
            found(&[("HOME", Path::new("/nowhere")), (FOLDER, &folder)]),
            Some(CredentialsFile { path, named: false })
        );
        let file = found(&[("HOME", home), (NAMED, named)]).expect("named");
        assert_eq!((file.path.as_path(), file.named), (named, true));
    }
}
