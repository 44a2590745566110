//! Plans for seats: who is where after each change.

use super::*;

/// Somebody with a microphone and a camera, written as one letter.
fn person(name: char) -> Candidate {
    Candidate {
        participant: ParticipantId(u64::from(name)),
        microphone: true,
        camera: true,
        screen: false,
        screen_audio: false,
        spoke: 0,
    }
}

fn people(names: &str) -> Vec<Candidate> {
    names.chars().map(person).collect()
}

/// Seats of `a` and `v` sections, in that order in the offer.
fn seating(sections: &str) -> Seating {
    let mut seating = Seating::default();
    seating.set_slots(slots(sections));
    seating
}

fn slots(sections: &str) -> Vec<(Mid, MediaKind)> {
    let kind = |letter| if letter == 'a' { MediaKind::Audio } else { MediaKind::Video };
    let mid = |n: usize| n.to_string().parse().expect("a number is a mid");
    sections.chars().enumerate().map(|(n, letter)| (mid(n), kind(letter))).collect()
}

/// What the slots carry: a letter for a person, a capital one for a screen.
fn shown(seating: &Seating) -> String {
    let mut slots = seating.slots();
    slots.sort_by_key(|slot| slot.mid.as_str().parse::<u32>().expect("mids are numbers here"));
    let letter = |slot: Slot| {
        let Some(participant) = slot.participant else { return '.' };
        let name = char::from(u8::try_from(participant.0).expect("a letter"));
        match slot.source {
            Some(Source::Screen | Source::ScreenAudio) => name.to_ascii_uppercase(),
            _ => name,
        }
    };
    slots.into_iter().map(letter).collect()
}

fn check(seating: &mut Seating, others: &[Candidate], expected: &str) {
    seating.arrange(others);
    assert_eq!(shown(seating), expected);
    assert_eq!(seating.arrange(others), Changes::default(), "nothing is left to do");
}

fn pin(seating: &mut Seating, mid: &str, name: Option<char>, others: &[Candidate]) {
    let view = SlotView {
        mid: mid.parse().expect("mid"),
        participant: name.map(|name| ParticipantId(u64::from(name))),
        height: None,
        paused: false,
    };
    seating.view(&view, others).expect("the slot and the person are there");
}

#[test]
fn a_seat_carries_one_person_and_keeps_them() {
    let mut seats = seating("avavav");
    check(&mut seats, &people("t"), "tt....");
    check(&mut seats, &people("tab"), "ttaabb");
    check(&mut seats, &people("tb"), "tt..bb");
    check(&mut seats, &people("tbcd"), "ttccbb");
    check(&mut seats, &people("bcd"), "ddccbb");
    check(&mut seats, &[], "......");
}

#[test]
fn the_order_of_sections_does_not_matter() {
    check(&mut seating("aavv"), &people("ta"), "tata");
}

#[test]
fn a_screen_takes_a_seat_of_its_own_while_it_is_shared() {
    let mut seats = seating("avavav");
    let mut others = people("ta");
    check(&mut seats, &others, "ttaa..");
    (others[1].screen, others[1].screen_audio) = (true, true);
    check(&mut seats, &others, "ttaaAA");
    others[1].screen_audio = false;
    check(&mut seats, &others, "ttaa.A");
    others[1].screen = false;
    check(&mut seats, &others, "ttaa..");
}

#[test]
fn a_screen_comes_before_people_where_seats_are_scarce() {
    let mut seats = seating("avav");
    let mut others = people("tab");
    check(&mut seats, &others, "ttaa");
    others[2].screen = true;
    check(&mut seats, &others, "tt.B");
    others[0].screen = true;
    check(&mut seats, &others, ".T.B");
    others[0].screen = false;
    others[2].screen = false;
    check(&mut seats, &others, "ttaa");
}

#[test]
fn ears_follow_who_spoke_last() {
    let mut seats = seating("avaa");
    let mut others = people("tabcd");
    check(&mut seats, &others, "ttab");
    others[4].spoke = 1;
    check(&mut seats, &others, "ttad");
    others[3].spoke = 2;
    check(&mut seats, &others, "ttcd");
    // Who is seen is heard there, and not twice.
    others[0].spoke = 3;
    check(&mut seats, &others, "ttcd");
}

#[test]
fn who_only_listens_hears_people_first_and_screens_then() {
    let mut seats = seating("aaa");
    let mut others = people("ta");
    (others[0].screen, others[0].screen_audio) = (true, true);
    check(&mut seats, &others, "taT");
    others.push(person('b'));
    check(&mut seats, &others, "tab");
}

#[test]
fn a_pin_holds_until_it_is_given_up_or_its_person_goes() {
    let mut seats = seating("avav");
    let others = people("tabc");
    check(&mut seats, &others, "ttaa");
    // The seat that is left goes to the teacher.
    pin(&mut seats, "1", Some('c'), &others);
    check(&mut seats, &others, "cctt");
    pin(&mut seats, "3", Some('c'), &others);
    check(&mut seats, &others, "ttcc");
    // The sound's slot says nothing of pins, and changes none.
    pin(&mut seats, "2", None, &others);
    check(&mut seats, &others, "ttcc");
    pin(&mut seats, "3", None, &others);
    check(&mut seats, &others, "ttaa");
    pin(&mut seats, "1", Some('b'), &others);
    check(&mut seats, &others, "bbtt");
    check(&mut seats, &people("tac"), "aatt");
}

#[test]
fn what_is_not_there_cannot_be_viewed() {
    let mut seats = seating("av");
    let view = |mid: &str, participant| SlotView {
        mid: mid.parse().expect("mid"),
        participant,
        height: None,
        paused: false,
    };
    let others = people("t");
    assert_eq!(seats.view(&view("9", None), &others), Err(NotThere));
    assert_eq!(seats.view(&view("1", Some(ParticipantId(9))), &others), Err(NotThere));
    assert_eq!(seats.view(&view("1", None), &others), Ok(()));
}

#[test]
fn an_epoch_rises_with_its_seat_alone() {
    let mut seats = seating("avav");
    let epochs = |seats: &Seating| seats.slots().iter().map(|slot| slot.epoch).collect::<Vec<_>>();
    check(&mut seats, &people("ta"), "ttaa");
    assert_eq!(epochs(&seats), [1, 1, 1, 1]);
    check(&mut seats, &people("tb"), "ttbb");
    assert_eq!(epochs(&seats), [1, 1, 2, 2]);
}

#[test]
fn more_slots_extend_what_is_there() {
    let mut seats = seating("av");
    check(&mut seats, &people("tab"), "tt");
    seats.set_slots(slots("avava"));
    check(&mut seats, &people("tab"), "ttaab");
}

#[test]
fn who_is_seen_without_sound_moves_where_they_are_heard() {
    let mut seats = seating("avv");
    check(&mut seats, &people("ta"), "tta");
    check(&mut seats, &people("a"), "aa.");
}
