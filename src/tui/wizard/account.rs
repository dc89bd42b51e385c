//! The SIP account of a phone: a form of a few fields, and what it comes to.

use super::Wizard;
use crate::job::Blocker;
use crate::load::Protocol;
use crate::provision::{Account, BadAccount};

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Where the phone registers: a name or an address, and perhaps a port.
    Proxy,
    /// The number or name of the account.
    User,
    /// The name it is known by to the proxy, where that differs.
    Login,
    /// Its password.
    Password,
    /// What the phone shows and sends as its name.
    Display,
    /// The phone that gets it; every phone of the session when empty.
    Phone,
}

impl Field {
    /// All of them, in their order on the page.
    pub const ALL: [Self; 6] =
        [Self::Proxy, Self::User, Self::Login, Self::Password, Self::Display, Self::Phone];

    /// Its label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::User => "user",
            Self::Login => "login name",
            Self::Password => "password",
            Self::Display => "display name",
            Self::Phone => "only for MAC",
        }
    }

    /// What to type there.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Proxy => {
                "The exchange that the phone registers with once it stands on its desk: pbx.example.org, 192.0.2.10 or 192.0.2.10:5080."
            }
            Self::User => "The account's number or name, as the exchange knows it: 201.",
            Self::Login => "Only where the exchange wants another name than the user; mostly it stays empty.",
            Self::Password => {
                "At most 31 characters. It goes into the phone's file and nowhere else: not into the journal, not into the report. Ctrl-U empties the field."
            }
            Self::Display => "What the other side sees: Reception. Empty: the user.",
            Self::Phone => {
                "The phone that gets this account; the MAC stands on its label, and can be pasted. Empty: every phone of this session that is led to SIP."
            }
        }
    }
}

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    values: [Hidden; 6],
    /// The field under the cursor; behind the last one, the row that takes it all.
    pub at: usize,
}

/// Text that is not printed with the rest of the model.
#[derive(Clone, Default, PartialEq, Eq)]
struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "empty" } else { "typed" })
    }
}

impl Form {
    /// The field under the cursor; `None` on the row that takes it all.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        Field::ALL.get(self.at).copied()
    }

    /// What stands in a field.
    #[must_use]
    pub fn value(&self, field: Field) -> &str {
        let at = Field::ALL.iter().position(|f| *f == field).unwrap_or(0);
        self.values.get(at).map_or("", |v| &v.0)
    }

    /// What a field shows: a password as stars.
    #[must_use]
    pub fn shown(&self, field: Field) -> String {
        let value = self.value(field);
        if field == Field::Password { "*".repeat(value.chars().count()) } else { value.to_owned() }
    }

    /// The field that can't be right.
    #[must_use]
    pub fn wrong(&self) -> Option<Field> {
        let named = |name: &str| Field::ALL.into_iter().find(|field| field.label() == name);
        match self.account().err()? {
            BadAccount::Missing(field)
            | BadAccount::TooLong { field, .. }
            | BadAccount::Character { field, .. } => named(field),
            BadAccount::Proxy(_) => Some(Field::Proxy),
            BadAccount::Phone(_) => Some(Field::Phone),
        }
    }

    /// Where the form is opened: at the field that can't be right, else where it was left.
    pub(super) fn open(&mut self) {
        let wrong = self.wrong().and_then(|wrong| Field::ALL.iter().position(|field| *field == wrong));
        self.at = wrong.unwrap_or(self.at);
    }

    /// The text under the cursor, to be typed into.
    pub(super) fn text(&mut self) -> Option<&mut String> {
        self.values.get_mut(self.at).map(|v| &mut v.0)
    }

    /// Nothing has been typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|v| v.0.trim().is_empty())
    }

    /// The account; `None` when nothing has been typed.
    ///
    /// # Errors
    /// The first field that can't be right.
    pub fn account(&self) -> Result<Option<Account>, BadAccount> {
        if self.is_empty() {
            return Ok(None);
        }
        let value = |field| self.value(field);
        Account::read(
            value(Field::Proxy),
            value(Field::User),
            value(Field::Login),
            value(Field::Password),
            value(Field::Display),
            value(Field::Phone),
        )
        .map(Some)
    }
}

impl Wizard {
    /// The chosen load speaks SIP, so that an account is of use.
    #[must_use]
    pub fn wants_account(&self) -> bool {
        self.offer().is_some_and(|offer| offer.protocol == Protocol::Sip && offer.blocker.is_none())
    }

    pub(super) fn account_blocker(&self) -> Option<Blocker> {
        let bad = self.form.account().err()?;
        let text = bad.to_string();
        Some(Blocker { code: "account".into(), text, remedy: "Ctrl-U empties a field.".into() })
    }

    /// An account that was begun must not be left out without a word.
    pub(super) fn unfinished_account(&self) -> Option<Blocker> {
        let wrong = self.account_blocker().filter(|_| self.wants_account())?;
        let text = format!("The SIP account isn't right. {}", wrong.text);
        Some(Blocker { text, remedy: "S opens it, N drops it.".into(), ..wrong })
    }

    /// Something was typed that N drops.
    #[must_use]
    pub fn can_drop_account(&self) -> bool {
        self.aside.is_none() && self.wants_account() && !self.form.is_empty()
    }
}
