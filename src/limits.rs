//! Every limit of the program, with its reason. No limit stands anywhere else.

use std::time::Duration;

/// One member of an archive, or one file of a folder. The largest 79xx part is under 5 MB, the largest file people
/// keep beside them (locale archives) some 20 MB.
pub const FILE_BYTES: usize = 64 << 20;
/// All members of one archive together, counted while they are inflated, never taken from its headers. Beside the
/// shelf, reading one archive never takes more than four times as much memory (`tests/it/xray/memory.rs`).
pub const ARCHIVE_BYTES: usize = 256 << 20;
/// Members of one archive; real sets have under 40, locale archives a few hundred.
pub const ARCHIVE_MEMBERS: usize = 5_000;
/// An archive may hold archives that hold archives: a vendor's zip with a `.cop` in it is two.
pub const ARCHIVE_DEPTH: usize = 2;
/// Inflated bytes for each stored byte beyond which an archive is a bomb. Firmware is compressed already (under 3),
/// plain text reaches 20, deflate tops out near 1032.
pub const ARCHIVE_RATIO: usize = 200;
/// The whole shelf. A pallet's worth of releases for all families is about 300 MB.
pub const SHELF_BYTES: usize = 2 << 30;
/// Files on the shelf: a folder chosen by mistake (a home folder) must end in a sentence, not in a swamp.
pub const SHELF_FILES: usize = 50_000;
/// A folder with more files than this is asked about before it is read: releases for all families are some 2 000.
pub const ASK_FILES: usize = 5_000;
/// And one with more bytes: half as much again as releases for all families.
pub const ASK_BYTES: u64 = 500_000_000;
/// Loads of one family that a plan looks at beside the published ones, of which there are under 30.
pub const ROUTE_LOADS: usize = 512;
/// Folders below folders.
pub const FOLDER_DEPTH: usize = 12;
/// Below so many inflated bytes [`ARCHIVE_RATIO`] isn't looked at: an archive that inflates to no more than a large
/// release does no harm, however well it was packed.
pub const ARCHIVE_RATIO_FLOOR: usize = 32 << 20;
/// Archives of a folder that are held beside their members, so that they can be read by name like every other file.
pub const KEPT_ARCHIVES_BYTES: usize = 256 << 20;
/// Payload of a `.loads` file; real ones have under 300 bytes.
pub const LIST_BYTES: usize = 16 << 10;
/// Parts that one list names; real ones name two or five.
pub const LIST_PARTS: usize = 64;
/// Findings of one shelf; beyond, the folder is the wrong one and more sentences don't help.
pub const SHELF_PROBLEMS: usize = 1_000;

/// A TFTP request longer than this is refused; RFC 2347 gives 512, options of other clients are shorter.
pub const TFTP_REQUEST_BYTES: usize = 512;
/// Options in one TFTP request; four are known.
pub const TFTP_OPTIONS: usize = 16;
/// Blocks under way without an ACK. 64 × 1428 bytes fill a 100 Mb/s link for 7 ms.
pub const TFTP_WINDOW: u16 = 64;
/// Largest negotiated block: what fits an Ethernet frame unfragmented.
pub const TFTP_BLOCK: u16 = 1468;
/// First resend when nothing has been measured.
pub const TFTP_RESEND_FIRST: Duration = Duration::from_millis(250);
/// A block in lock-step is sent a second time after this time at the earliest. A reader that was only busy for a moment has
/// then answered both; that is seen, and from then on it is given the floor below.
pub const TFTP_RESEND_EARLY: Duration = Duration::from_millis(20);
/// The adaptive resend timer never goes below otherwise; a phone's flash task may delay an ACK by some tens of milliseconds.
pub const TFTP_RESEND_FLOOR: Duration = Duration::from_millis(50);
/// Nor above, however often it has doubled.
pub const TFTP_RESEND_CEILING: Duration = Duration::from_secs(2);
/// A reader silent for so long is given up. A phone may erase flash for 20 s between two ACKs.
pub const TFTP_GIVE_UP: Duration = Duration::from_secs(75);
/// The same request from the same port within this time of the reader's last sign of life is a repetition; loaders
/// repeat after 1, 5 and 9 s when they hear nothing.
pub const TFTP_REPEAT: Duration = Duration::from_secs(10);
/// Reads under way at once, in all: 250 phones and every one with a dead transfer behind it.
pub const TRANSFERS: usize = 1_024;
/// Reads of one address beyond which its dead ones yield to its new ones: a phone reads one file at a time. Live ones
/// may be more, as of many readers behind one address.
pub const TRANSFERS_PER_PEER: usize = 16;
/// A reader silent for so long counts as dead when there are too many: a phone that erases flash is back after 20 s.
pub const TFTP_DEAD: Duration = Duration::from_secs(30);
/// Progress events of one read: at most five a second.
pub const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// A file name asked for. The longest in real sets, a locale's path, has under 80 bytes; file systems end at 255.
pub const TFTP_NAME_BYTES: usize = 255;
/// How much of a reader's ERROR text is kept; RFC 1350's own have under 40 bytes.
pub const TFTP_MESSAGE_BYTES: usize = 128;
/// Resends that must go unanswered before a silent reader is given up, so that a laptop that slept asks once more.
pub const TFTP_UNANSWERED: u32 = 3;

