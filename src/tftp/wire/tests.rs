use std::fmt::Write;

use super::*;
use proptest::prelude::*;

fn read(packet: &[u8]) -> Request<'_> {
    match decode(packet) {
        Ok(Packet::Read(request)) => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_phones_request() {
    let request = read(b"\0\x01SEP001B0C18BDC1.cnf.xml\0octet\0");
    assert_eq!(request.name, b"SEP001B0C18BDC1.cnf.xml");
    assert_eq!((request.mode, request.options), (Mode::Octet, Options::default()));
}

#[test]
fn modes_in_any_case_and_no_others() {
    assert_eq!(read(b"\0\x01a\0OcTeT\0").mode, Mode::Octet);
    assert_eq!(read(b"\0\x01a\0NETASCII\0").mode, Mode::Netascii);
    for other in [&b"\0\x01a\0mail\0"[..], b"\0\x01a\0\0", b"\0\x01a\0octets\0"] {
        assert_eq!(decode(other), Err(Garbage::Mode));
    }
}

#[test]
fn options_known_unknown_and_senseless() {
    let options =
        read(b"\0\x01a\0octet\0BLKSIZE\x001428\0multicast\0\0tsize\x000\0windowsize\x0016\0timeout\x003\0")
            .options;
    let all = Options { blksize: Some(1428), timeout: Some(3), tsize: Some(0), windowsize: Some(16) };
    assert_eq!(options, all);
    for senseless in ["", "-1", "+8", "0x10", "1e3", " 8", "8 ", "99999999999999999999999"] {
        let packet = format!("\0\x01a\0octet\0blksize\0{senseless}\0");
        assert_eq!(read(packet.as_bytes()).options, Options::default(), "{senseless:?}");
    }
    let twice = read(b"\0\x01a\0octet\0blksize\x00600\0blksize\x00700\0").options;
    assert_eq!(twice.blksize, Some(600));
}

#[test]
fn padding_after_the_words_is_no_option() {
    assert_eq!(read(b"\0\x01a\0octet\0\0\0\0\0\0").options, Options::default());
}

#[test]
fn requests_that_break_off() {
    let whole = b"\0\x01file\0octet\0blksize\x001428\0";
    for end in 2..whole.len() {
        let complete = end == 13; // behind the mode's NUL
        assert_eq!(decode(&whole[..end]).is_ok(), complete, "{end}: {:?}", decode(&whole[..end]));
    }
}

#[test]
fn too_long_and_too_many() {
    let mut long = b"\0\x01".to_vec();
    long.resize(TFTP_REQUEST_BYTES - 6, b'a');
    long.extend_from_slice(b"\0octet\0");
    assert_eq!(decode(&long), Err(Garbage::LongRequest(TFTP_REQUEST_BYTES + 1)));
    long.remove(5);
    assert!(decode(&long).is_ok());

    let mut many = b"\0\x01a\0octet\0".to_vec();
    many.extend(b"x\0y\0".repeat(TFTP_OPTIONS));
    assert!(decode(&many).is_ok());
    many.extend(b"x\0y\0");
    assert_eq!(decode(&many), Err(Garbage::Options));
}

#[test]
fn short_packets_are_never_progress() {
    // A two-byte ACK was taken as one by a server in the field; an ERROR of three crashed another.
    for packet in [&b""[..], b"\0", b"\0\x04", b"\0\x04\0", b"\0\x03\0", b"\0\x05", b"\0\x05\0"] {
        assert_eq!(decode(packet), Err(Garbage::Short(packet.len())), "{packet:?}");
    }
    assert_eq!(decode(b"\0\x04\x12\x34"), Ok(Packet::Ack(0x1234)));
    assert_eq!(decode(b"\0\x04\x12\x34padding"), Ok(Packet::Ack(0x1234)));
    assert_eq!(decode(b"\0\x03\0\x01"), Ok(Packet::Data { block: 1, bytes: b"" }));
    assert_eq!(decode(b"\0\x06"), Ok(Packet::OptionAck));
    assert_eq!(decode(b"\0\x09abc"), Err(Garbage::Operation(9)));
    assert_eq!(decode(b"\x01\x04\0\0"), Err(Garbage::Operation(0x104)));
}

#[test]
fn errors_there_and_back() {
    let mut buf = [0xAA; 64];
    let n = error(ErrorCode::NotFound, "not found", &mut buf);
    assert_eq!(&buf[..n], b"\0\x05\0\x01not found\0");
    assert_eq!(decode(&buf[..n]), Ok(Packet::Error { code: 1, message: b"not found" }));
    assert_eq!(decode(b"\0\x05\0\x08no end"), Ok(Packet::Error { code: 8, message: b"no end" }));
    assert_eq!(decode(b"\0\x05\0\0"), Ok(Packet::Error { code: 0, message: b"" }));

    let n = error(ErrorCode::Option, "cut\0off", &mut buf);
    assert_eq!(&buf[..n], b"\0\x05\0\x08cut\0");
    for room in 0..12 {
        let mut small = vec![0xAA; room];
        let n = error(ErrorCode::Access, "read only", &mut small);
        assert!(n <= room);
        assert_eq!(n == 0, room < 5);
        assert!(n == 0 || small[n - 1] == 0);
    }
}

#[test]
fn an_option_ack_says_what_was_granted() {
    let mut buf = [0; 64];
    let granted = Options { blksize: Some(1468), tsize: Some(17), ..Options::default() };
    let n = option_ack(&granted, &mut buf).unwrap();
    assert_eq!(&buf[..n], b"\0\x06blksize\x001468\0tsize\x0017\0");
    assert_eq!(option_ack(&granted, &mut buf[..n - 1]), None);
}

#[test]
fn only_requests_are_answered() {
    assert_eq!(Garbage::Short(1).answer(), None);
    assert_eq!(Garbage::Operation(77).answer(), None);
    assert_eq!(Garbage::Options.answer().map(|a| a.0), Some(ErrorCode::Option));
    assert_eq!(Garbage::Mode.answer().map(|a| a.0), Some(ErrorCode::NotDefined));
}

proptest! {
    #[test]
    fn any_bytes_are_a_packet_or_garbage(
        operation in 0..8_u8,
        body in proptest::collection::vec(prop_oneof![Just(0), Just(b'o'), any::<u8>()], 0..700),
    ) {
        let mut bytes = vec![0, operation];
        bytes.extend(body);
        match decode(&bytes) {
            Ok(Packet::Read(r) | Packet::Write(r)) => {
                prop_assert!(bytes.len() <= TFTP_REQUEST_BYTES && !r.name.contains(&0));
            }
            Ok(Packet::Ack(_) | Packet::Data { .. } | Packet::Error { .. }) => prop_assert!(bytes.len() >= 4),
            Ok(Packet::OptionAck) => prop_assert_eq!(operation, 6),
            Err(garbage) => prop_assert!(!garbage.to_string().is_empty()),
        }
    }

    #[test]
    fn a_written_request_is_read_back(
        name in "[ -~]{0,100}", netascii: bool,
        blksize: Option<u64>, timeout: Option<u64>, tsize: Option<u64>, windowsize: Option<u64>,
    ) {
        let mut packet = format!("\0\x01{name}\0{}\0", if netascii { "netascii" } else { "octet" });
        let asked = [("tsize", tsize), ("windowsize", windowsize), ("blksize", blksize), ("timeout", timeout)];
        for (option, value) in asked {
            if let Some(value) = value {
                write!(packet, "{option}\0{value}\0").unwrap();
            }
        }
        let request = read(packet.as_bytes());
        prop_assert_eq!(request.name, name.as_bytes());
        prop_assert_eq!(request.mode == Mode::Netascii, netascii);
        prop_assert_eq!(request.options, Options { blksize, timeout, tsize, windowsize });
    }
}
