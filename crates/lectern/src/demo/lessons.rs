//! The lessons of the demo, by days from today and the teacher's clock.

/// A lesson to be seeded.
#[derive(Debug)]
pub(super) struct Lesson {
    pub(super) teacher: &'static str,
    pub(super) student: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) skill: &'static str,
    /// Days from today, by the teacher's calendar.
    pub(super) day: i64,
    /// By the teacher's clock, such as "16:00".
    pub(super) time: &'static str,
    pub(super) minutes: i64,
}

/// A lesson that took place, and what came of it.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) lesson: Lesson,
    /// Who wrote what in the room.
    pub(super) chat: &'static [(&'static str, &'static str)],
    /// Who gave how many stars, and why.
    pub(super) reviews: &'static [(&'static str, i64, &'static str)],
}

/// One that may be joined as soon as the demo runs.
pub(super) const SOON: Lesson = Lesson {
    teacher: "ines",
    student: "jonas",
    title: "Conversation: finding a flat in Porto",
    description: "We play three phone calls with landlords. Bring the two adverts you liked best.",
    skill: "Portuguese",
    day: 0,
    time: "",
    minutes: 60,
};

pub(super) const COMING: [Lesson; 5] = [
    Lesson {
        teacher: "daniel",
        student: "mira",
        title: "Kepler's laws and why they hold",
        description: "From conservation of angular momentum to ellipses.",
        skill: "Physics",
        day: 1,
        time: "15:00",
        minutes: 60,
    },
    Lesson {
        teacher: "ines",
        student: "tom",
        title: "The past tenses, by telling stories",
        description: "",
        skill: "Portuguese",
        day: 2,
        time: "14:30",
        minutes: 45,
    },
    Lesson {
        teacher: "ines",
        student: "jonas",
        title: "Conversation: at the town hall",
        description: "Registering, queueing, and being sent to another counter.",
        skill: "Portuguese",
        day: 3,
        time: "17:00",
        minutes: 60,
    },
    Lesson {
        teacher: "daniel",
        student: "tom",
        title: "Differential equations without fear",
        description: "Separation of variables, then three examples of your choice.",
        skill: "Mathematics",
        day: 5,
        time: "18:00",
        minutes: 90,
    },
    Lesson {
        teacher: "daniel",
        student: "mira",
        title: "Waves: standing, travelling, superposed",
        description: "",
        skill: "Physics",
        day: 8,
        time: "15:00",
        minutes: 60,
    },
];

pub(super) const PAST: [Past; 5] = [
    Past {
        lesson: Lesson {
            teacher: "ines",
            student: "jonas",
            title: "First lesson: sounds that German does not have",
            description: "Nasal vowels, the two r's, and where words are swallowed.",
            skill: "Portuguese",
            day: -13,
            time: "17:00",
            minutes: 60,
        },
        chat: &[
            ("ines", "pão, mão, irmão — say them as one breath"),
            ("jonas", "Mein Mikrofon war zu leise, jetzt besser?"),
            ("ines", "Muito melhor!"),
        ],
        reviews: &[
            ("jonas", 5, "I could order a coffee the same evening. She hears every wrong vowel."),
            ("ines", 5, "Prepared, curious, and not afraid of sounding silly."),
        ],
    },
    Past {
        lesson: Lesson {
            teacher: "daniel",
            student: "mira",
            title: "Forces on an inclined plane",
            description: "",
            skill: "Physics",
            day: -9,
            time: "15:00",
            minutes: 60,
        },
        chat: &[("daniel", "Draw the free body first, always.")],
        reviews: &[("mira", 4, "Very clear drawings. We ran out of time for the last exercise.")],
    },
    Past {
        lesson: Lesson {
            teacher: "ines",
            student: "tom",
            title: "Getting to know each other",
            description: "What you know, what you need, how you learn.",
            skill: "Portuguese",
            day: -6,
            time: "14:30",
            minutes: 30,
        },
        chat: &[],
        reviews: &[("tom", 5, "Half an hour that felt like ten minutes.")],
    },
    Past {
        lesson: Lesson {
            teacher: "daniel",
            student: "tom",
            title: "Limits, at last",
            description: "",
            skill: "Mathematics",
            day: -4,
            time: "18:00",
            minutes: 60,
        },
        chat: &[
            ("tom", "so epsilon is theirs and delta is mine?"),
            ("daniel", "Exactly. They challenge, you answer."),
        ],
        reviews: &[
            ("tom", 4, "Finally understood what the Greek letters are for."),
            ("daniel", 5, "Asks the question behind the question."),
        ],
    },
    Past {
        lesson: Lesson {
            teacher: "ines",
            student: "jonas",
            title: "Conversation: the market",
            description: "Fish, fruit, and haggling politely.",
            skill: "Portuguese",
            day: -2,
            time: "17:00",
            minutes: 60,
        },
        chat: &[("jonas", "Quanto custa o quilo?")],
        // Not reviewed yet: the demo's people may do it.
        reviews: &[],
    },
];
