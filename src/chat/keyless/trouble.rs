//! Why nothing was signed without a key, each with what to do about it.

/// What is wrong with keyless signing. It concerns everybody's tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Neither a file nor a metadata server.
    #[error("there are no application default credentials, and no metadata server answers")]
    NoCredentials,
    /// A machine in the cloud without a service account.
    #[error("the metadata server has no service account for this machine")]
    NoMachineAccount,
    /// The login is over, or never was good.
    #[error("the application default credentials are refused: {0}")]
    Login(String),
    /// IAM's signing API is not enabled.
    #[error("the IAM Service Account Credentials API is not enabled")]
    ApiOff,
    /// The caller lacks the role, or there is no such account: IAM does not tell which.
    #[error("these credentials may not sign as {0}, or there is no such service account")]
    MayNotSign(String),
    /// There is no such account.
    #[error("there is no service account {0}")]
    NoAccount(String),
    /// A machine whose tokens don't reach IAM.
    #[error("this machine's access scopes do not cover IAM")]
    Scopes,
    /// Anything else.
    #[error("IAM does not sign: {0}")]
    Refused(String),
}

impl Trouble {
    /// Returns what to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoCredentials => {
                "log in with `gcloud auth application-default login`, or run on a machine in Google Cloud that has a service account"
            }
            Self::NoMachineAccount => {
                "attach a service account to the machine, or log in with `gcloud auth application-default login`"
            }
            Self::Login(_) => {
                "log in again with `gcloud auth application-default login`; the same command goes on then"
            }
            Self::ApiOff => {
                "enable it: `gcloud services enable iamcredentials.googleapis.com`, in the service account's project; that takes some minutes"
            }
            Self::MayNotSign(_) => {
                "grant the role Service Account Token Creator on that service account to whoever runs chatferry (docs/operations.md); that takes some minutes"
            }
            Self::NoAccount(_) => {
                "correct `service_account`; IAM & Admin, Service accounts has the address"
            }
            Self::Scopes => {
                "stop the machine, set its access scopes to \"Allow full access to all Cloud APIs\", and start it"
            }
            Self::Refused(_) => "docs/operations.md tells how to go without a key",
        }
    }
}
