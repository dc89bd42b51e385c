//! The line with which a SIP phone registers.

use super::account::{Account, Secret};

/// The line with which a SIP phone registers.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Where.
    pub proxy: &'a str,
    /// At which port.
    pub port: u16,
    /// Who it is.
    pub user: &'a str,
    /// What others see.
    pub display: &'a str,
    /// Its name for the password.
    pub login: &'a str,
    /// The password; a line without one only comes to say what the phone runs.
    pub password: Option<&'a Secret>,
}

impl<'a> Line<'a> {
    /// A line on which a phone registers with the laptop, so that it comes to say what it runs.
    #[must_use]
    pub const fn to_be_seen(server: &'a str, name: &'a str) -> Self {
        Self { proxy: server, port: 5060, user: name, display: name, login: name, password: None }
    }
}

impl Account {
    /// Its line.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line {
            proxy: &self.proxy,
            port: self.port,
            user: &self.user,
            display: &self.display,
            login: &self.login,
            password: Some(&self.password),
        }
    }
}
