//! What the technician orders, is asked for and can press a key for.

use super::stop;
use crate::event::{ClosedBy, Kind, Order, Remedy, Request};

/// What a remedy is called beside its key, in at most 34 columns: `lead it over an older load`.
#[must_use]
pub const fn remedy(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::OwnFile => "name its load in a file of its own",
        Remedy::RungDown => "lead it over an older load",
        Remedy::NakLease => "let it ask for its address anew",
        Remedy::HideDefault => "hide XMLDefault.cnf.xml from it",
        Remedy::EmptyTrustList => "give it an empty trust list",
        Remedy::VaryReply => "change one thing in its answer",
        Remedy::AdoptAddress => "answer at the address it asks",
    }
}

/// What is different once a remedy was carried out.
#[must_use]
pub const fn remedied(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::OwnFile => {
            "The load that the shelf's configuration names stands in a file of its own from now on."
        }
        Remedy::RungDown => "It takes the next older load of the shelf first.",
        Remedy::NakLease => {
            "The address that it remembers is refused once, so that it asks anew and hears everything."
        }
        Remedy::HideDefault => "It finds no XMLDefault.cnf.xml any more and goes on to its other files.",
        Remedy::EmptyTrustList => "It is given an empty trust list from now on.",
        Remedy::VaryReply => "Its next address comes with an answer that differs in one thing more.",
        Remedy::AdoptAddress => {
            "This laptop takes that address, too, unless somebody has it, and gives it up when the session ends."
        }
    }
}

/// What a request asks for, in at most 30 columns: `switch it off and on once`.
#[must_use]
pub const fn request(request: Request) -> &'static str {
    match request {
        Request::HoldHash => "hold # while it gets power",
        Request::EnterSequence => "type its reset sequence",
        Request::PowerCycle => "switch it off and on once",
        Request::MoveToSwPort => "use its jack marked SW",
        Request::UsePowerCube => "use the Cisco power cube",
        Request::UnplugServer => "unplug other DHCP servers",
        Request::Wait => "leave it alone",
    }
}

/// What a request asks for, as a sentence.
#[must_use]
pub const fn request_in_full(request: Request) -> &'static str {
    match request {
        Request::HoldHash => {
            "Switch it off, hold #, switch it on, and let # go when its lamps light one after another."
        }
        Request::EnterSequence => "Type the reset sequence of its model on its keys.",
        Request::PowerCycle => "Switch it off and on once.",
        Request::MoveToSwPort => "Put its cable into the jack marked SW, and check both ends.",
        Request::UsePowerCube => "Power it from the Cisco power cube.",
        Request::UnplugServer => "Unplug every other DHCP server on this wire.",
        Request::Wait => "Leave it alone and powered.",
    }
}

/// What on the wire shows that a request was carried out: "it is done when …".
#[must_use]
pub const fn closes(request: Request) -> &'static str {
    match request {
        Request::EnterSequence => "it starts and has forgotten what it knew",
        Request::PowerCycle | Request::HoldHash => "it starts anew",
        Request::MoveToSwPort => "its link comes back and it is heard",
        Request::Wait => "it goes on",
        Request::UsePowerCube => "it asks for a file",
        Request::UnplugServer => "it takes an address from here",
    }
}

/// A decision of the technician, as a verb: `pause`.
#[must_use]
pub const fn order(order: Order) -> &'static str {
    match order {
        Order::Pause => "pause",
        Order::Resume => "resume",
        Order::Replan => "lead elsewhere",
        Order::Remedy => "help",
        Order::Done => "tick off",
    }
}

/// The sentence of an event about the technician's hand.
pub(super) fn sentence(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Pausing => {
            "It will be paused once it has written what it is reading; leave it powered.".to_owned()
        }
        Kind::Paused => "Paused: it keeps its address and gets no file until it is resumed.".to_owned(),
        Kind::Resumed => "Resumed: it is served again.".to_owned(),
        Kind::Replanned { target, from: Some(from) } => {
            format!("The technician says that it runs {from} and is to run {target}.")
        }
        Kind::Replanned { target, from: None } => format!("The technician chose {target} for it."),
        Kind::Remedied { text, unasked: true, .. } => format!("Done without being asked: {}", stop(text)),
        Kind::Remedied { text, .. } => stop(text),
        Kind::Requested { text, closes, .. } => {
            format!("Please: {} It is done when {}", stop(text), stop(closes))
        }
        Kind::RequestClosed { request: asked, by, because } => {
            let how = match by {
                ClosedBy::Wire => "Seen to be done",
                ClosedBy::Technician => "Ticked off",
                ClosedBy::Passed => "No longer needed",
            };
            format!("{how} ({}): {}", request(*asked), stop(because))
        }
        Kind::OrderRefused { order: what, why } => {
            format!("That can't be done ({}): {}", order(*what), stop(why))
        }
        _ => return None,
    })
}
