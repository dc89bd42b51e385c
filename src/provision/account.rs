//! A SIP account for a phone: checked before it is written into a file, for a phone says nothing useful about a bad one.

use crate::limits;
use crate::phone_id::Mac;
use std::fmt;

/// A password. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The password itself, for the phone's file.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A SIP account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The exchange: a name or an address.
    pub proxy: String,
    /// Its port.
    pub port: u16,
    /// The number or name of the account.
    pub user: String,
    /// The name for the password.
    pub login: String,
    /// The password; empty: none is asked for.
    pub password: Secret,
    /// What others see.
    pub display: String,
    /// The phone that gets it; `None`: every phone that is led to SIP.
    pub phone: Option<Mac>,
}

/// An account that no phone could use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// A field is needed.
    #[error("The {0} is missing.")]
    Missing(&'static str),
    /// A field is longer than a phone keeps.
    #[error("The {field} has {length} characters; the phone keeps {most}.")]
    TooLong {
        /// Which one.
        field: &'static str,
        /// Its length.
        length: usize,
        /// What is kept.
        most: usize,
    },
    /// A character that a phone's reader stumbles over.
    #[error("The {field} must not have {what}.")]
    Character {
        /// Which one.
        field: &'static str,
        /// What stands there.
        what: String,
    },
    /// The proxy is neither a name nor an address.
    #[error("\"{0}\" is no address of an exchange, such as 192.0.2.10 or pbx.example.org:5060.")]
    Proxy(String),
    /// The MAC address can't be read.
    #[error("\"{0}\" is no MAC address; it has twelve digits and letters A to F.")]
    Phone(String),
}

/// The port of SIP.
const SIP: u16 = 5060;

impl Account {
    /// Reads what was typed.
    ///
    /// # Errors
    /// The first field that can't be right.
    pub fn read(
        proxy: &str,
        user: &str,
        login: &str,
        password: &str,
        display: &str,
        phone: &str,
    ) -> Result<Self, BadAccount> {
        let (proxy, port) = exchange(proxy.trim())?;
        let user = user.trim();
        if user.is_empty() {
            return Err(BadAccount::Missing("user"));
        }
        let or_user = |text: &str| if text.trim().is_empty() { user } else { text.trim() }.to_owned();
        let (login, display) = (or_user(login), or_user(display));
        word("user", user)?;
        word("login name", &login)?;
        plain("display name", &display)?;
        // A blank at an end of a password may be meant; one that came with a paste is far more likely.
        if password.trim() != password {
            return Err(BadAccount::Character {
                field: "password",
                what: "a blank at its beginning or end".into(),
            });
        }
        plain("password", password)?;
        let phone = match phone.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| BadAccount::Phone(text.to_owned()))?),
        };
        let password = Secret(password.to_owned());
        Ok(Self { proxy, port, user: user.to_owned(), login, password, display, phone })
    }

    /// Whether this phone gets it.
    #[must_use]
    pub fn is_for(&self, phone: Mac) -> bool {
        self.phone.is_none_or(|only| only == phone)
    }
}

impl fmt::Display for Account {
    /// The account without its password: `201 at pbx.example.org:5060`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.user, self.proxy, self.port)
    }
}

/// A host and a port.
fn exchange(text: &str) -> Result<(String, u16), BadAccount> {
    if text.is_empty() {
        return Err(BadAccount::Missing("proxy"));
    }
    let bad = || BadAccount::Proxy(text.to_owned());
    let text = text.strip_prefix("sip:").unwrap_or(text);
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|p| *p > 0).ok_or_else(bad)?),
        None => (text, SIP),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // All digits and dots is meant as an address, and 192.168.1 is none.
    let numbers = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let good = if numbers { host.parse::<std::net::Ipv4Addr>().is_ok() } else { host.split('.').all(label) };
    if host.len() > limits::HOST_NAME_BYTES {
        return Err(BadAccount::TooLong {
            field: "proxy",
            length: host.len(),
            most: limits::HOST_NAME_BYTES,
        });
    }
    if good { Ok((host.to_owned(), port)) } else { Err(bad()) }
}

/// A part of a SIP address: no blanks, nothing that ends it.
fn word(field: &'static str, text: &str) -> Result<(), BadAccount> {
    plain(field, text)?;
    match text.chars().find(|c| " @:;,<>()?/".contains(*c)) {
        None => Ok(()),
        Some(' ') => Err(BadAccount::Character { field, what: "a blank".into() }),
        Some(c) => Err(BadAccount::Character { field, what: format!("{c} in it") }),
    }
}

/// Text that the readers of all these phones take: ASCII without quotes, and not too long (`classic-phones` 4.3).
fn plain(field: &'static str, text: &str) -> Result<(), BadAccount> {
    let length = text.chars().count();
    if length > limits::ACCOUNT_CHARS {
        return Err(BadAccount::TooLong { field, length, most: limits::ACCOUNT_CHARS });
    }
    match text.chars().find(|c| !matches!(c, ' '..='~') || matches!(c, '"' | '\\')) {
        None => Ok(()),
        Some(c @ ('"' | '\\')) => Err(BadAccount::Character { field, what: format!("{c} in it") }),
        Some(c) if c.is_control() => Err(BadAccount::Character { field, what: "a control character".into() }),
        Some(c) => Err(BadAccount::Character {
            field,
            what: format!("{c} in it: these phones read plain ASCII only"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(proxy: &str, user: &str, password: &str, phone: &str) -> Result<Account, BadAccount> {
        Account::read(proxy, user, "", password, "", phone)
    }

    #[test]
    fn an_account_is_read_and_its_password_is_not_printed() {
        let account = read("sip:pbx.example.org:5080 ", " 201 ", "s3cret<&>", "001B.0C18.BDC1").unwrap();
        assert_eq!((account.proxy.as_str(), account.port), ("pbx.example.org", 5080));
        assert_eq!((account.login.as_str(), account.display.as_str()), ("201", "201"));
        assert_eq!(account.to_string(), "201 at pbx.example.org:5080");
        assert!(!format!("{account:?}").contains("s3cret"));
        assert_eq!(account.password.reveal(), "s3cret<&>");
        let mac = account.phone.unwrap();
        assert!(account.is_for(mac) && !account.is_for(Mac([0; 6])));
        assert!(read("192.0.2.10", "201", "", "").unwrap().is_for(mac));
    }

    #[test]
    fn what_a_phone_would_stumble_over_is_said() {
        for (proxy, user, password, phone, said) in [
            ("", "201", "", "", "The proxy is missing."),
            ("192.0.2", "201", "", "", "is no address of an exchange"),
            ("pbx..org", "201", "", "", "is no address of an exchange"),
            ("pbx:0", "201", "", "", "is no address of an exchange"),
            ("pbx", " ", "", "", "The user is missing."),
            ("pbx", "20 1", "", "", "The user must not have a blank."),
            ("pbx", "201@pbx", "", "", "The user must not have @ in it."),
            ("pbx", "201", "geh\"eim", "", "The password must not have \" in it."),
            ("pbx", "201", "geheim ", "", "a blank at its beginning or end"),
            ("pbx", "201", "größe", "", "plain ASCII only"),
            ("pbx", "201", "12345678901234567890123456789012", "", "has 32 characters; the phone keeps 31"),
            ("pbx", "201", "", "00:1b:0c", "is no MAC address"),
        ] {
            let bad = read(proxy, user, password, phone).unwrap_err().to_string();
            assert!(bad.contains(said), "{bad} / {said}");
        }
    }
}