/// Lease time. Long enough that no renewal falls into a flash, short enough that a bench is clean the next day.
pub const LEASE: Duration = Duration::from_secs(4 * 3600);
/// Leases remembered. A /16 bench and a day of random MAC addresses must both fit in memory.
pub const LEASES: usize = 8_192;
/// An offer that was not taken up is free for others after this time; until then only if the pool is empty.
pub const OFFER_HOLD: Duration = Duration::from_secs(20);
/// A declined address is left alone for this time.
pub const DECLINE_HOLD: Duration = Duration::from_secs(600);
/// Addresses that one phone may have set aside in that time, and never more than half of them. Behind one that is in use there may be some more, of devices
/// with addresses of their own; a phone that finds every address in use is broken, and the others need theirs.
pub const DECLINES_PER_PHONE: usize = 8;
/// Smallest DHCP answer; old BOOTP relays and phones drop shorter ones (RFC 1542 2.1).
pub const DHCP_REPLY_MIN: usize = 300;
/// Largest DHCP request that is read: what one Ethernet frame carries. Phones send under 400 bytes.
pub const DHCP_REQUEST_BYTES: usize = 1_500;
/// Hosts at the start of the subnet that are never given out: routers, switches and the technician's own devices.
pub const RESERVED_HOSTS: u32 = 9;

/// Phones on one bench.
pub const PHONES: usize = 1_024;
/// File names remembered for each phone, and hops in one plan.
pub const NAMES_PER_PHONE: usize = 128;
/// Complaints of one kind about one sender: one event, then one more for each of these periods with the count.
pub const COMPLAINT_EVERY: Duration = Duration::from_secs(10);
/// Events of one kind about one sender in that period; beyond, they are only counted. A phone starts with under 40
/// requests.
pub const TOLD_PER_SENDER: u32 = 64;
/// Reads that one address may ask for in that period; beyond, it is not answered. A room of 250 readers behind one address
/// that ask again and again stays below.
pub const REQUESTS_PER_PEER: u32 = 4_096;
/// Reads of one address that were never confirmed: a room of readers behind one address, all of whose ACKs are lost.
pub const READS_UNHEARD: usize = 256;
/// On a full bench a phone that has shown nothing yields to a new one after this silence; phones repeat themselves within
/// 16 s.
pub const PHONE_SILENT: Duration = Duration::from_secs(60);
/// Senders whose complaints are counted apart; the rest share one counter.
pub const COMPLAINERS: usize = 256;

