//! The files without markup: `SIPDefault.cnf` and its kin, `OS79XX.TXT`.

use super::line::Line;
use super::load_name::{Unmade, load_name};
use std::fmt::Write as _;

/// A label longer than this runs into the clock of the screen (`classic-phones` 4.3).
const LABEL: usize = 11;

/// `SIPDefault.cnf`, `SIP<MAC>.cnf` and `MGCDefault.cnf`: `image_version`, who the call server is, and the line with which
/// the phone registers there so that it comes to say what it runs.
///
/// # Errors
/// [`Unmade`]: the load name is none.
pub fn text_config(load: &str, server: &str, line: Option<Line<'_>>) -> Result<Vec<u8>, Unmade> {
    let load = load_name(load)?;
    let label = line.and_then(|l| l.password.map(|_| l.display)).unwrap_or("rescue79");
    let mut text = format!("image_version: {load}\r\nproxy1_address: \"{server}\"\r\n");
    // Writing to a String can't fail.
    let _ = write!(text, "phone_label: \"{}\"\r\n", label.get(..LABEL).unwrap_or(label).trim_end());
    if let Some(line) = line {
        let entries = [
            ("proxy1_port", line.port.to_string()),
            ("proxy_register", "1".to_owned()),
            // A phone keeps in flash what it was told last: the address of its old place would go into every call.
            ("nat_enable", "0".to_owned()),
            ("line1_name", quoted(line.user)),
            ("line1_displayname", quoted(line.display)),
            ("line1_authname", quoted(line.login)),
        ];
        let password = line.password.map(|p| ("line1_password", quoted(p.reveal())));
        text.extend(entries.into_iter().chain(password).map(|(name, value)| format!("{name}: {value}\r\n")));
    }
    Ok(text.into_bytes())
}

fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

/// `OS79XX.TXT`: the name of an image, alone on its line, with the line end of the published sets and no blank
/// (a blank becomes part of the name: `CSCdv19260`, `classic-phones` 4.2).
///
/// # Errors
/// [`Unmade`]: the image name is none.
pub fn os79xx(image: &str) -> Result<Vec<u8>, Unmade> {
    Ok(format!("{}\r\n", load_name(image)?).into_bytes())
}
