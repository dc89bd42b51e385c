//! Every code that a finding can have, for the page that explains them.

/// Code, what was found, and what it means for the phone and the technician. Codes never change their meaning.
pub const CODES: &[(&str, &str, &str)] = &[
    // Single files.
    ("empty", "A file or archive of zero bytes.", "Its download or copy failed. Get it again."),
    (
        "truncated",
        "A file is shorter than its signature, its own table, its other half or its class says.",
        "A phone refuses it after reading it. Get the whole release again.",
    ),
    (
        "text-mode",
        "Octets were changed as by a copy in text mode, or by an editor.",
        "The signature no longer fits. Copy again in binary mode, or download again.",
    ),
    (
        "header-damaged",
        "The signature in front of a file can't be read.",
        "A phone refuses it. Get it again.",
    ),
    (
        "unsigned",
        "A file that is always signed has no signature.",
        "Its content is another file's, or was taken out of its envelope. A phone refuses it.",
    ),
    (
        "renamed",
        "A file was signed under another name than it has.",
        "A phone takes it under its real name only. This program serves it so; other servers can't.",
    ),
    (
        "wrong-kind",
        "A file with the name of one kind is of another, such as a .bin that is an .sb2.",
        "Useless under that name. This program serves it as what it is.",
    ),
    (
        "name-case",
        "Capitals and small letters differ from the real name.",
        "No harm here: names are served in any case. Other servers may not.",
    ),
    (
        "duplicate-differs",
        "One name, two contents, both whole.",
        "At most one is what was published. Keep the release that you trust.",
    ),
    (
        "other-phone",
        "Firmware of phones that aren't recovered here (69xx, 78xx, 88xx, 7921 …).",
        "It is never offered as a load. Get the release for your model.",
    ),
    // Sets.
    (
        "part-missing",
        "A list names a part that isn't here.",
        "A phone would stop in the middle, so the list isn't served. Get the whole release.",
    ),
    (
        "list-missing",
        "Parts are here, the .loads file that names them isn't.",
        "A phone asks for the list before anything else. Get the whole release.",
    ),
    (
        "part-unlisted",
        "A part that no list here names.",
        "A leftover, or its list is missing. No phone will ask for it.",
    ),
    (
        "term-missing",
        "A default list for wiped phones of this family isn't here.",
        "Running phones can be given the load by name, wiped ones can't.",
    ),
    (
        "term-other-release",
        "A default list names the parts of another release.",
        "Two releases were unpacked over each other. Unpack each into a folder of its own.",
    ),
    (
        "releases-mixed",
        "Two releases share a folder; the default lists are those of one of them.",
        "The other one reaches running phones by name only. Give each a folder of its own.",
    ),
    // Archives.
    (
        "archive-truncated",
        "An archive ends too early.",
        "What was read before is kept; the download was cut off. Get it again.",
    ),
    (
        "archive-damaged",
        "An archive, or a member of it, can't be unpacked.",
        "Check sums or data are wrong. Get it again.",
    ),
    ("archive-encrypted", "A member needs a password.", "Unpack it with the password and give the folder."),
    (
        "archive-method",
        "A member is packed in a way that isn't read here.",
        "Unpack it with another program and give the folder.",
    ),
    (
        "archive-unsupported",
        "An archive of another kind: RAR, 7z, bzip2, xz.",
        "Unpack it with another program and give the folder.",
    ),
    (
        "archive-duplicate",
        "Two members with one name and different contents.",
        "The first was taken. Use another copy.",
    ),
    (
        "archive-sizes-disagree",
        "An archive gives two sizes for a member.",
        "Two programs would read two contents; it was left out. Use another copy.",
    ),
    (
        "archive-overlap",
        "Members share the same bytes.",
        "Only made-up archives do. Nothing in it was taken; use another copy.",
    ),
    (
        "archive-bomb",
        "An archive inflates out of all proportion.",
        "It is made to fill memory. Nothing in it was taken. Don't open it elsewhere; use another copy.",
    ),
    (
        "archive-members",
        "More members than any firmware has.",
        "Nothing in it was taken. Unpack it and give the folder with the firmware.",
    ),
    (
        "archive-too-large",
        "More bytes inside than any firmware has.",
        "Nothing in it was taken. Unpack it and give the folder with the firmware.",
    ),
    (
        "archive-too-deep",
        "An archive inside too many archives.",
        "It wasn't opened. Unpack it and give the folder.",
    ),
    (
        "name-not-text",
        "A name in an old character set.",
        "It was guessed. Names of firmware are plain ASCII, so nothing is lost.",
    ),
    (
        "path-unsafe",
        "A name that leads out of its folder.",
        "It was left out. Firmware has no such names; use another copy.",
    ),
    (
        "link-skipped",
        "A link, or a folder that was read already.",
        "It was left out; what it points to is read where it really lies.",
    ),
    ("special-skipped", "A device, a pipe, a socket.", "It was left out."),
    // What was given.
    (
        "web-page",
        "A web page under a name of firmware.",
        "The download needed a login or the link was dead. Open it in a browser, then download again.",
    ),
    ("not-an-archive", "Named like an archive, but none.", "The download is damaged. Get it again."),
    ("too-large", "Larger than any file of a 79xx phone.", "It was left out."),
    ("folder-too-deep", "Folders lie too deep in each other.", "Name the folder with the firmware itself."),
    (
        "unreadable",
        "The operating system doesn't let it be read.",
        "Check that it exists and that you may read it.",
    ),
    (
        "shelf-full",
        "More files or bytes than a collection of firmware has.",
        "The rest was left out. Give only the folder that holds the firmware.",
    ),
    ("findings-cut", "More findings than help.", "Give only the folder that holds the firmware."),
];