/// A configuration file that a classic loader takes; a larger one ends in "buffer full" (`classic-phones` 1.4).
pub const CLASSIC_CONFIG_BYTES: usize = 8_192;
/// A user, a password or a display name of a SIP account: what the classic phones keep; the others keep more
/// (`classic-phones` 4.3).
pub const ACCOUNT_CHARS: usize = 31;
/// A host name (RFC 1035 2.3.4).
pub const HOST_NAME_BYTES: usize = 255;
/// Open files of the process: two sockets for each of [`TRANSFERS`], one for each of [`TALKS`], and the rest.
pub const SOCKETS: u64 = 4_096;
/// Receive buffer of the request ports: a pallet of phones that starts at once (240 DISCOVERs of 342 bytes and their
/// kernel overhead) must fit several times.
pub const RECEIVE_BUFFER: usize = 4 << 20;
/// An outside command (`ip`, `nft`, `netsh`); the slowest, PowerShell on an old laptop, needs some seconds to start.
pub const COMMAND: Duration = Duration::from_secs(15);
/// A manager of interfaces that was told to look after one again has set it within so many looks, so far apart; then what
/// it left out is set for it.
pub const MANAGER_LOOKS: u32 = 40;
/// See there.
pub const MANAGER_LOOK: Duration = Duration::from_millis(100);
/// What an outside command may print; a router's whole rule set has under a megabyte.
pub const COMMAND_BYTES: u64 = 16 << 20;
/// How long other DHCP servers are waited for when none answers: the slowest that says nothing to the quicker questions needs
/// a second (ISC dhcpd, which pings an address before it offers it).
pub const FOREIGN_OFFER: Duration = Duration::from_millis(2_500);
/// How often link and addresses of the bench's interface are looked at.
pub const LINK_EVERY: Duration = Duration::from_secs(1);
/// A turn of who looks after the laptop: a frame on the wire, or the end of the session, is noticed within this time.
pub const KEEPER_TURN: Duration = Duration::from_millis(200);
/// A turn of listening for other servers.
pub const LISTEN: Duration = Duration::from_millis(100);
/// After the first of them the others are listened for: they answer about now, too.
pub const MORE_OFFERS: Duration = Duration::from_millis(400);
/// They are asked once more after this time; a question may be lost.
pub const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long a neighbour has to answer who has an address; on a switch it takes a millisecond.
pub const NEIGHBOUR: Duration = Duration::from_millis(900);
/// How long our own servers have for one answer to the program itself.
pub const OWN_ANSWER: Duration = Duration::from_millis(500);
/// Looks at a port after its holder was told to end, so far apart.
pub const ENDS_LOOKS: u32 = 10;
/// See there.
pub const ENDS_LOOK: Duration = Duration::from_millis(200);
/// Looks at a ledger that is held before it counts as held by a living session, so far apart.
pub const LOCK_LOOKS: u32 = 20;
/// See there.
pub const LOCK_LOOK: Duration = Duration::from_millis(50);
/// Unanswered questions for one address before the asker is named; a single one may be an old neighbour's.
pub const WRONG_QUESTIONS: u32 = 2;
/// Askers for wrong addresses that are counted at once.
pub const WRONG_ASKERS: usize = 256;
/// Room on the disk below which a journal may not fit: a long session with many phones writes some 20 MB.
pub const DISK_FREE: u64 = 100 << 20;
/// How long a session whose terminal is gone goes on for a phone that must keep its power: the slowest hop, three times.
pub const WITHOUT_TERMINAL: Duration = Duration::from_secs(30 * 60);
/// How often it is tried to write on where the disk was full: a person makes room, which takes longer than that.
pub const WRITE_AGAIN: Duration = Duration::from_secs(2);
/// Bytes that wait to be written together: more than a bundle of events has, unless there are many of them.
pub const WRITTEN_AT_ONCE: usize = 64 << 10;
/// Bytes of one line of a journal. The longest of ours, the summary of a full bench, has about two million.
pub const JOURNAL_LINE: u64 = 16 << 20;
/// Lines that wait for a slow reader of `--events` or of standard output: some 8 MB, hours of a few phones.
pub const LINES_WAITING: usize = 32_768;
/// Events beside progress that wait for a screen that stands still: a night of 250 phones.
pub const EVENTS_WAITING: usize = 65_536;
/// Events on their way to journal and screen before the servers wait for them.
pub const EVENTS_UNDER_WAY: usize = 16_384;

/// Lines that the screen's log keeps; the journal has them all. A day of one phone, an hour of 250; some 20 MB.
pub const LOG_LINES: usize = 100_000;
/// Of these, as many as the page of a phone shows: a recovery and what led to it.
pub const PHONE_LINES: usize = 200;
/// Characters of a log filter: a MAC address or a file name, and room to spare.
pub const FILTER_CHARS: usize = 64;
/// Bytes of a line that is typed in the line mode: the longest path of the usual systems.
pub const TYPED_LINE: usize = 4_096;

/// Places of firmware that are remembered: what fits on a small screen.
pub const PLACES: usize = 8;
/// Who read from an address is taken for the same reader for so long, where no lease of ours says more. A phone that
/// runs asks again within minutes; another phone may get its address from somebody else's server after that.
pub const ADDRESS_SEEN: Duration = Duration::from_secs(600);

/// One SCCP message; a registration of the newest loads has under 300 bytes, an XML alarm some 2 000.
pub const SCCP_MESSAGE: usize = 4 << 10;
/// Connections at the ports where phones register: a pallet of 250, each with one that is dying.
pub const TALKS: usize = 512;
/// Bytes of one connection that wait to be understood: the longest message of a phone and the begin of the next.
pub const TALK_BYTES: usize = 8 << 10;
/// Bytes of one connection in all; beyond, it is ended. A registration and two minutes of what follows have some 5 000.
pub const TALK_WHOLE: usize = 64 << 10;
/// A connection ends after this time, whatever is said on it: a phone registers within a second, and comes again.
pub const TALK_TIME: Duration = Duration::from_secs(120);
/// Connections of one address: a phone has one, and one that is dying.
pub const TALKS_PER_PEER: usize = 8;

/// The head of an HTTP request: a phone's has under 300 bytes, a browser's with all its cookies some 2 000.
pub const HTTP_HEAD: usize = 4 << 10;
/// Lines of such a head; a browser sends some 15.
pub const HTTP_LINES: usize = 32;
/// Connections for files at once: a pallet of 250 phones, each with one that is dying.
pub const HTTP_CONNECTIONS: usize = 512;
/// Those of one address: a phone reads one file at a time.
pub const HTTP_PER_PEER: usize = 8;
/// A connection on which nothing was asked ends after this time; a phone asks at once.
pub const HTTP_QUESTION: Duration = Duration::from_secs(10);
/// A reader that takes nothing for so long is given up, as over TFTP: it may erase its flash meanwhile.
pub const HTTP_STALL: Duration = TFTP_GIVE_UP;
/// No connection lives longer: the largest part of a load, 5 MB, at 6 kB/s, where a phone reads some 500.
pub const HTTP_WHOLE: Duration = Duration::from_secs(900);
/// Bytes handed to one connection before the others get their turn.
pub const HTTP_TURN: usize = 256 << 10;
/// What the system may hold of a file that the phone has not taken: little, so that progress is the phone's.
pub const HTTP_SEND_BUFFER: usize = 64 << 10;

/// The page of a phone; real ones have some 2 000 bytes.
pub const PAGE_BYTES: usize = 64 << 10;
/// How long a phone is given for its page: its server is slow, and it is alone on the cable.
pub const PAGE_TIME: Duration = Duration::from_secs(6);
/// Phones that are asked for their page at once.
pub const PAGES_AT_ONCE: usize = 16;
/// How long after its application has shown itself a phone is asked for its page, and again where it gave none: its own
/// server starts late.
pub const PAGE_WAITS: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(90)];

/// Datagrams taken from the port of a read at once, where it must be read until it is empty.
pub const DATAGRAMS_AT_ONCE: usize = 1_024;
/// Datagrams taken from a request port before running reads get their turn: a pallet of phones that starts at once is answered
/// in one go. With 16, the last of 250 waited two to three times as long for its first block; a flood of requests costs each
/// block some milliseconds, which a phone takes for one of its own.
pub const REQUESTS_AT_ONCE: usize = 256;
/// Connections and other doors that get their turn before reads and request ports are looked at again. Each says 2 kB at
/// most, in which there may be 170 messages with an answer each: some milliseconds for all.
pub const TALKS_AT_ONCE: usize = 16;
/// Datagrams taken from one of those doors in its turn, or connections.
pub const TAKEN_AT_ONCE: usize = 32;
/// A door that gives an error is looked at again after this time: handles may be short.
pub const DOOR_AGAIN: Duration = Duration::from_secs(1);
/// Reads that get their turn before the request ports are looked at again: less than a millisecond.
pub const READS_AT_ONCE: usize = 64;
/// Reads that get their turn between two looks at the clock: a tenth of a millisecond, which a round trip measured with it
/// may be wrong by.
pub const READS_A_LOOK: usize = 16;
/// Events gather for so long before whoever writes them down is woken: a crash loses no more than that and what he gathers.
pub const EVENTS_GATHER: Duration = Duration::from_millis(10);
/// The same while nothing but progress has happened, of which more comes and says more.
pub const PROGRESS_GATHERS: Duration = Duration::from_millis(100);
/// Events and lines gather for so long before they are handled: to be woken for each costs more than the line itself. A crash
/// loses no more than that and what was gathered before.
pub const BUNDLE_GATHERS: Duration = Duration::from_millis(5);
/// A frame at most so often: thirty a second look like a movement.
pub const FRAME_EVERY: Duration = Duration::from_millis(33);
/// How often the virtual bench is brought up to the clock.
pub const REHEARSAL_TURN: Duration = Duration::from_millis(20);
/// How far it runs at a time when nobody watches.
pub const REHEARSAL_STRIDE: Duration = Duration::from_secs(5);
/// How often the interfaces are looked at while they are listed: a cable that is plugged in shows at once for a person.
pub const INTERFACES_EVERY: Duration = Duration::from_secs(2);
/// How often all phones are looked at when nothing arrives: the times from which something follows are whole seconds.
pub const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How often the complaints that are over are looked for where there is no room: it takes a look at all, and in a flood of
/// made-up senders every packet would pay for one.
pub const COMPLAINTS_LOOK: Duration = Duration::from_secs(1);
/// The list of leases is written at most so often: it is written whole, and two hundred phones come at once. What a crash
/// leaves out stands in the journal.
pub const LEASES_EVERY: Duration = Duration::from_secs(1);
/// How long the last lines wait for who reads them, after the end of a session.
pub const LAST_LINES: Duration = Duration::from_secs(5);
/// How often it is looked whether there is room for the very last line.
pub const LAST_LINE_LOOK: Duration = Duration::from_millis(10);
/// How often it is looked whether somebody takes again the events that wait: a screen that went on shows them at once.
pub const WAITING_LOOK: Duration = Duration::from_millis(100);
/// After a frame that nobody asked for, the screen rests for so many times as long as that one took: a fiftieth of a slow
/// laptop is all that it takes from the phones.
pub const FRAME_RESTS: u32 = 50;
/// But not longer: the clocks on it count seconds.
pub const FRAME_RESTS_MOST: Duration = Duration::from_millis(900);
/// On a full bench, for so long those hold good that were found to go next: by then others may have shown even less.
pub const NEXT_TO_GO: Duration = Duration::from_millis(100);
/// Sockets that the poller names at once; more come with the next turn.
pub const READY_AT_ONCE: usize = 256;
/// Packets that leave together as one; Linux cuts at most so many apart (`UDP_MAX_SEGMENTS`).
pub const PACKETS_TOGETHER: usize = 64;
/// Largest packet but for those of connections: what one Ethernet frame carries.
pub const PACKET_BYTES: usize = 1_500;
/// Bytes that leave together; with their headers they must fit the 65 535 of one IP packet.
pub const BYTES_TOGETHER: usize = 60_000;
/// Conclusions drawn from one packet; rules that contradict each other end here instead of going round.
pub const CONCLUSIONS: usize = 8;
/// Phones that are found at once to be forgotten on a full bench, where the search looks at all of them.
pub const FORGOTTEN_AT_ONCE: usize = 64;
/// Reads beside the newest that are still waited for.
pub const READS_LEFT: usize = 4;
/// Events taken in at once before keys and frames get their turn.
pub const EVENTS_AT_ONCE: usize = 1_000;
