import type {
  Analytics,
  ApiKey,
  LiveRoom,
  Availability,
  CalendarFeeds,
  ChatLine,
  DemoPerson,
  Dispute,
  DisputeFile,
  FreeTime,
  Me,
  ModeratedReview,
  Notice,
  OverseenSession,
  PastSession,
  Policy,
  Presence,
  RecordedEvent,
  Review,
  Session,
  Teacher,
  User,
} from '@lectern/client';

/** The moment at which every picture is taken: 10:18 in Berlin. */
export const NOW = '2026-11-24T09:18:18Z';

export const PEOPLE: DemoPerson[] = [
  person('jonas', 'Jonas Weber', 'student', 'Europe/Berlin', 'Moves to Porto next spring'),
  person('mira', 'Mira Haddad', 'student', 'Asia/Amman', 'Prepares for university'),
  person('tom', 'Tom Becker', 'student', 'America/New_York', 'Learns two things at once'),
  person('ines', 'Inês Carvalho', 'teacher', 'Europe/Lisbon', 'Portuguese'),
  person('daniel', 'Daniel Okafor', 'teacher', 'Europe/London', 'Physics'),
  person('ada', 'Ada Lindqvist', 'admin', 'Europe/Stockholm', 'Runs the place'),
];

function person(
  id: string,
  name: string,
  role: DemoPerson['role'],
  timeZone: string,
  headline: string,
): DemoPerson {
  return { id, name, role, timeZone, headline };
}

export function me(id: string): Me {
  const found = PEOPLE.find((each) => each.id === id);
  if (!found) throw new Error(`Nobody is called ${id}`);
  const { name, timeZone, role } = found;
  return { id, name, timeZone, role: role === 'admin' ? 'admin' : 'user', locale: 'en' };
}

export const TEACHERS: Teacher[] = [
  {
    id: 'ines',
    name: 'Inês Carvalho',
    timeZone: 'Europe/Lisbon',
    headline: 'Portuguese for people who want to speak on day one',
    average: 4.9,
    count: 128,
  },
  {
    id: 'daniel',
    name: 'Daniel Okafor',
    timeZone: 'Europe/London',
    headline: 'Physics with pencil, paper and patience',
    average: 4.7,
    count: 64,
  },
];

const NAMES = new Map(PEOPLE.map(({ id, name }) => [id, name]));

function participant(id: string, role: 'teacher' | 'student', absent = false) {
  return { id, name: NAMES.get(id) ?? id, role, absent };
}

interface Draft extends Partial<Session> {
  id: string;
  title: string;
  scheduledAt: string;
}

export function lesson({
  duration = 50,
  teacher = 'ines',
  student = 'jonas',
  ...draft
}: Draft): Session {
  const start = Date.parse(draft.scheduledAt);
  const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
  const name = (id: string) => NAMES.get(id) ?? id;
  return {
    description: '',
    skill: teacher === 'ines' ? 'Portuguese' : 'Physics',
    teacher,
    student,
    duration,
    status: 'scheduled',
    meetingUrl: `/lessons/${draft.id}/room`,
    createdAt: '2026-11-20T09:00:00Z',
    endsAt: at(duration),
    timeZone: null,
    confirmation: 'confirmed',
    confirmBy: null,
    lateCancel: false,
    seriesId: null,
    capacity: 1,
    seats: { taken: 1, waiting: 0, mine: 'taken', position: null, offerExpiresAt: null },
    proposal: null,
    version: 1,
    participants: [participant(teacher, 'teacher'), participant(student ?? '', 'student')],
    teacherName: name(teacher),
    studentName: name(student ?? ''),
    tookPlace: draft.status === 'completed',
    noShow: null,
    joinOpensAt: at(-15),
    joinClosesAt: at(duration + 15),
    reviewed: false,
    cancelledBy: null,
    cancelReason: null,
    ...draft,
  };
}

/** The lesson that begins in 11:42. */
export const NEXT = lesson({
  id: 'next',
  title: 'Talking about the past',
  scheduledAt: '2026-11-24T09:30:00Z',
  description: 'I mix up fui and era. Could we use my trip to Porto?',
});

/** A whole series that waits for its teacher. */
export const ASKED = lesson({
  id: 'stories',
  title: 'Telling stories',
  scheduledAt: '2026-11-26T17:00:00Z',
  confirmation: 'pending',
  confirmBy: '2026-11-25T09:00:00Z',
  seriesId: 'winter',
});

export const COMING: Session[] = [
  NEXT,
  lesson({
    id: 'waves',
    title: 'Waves and interference',
    scheduledAt: '2026-11-24T17:00:00Z',
    teacher: 'daniel',
  }),
  lesson({
    id: 'study',
    title: 'Listening practice',
    scheduledAt: '2026-11-25T12:00:00Z',
    duration: 80,
  }),
  lesson({
    id: 'story',
    title: 'Telling a story',
    scheduledAt: '2026-11-26T17:00:00Z',
    confirmation: 'pending',
    confirmBy: '2026-11-25T09:00:00Z',
  }),
  lesson({
    id: 'optics',
    title: 'Optics lab',
    scheduledAt: '2026-11-27T15:00:00Z',
    teacher: 'daniel',
  }),
  lesson({ id: 'cafes', title: 'In the café', scheduledAt: '2026-11-27T16:10:00Z' }),
  lesson({
    id: 'sounds',
    title: 'Pronunciation',
    scheduledAt: '2026-11-28T10:00:00Z',
    duration: 25,
  }),
  lesson({
    id: 'weekly',
    title: 'Weekly conversation',
    scheduledAt: '2026-12-01T09:30:00Z',
    seriesId: 'tuesdays',
  }),
];

/** A group of Inês's in which two seats are free. */
export const GROUP: Session = lesson({
  id: 'group',
  title: 'Small group: cafés',
  description: 'We order, we pay, and we talk about the weather. For those who have begun.',
  scheduledAt: '2026-11-27T16:00:00Z',
  student: null,
  capacity: 5,
  seats: { taken: 3, waiting: 0, mine: 'none', position: null, offerExpiresAt: null },
  participants: [],
});

/** The same group yesterday, to which somebody did not come. */
export const GROUP_OVER: Session = lesson({
  ...GROUP,
  id: 'group-over',
  scheduledAt: '2026-11-23T17:00:00Z',
  status: 'completed',
  seats: { ...GROUP.seats, mine: 'taken' },
  participants: [
    participant('ines', 'teacher'),
    participant('jonas', 'student'),
    participant('mira', 'student', true),
    participant('tom', 'student'),
  ],
});

/** Her groups: that one, and one that is full. */
export const GROUPS: Session[] = [
  GROUP,
  {
    ...GROUP,
    id: 'beginners',
    title: 'Beginners, all together',
    scheduledAt: '2026-12-02T17:00:00Z',
    endsAt: '2026-12-02T17:50:00Z',
    capacity: 4,
    seriesId: 'wednesdays',
    seats: { taken: 4, waiting: 2, mine: 'none', position: null, offerExpiresAt: null },
  },
];

/** The same lesson, moved if the other agrees. */
export const PROPOSED: Session = lesson({
  id: 'optics',
  title: 'Optics lab',
  scheduledAt: '2026-11-27T15:00:00Z',
  teacher: 'daniel',
  proposal: {
    id: 'p1',
    proposedBy: 'daniel',
    scheduledAt: '2026-11-28T09:00:00Z',
    duration: 50,
    scope: 'one',
    timeZone: null,
    expiresAt: '2026-11-27T15:00:00Z',
    createdAt: '2026-11-24T08:00:00Z',
  },
});

/** A lesson of a series that would move together with those after it. */
export const PROPOSED_SERIES: Session = lesson({
  id: 'weekly',
  title: 'Weekly conversation',
  scheduledAt: '2026-12-01T09:30:00Z',
  seriesId: 'tuesdays',
  proposal: {
    id: 'p2',
    proposedBy: 'ines',
    scheduledAt: '2026-12-02T17:00:00Z',
    duration: 50,
    scope: 'following',
    timeZone: 'Europe/Lisbon',
    expiresAt: '2026-12-01T09:30:00Z',
    createdAt: '2026-11-24T08:00:00Z',
  },
});

export const PAST: Session[] = [
  lesson({
    id: 'market',
    title: 'Vocabulary: the market',
    scheduledAt: '2026-11-23T17:00:00Z',
    status: 'completed',
    reviewed: true,
  }),
  lesson({
    id: 'intro',
    title: 'Waves and interference',
    scheduledAt: '2026-11-23T08:00:00Z',
    status: 'completed',
    teacher: 'daniel',
    reviewed: true,
  }),
  lesson({
    id: 'standing',
    title: 'Standing waves',
    scheduledAt: '2026-11-20T14:00:00Z',
    status: 'completed',
    teacher: 'daniel',
  }),
  lesson({
    id: 'week',
    title: 'Weekly conversation',
    scheduledAt: '2026-11-17T09:30:00Z',
    status: 'completed',
    reviewed: true,
  }),
  lesson({
    id: 'resonance',
    title: 'Resonance',
    scheduledAt: '2026-11-12T17:00:00Z',
    status: 'cancelled',
    teacher: 'daniel',
    cancelledBy: 'jonas',
    cancelReason: 'I have a fever.',
  }),
  lesson({
    id: 'paying',
    title: 'Ordering and paying',
    scheduledAt: '2026-10-29T16:00:00Z',
    status: 'completed',
    reviewed: true,
  }),
];

/** When Inês is free in the week of every picture, on clocks in Berlin. */
const FREE: Record<string, readonly string[]> = {
  '2026-11-24': ['14:00', '15:00'],
  '2026-11-25': ['09:00', '10:00', '11:30', '16:00'],
  '2026-11-26': ['09:00', '14:30', '18:00', '19:00'],
  '2026-11-27': ['10:00'],
  '2026-11-28': ['11:00', '12:00', '13:00'],
};

/** The week after it, when nothing was booked yet. */
const NEXT_WEEK = ['2026-11-30', '2026-12-01', '2026-12-03'] as const;
const WHOLE_DAY = Array.from({ length: 20 }, (_, half) => {
  const minutes = 8 * 60 + 30 * half;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${minutes % 60 === 0 ? '00' : '30'}`;
});

/** Free times of Inês between two dates, rendered for Berlin. */
export function freeTimes(from: string, to: string, duration: number): FreeTime[] {
  const days = { ...FREE, ...Object.fromEntries(NEXT_WEEK.map((date) => [date, WHOLE_DAY])) };
  return Object.entries(days)
    .filter(([date]) => date >= from && date < to)
    .flatMap(([date, times]) =>
      times.map((time) => freeTime(`${date}T${time}:00+01:00`, duration)),
    );
}

function freeTime(localStart: string, duration: number): FreeTime {
  const start = Date.parse(localStart);
  const instant = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
  return { start: instant(start), end: instant(start + duration * 60_000), localStart };
}

export const HOURS: Availability = {
  version: 1,
  timeZone: 'Europe/Lisbon',
  weekly: [
    { day: 'monday', from: '09:00', to: '12:00' },
    { day: 'monday', from: '14:00', to: '18:00' },
    { day: 'tuesday', from: '09:00', to: '18:00' },
    { day: 'wednesday', from: '08:00', to: '16:00' },
    { day: 'thursday', from: '08:00', to: '19:00' },
    { day: 'friday', from: '09:00', to: '17:00' },
  ],
  exceptions: [{ date: '2026-11-28', intervals: [{ from: '10:00', to: '13:00' }] }],
  outOfOffice: [{ from: '2026-12-21', to: '2027-01-03', note: 'At home in Braga' }],
};

/** Of somebody who has set none. */
export const NO_HOURS = { version: 0, weekly: [], exceptions: [], outOfOffice: [] };

export const POLICY: Policy = {
  bufferBefore: 0,
  bufferAfter: 10,
  minimumNotice: 240,
  bookingWindow: 86_400,
  startIncrement: 30,
  perDay: 5,
  perWeek: null,
  requiresConfirmation: true,
  confirmWithin: 1440,
  pendingBlocks: true,
  rescheduleNeedsConsent: false,
  cancelDeadline: 1440,
  joinOpens: 15,
  grace: 15,
  lobby: false,
};

/** What an admin sees: everybody's. */
export const EVERYBODYS: Session[] = [
  { ...NEXT, status: 'in-progress' },
  lesson({
    id: 'refraction',
    title: 'Refraction',
    scheduledAt: '2026-11-24T09:00:00Z',
    teacher: 'daniel',
    student: 'mira',
    status: 'in-progress',
  }),
  lesson({
    id: 'waves',
    title: 'Waves and interference',
    scheduledAt: '2026-11-24T17:00:00Z',
    teacher: 'daniel',
  }),
  lesson({
    id: 'market',
    title: 'Vocabulary: the market',
    scheduledAt: '2026-11-23T17:00:00Z',
    status: 'completed',
  }),
  lesson({
    id: 'kinematics',
    title: 'Kinematics',
    scheduledAt: '2026-11-23T15:00:00Z',
    teacher: 'daniel',
    student: 'tom',
    status: 'completed',
  }),
  lesson({ id: 'small', title: 'Small talk', scheduledAt: '2026-11-23T08:00:00Z', student: 'tom' }),
  lesson({
    id: 'standing',
    title: 'Standing waves',
    scheduledAt: '2026-11-20T14:00:00Z',
    teacher: 'daniel',
    status: 'completed',
  }),
  lesson({
    id: 'forces',
    title: 'Forces on a slope',
    scheduledAt: '2026-11-19T13:00:00Z',
    teacher: 'daniel',
    student: 'mira',
    status: 'completed',
  }),
  lesson({
    id: 'pharmacy',
    title: 'At the pharmacy',
    scheduledAt: '2026-11-19T10:00:00Z',
    student: 'tom',
    duration: 25,
    status: 'completed',
  }),
  lesson({
    id: 'resonance',
    title: 'Resonance',
    scheduledAt: '2026-11-12T17:00:00Z',
    teacher: 'daniel',
    status: 'cancelled',
    cancelledBy: 'jonas',
  }),
];

/** How each of them went. */
export function overseen(each: Session, index: number): OverseenSession {
  const met = each.status === 'completed';
  const now = each.status === 'in-progress';
  const disputed = each.id === 'forces';
  const lossRate = disputed ? 0.06 : ([0.004, 0.02, 0.002][index % 3] ?? null);
  return {
    ...each,
    noShow: each.id === 'small' ? 'student' : null,
    attended:
      met || now
        ? each.participants.map(({ id, role }) => ({
            user: id,
            role,
            minutes: met ? 48 : 0,
            packets: 140_000,
            lossRate,
          }))
        : [],
    together: disputed ? 31 : met ? each.duration - (index % 3) : 0,
    present: now ? 2 : 0,
    disputed,
  };
}

export const FEEDS: CalendarFeeds = {
  version: 3,
  subscribe: {
    url: null,
    createdAt: '2026-10-02T09:00:00Z',
  },
  busy: [
    {
      id: 'b1',
      name: 'Family',
      url: 'https://calendar.example.com/jonas/family.ics',
      state: 'ok',
      fetchedAt: '2026-11-24T09:10:00Z',
      problem: null,
      events: 14,
    },
    {
      id: 'b2',
      name: 'Choir',
      url: 'https://choir.example.net/rehearsals.ics',
      state: 'failing',
      fetchedAt: '2026-11-21T07:00:00Z',
      problem: 'not_found',
      events: 3,
    },
    {
      id: 'b3',
      name: 'Office',
      url: 'https://mail.example.com/c/jonas.weber/reachcalendar.ics',
      state: 'pending',
      fetchedAt: null,
      problem: null,
      events: 0,
    },
  ],
};

/** With the address, as the answer that made it shows it. */
export const FRESH_FEEDS: CalendarFeeds = {
  ...FEEDS,
  subscribe: {
    url: `https://lessons.example.org/api/calendar/${'9f2c4e7a'.repeat(8)}.ics`,
    createdAt: NOW,
  },
};

export const NO_FEEDS: CalendarFeeds = { version: 0, subscribe: null, busy: [] };

export const USERS: User[] = PEOPLE.map(({ id, name, role, timeZone, headline }) => ({
  id,
  name,
  email: `${id}@example.org`,
  phone: null,
  locale: 'en',
  timeZone,
  teaches: role === 'teacher',
  headline: role === 'teacher' ? headline : '',
  skills: [],
  version: 1,
  createdAt: '2026-06-01T09:00:00Z',
  updatedAt: '2026-06-01T09:00:00Z',
}));

/** What was done lately, the latest first. */
export const RECORD: RecordedEvent[] = [
  done('9', '2026-11-24T08:02:11Z', 'ada', 'admin', 'dispute_decided', { sessionId: 'market' }),
  done('8', '2026-11-24T07:40:00Z', 'jonas', 'user', 'seat_taken', { sessionId: 'group' }),
  done('7', '2026-11-23T21:15:42Z', 'daniel', 'user', 'session_rescheduled', {
    sessionId: 'optics',
  }),
  done('6', '2026-11-23T18:00:00Z', 'ines', 'user', 'policy_changed', { about: 'ines' }),
  done('5', '2026-11-23T12:30:05Z', 'k1', 'service', 'session_booked', {
    sessionId: 'next',
    about: 'jonas',
  }),
  done('4', '2026-11-23T12:00:00Z', null, 'system', 'session_completed', {
    sessionId: 'market',
  }),
  done('3', '2026-11-22T09:00:00Z', 'k1', 'service', 'person_added', { about: 'mira' }),
];

function done(
  id: string,
  at: string,
  actor: string | null,
  actorKind: RecordedEvent['actorKind'],
  action: string,
  where: Partial<RecordedEvent>,
): RecordedEvent {
  return { id, at, actor, actorKind, action, details: {}, sessionId: null, about: null, ...where };
}

/** A week of a series, for what stands beside it: the third of eight. */
export function seriesOf(lesson: Session): Session[] {
  const start = Date.parse(lesson.scheduledAt);
  return Array.from({ length: 8 }, (_, week) => ({
    ...lesson,
    id: week === 2 ? lesson.id : `${lesson.id} ${week}`,
    scheduledAt: new Date(start + (week - 2) * 7 * 86_400_000).toISOString(),
  }));
}

export const NOTICES: Notice[] = [
  notice('n1', 'session_rescheduled', 'optics', '2026-11-24T09:10:00Z', null, {
    actorName: 'Daniel Okafor',
    title: 'Optics lab',
    scheduledAt: '2026-11-27T15:00:00Z',
  }),
  notice('n2', 'session_booked', 'weekly', '2026-11-23T20:14:00Z', null, {
    actorName: 'Inês Carvalho',
    title: 'Weekly conversation',
    scheduledAt: '2026-12-01T09:30:00Z',
  }),
  notice('n5', 'proposal_made', 'weekly', '2026-11-22T19:02:00Z', '2026-11-22T21:00:00Z', {
    actorName: 'Inês Carvalho',
    title: 'Weekly conversation',
    scheduledAt: '2026-12-01T09:30:00Z',
    proposal: { id: 'p2', scheduledAt: '2026-12-02T17:00:00Z', duration: 50, scope: 'following' },
  }),
  notice('n3', 'review_received', 'market', '2026-11-22T11:00:00Z', '2026-11-22T12:00:00Z', {
    actorName: 'Inês Carvalho',
    title: 'Vocabulary: the market',
  }),
  notice('n4', 'session_cancelled', 'resonance', '2026-11-11T11:00:00Z', '2026-11-11T12:00:00Z', {
    actorName: 'Daniel Okafor',
    title: 'Resonance',
    scheduledAt: '2026-11-12T17:00:00Z',
  }),
];

function notice(
  id: string,
  kind: string,
  sessionId: string,
  createdAt: string,
  readAt: string | null,
  payload: Record<string, unknown>,
): Notice {
  return { id, kind, sessionId, createdAt, readAt, payload };
}

export const REVIEWS: Review[] = [
  review(
    'r1',
    'mira',
    'ines',
    'market',
    5,
    '2026-11-12T12:00:00Z',
    'She waits while I look for the word, then gives me the one I was reaching for. I dream in Portuguese now, badly, but I do.',
  ),
  review(
    'r2',
    'tom',
    'ines',
    'small',
    4,
    '2026-11-03T12:00:00Z',
    'Clear and patient. The worksheets arrive before the lesson, so the hour is all talking.',
  ),
  review(
    'r3',
    'jonas',
    'daniel',
    'week',
    5,
    '2026-10-30T12:00:00Z',
    'He draws everything twice, and the second time I draw it. That is when it stays.',
  ),
];

function review(
  id: string,
  reviewerId: string,
  revieweeId: string,
  sessionId: string,
  rating: number,
  createdAt: string,
  comment: string,
): Review {
  return {
    id,
    reviewerId,
    revieweeId,
    sessionId,
    rating,
    comment,
    createdAt,
    reviewerName: NAMES.get(reviewerId) ?? '',
    revieweeName: NAMES.get(revieweeId) ?? '',
    sessionTitle: '',
    skill: revieweeId === 'ines' ? 'Portuguese' : 'Physics',
    skillLevel: null,
    state: 'published',
    publishedAt: createdAt,
    reply: id === 'r2' ? 'Thank you, Tom. The next one has more listening in it.' : null,
    repliedAt: id === 'r2' ? createdAt : null,
  };
}

/** What admins see of them: one is reported, one looks odd, one is out of view. */
export const MODERATED: ModeratedReview[] = REVIEWS.map((each, index) => ({
  ...each,
  state: index === 2 ? 'hidden' : 'published',
  hiddenReason: index === 2 ? 'Written by a colleague.' : null,
  flags: index === 1 ? ['short_lesson'] : [],
  reportCount: index === 0 ? 1 : 0,
  reports:
    index === 0
      ? [
          {
            reporterId: 'ines',
            reason: 'I think this was meant for another lesson.',
            createdAt: '2026-11-13T09:00:00Z',
          },
        ]
      : [],
}));

/** What Jonas wrote about a lesson, which Daniel cannot see yet. */
export const OWN_REVIEW: Review = {
  ...review('r4', 'jonas', 'ines', 'market', 5, '2026-11-23T19:00:00Z', 'Clear. I bought melons.'),
  state: 'pending',
  publishedAt: null,
};

const DISPUTED = lesson({
  id: 'forces',
  title: 'Forces on a slope',
  scheduledAt: '2026-11-19T13:00:00Z',
  teacher: 'daniel',
  student: 'mira',
  status: 'completed',
});

export const DISPUTE: Dispute = {
  id: 'd1',
  sessionId: 'forces',
  openedBy: 'mira',
  reason: 'Daniel was gone after half an hour. I waited until the end and nobody came back.',
  createdAt: '2026-11-19T14:10:00Z',
  outcome: null,
  decidedBy: null,
  decidedAt: null,
  decisionReason: null,
};

export const DISPUTE_FILE: DisputeFile = {
  ...DISPUTE,
  session: DISPUTED,
  others: [
    {
      ...DISPUTE,
      id: 'd2',
      openedBy: 'daniel',
      reason: 'Our street lost power. I wrote to Mira from my phone and offered another time.',
      createdAt: '2026-11-20T09:00:00Z',
    },
  ],
  evidence: {
    attendance: [
      stay('m', 'mira', '12:58:10', '13:49:58', 'left', 0.004),
      stay('d1', 'daniel', '13:00:12', '13:12:01', 'connection_lost', 0.02),
      stay('d2', 'daniel', '13:12:05', '13:31:40', 'connection_lost', 0.06),
    ],
    chat: [{ user: 'daniel', sentAt: '2026-11-19T13:38:20Z', text: null }],
    events: [
      {
        id: '1',
        at: '2026-11-15T10:00:00Z',
        actor: 'mira',
        actorKind: 'user',
        action: 'session_booked',
        details: {},
      },
    ],
  },
};

function stay(
  participant: string,
  user: string,
  from: string,
  to: string,
  why: string,
  lossRate: number | null,
): Presence {
  const connectedAt = `2026-11-19T${from}Z`;
  return {
    participant,
    user,
    role: user === 'daniel' ? 'teacher' : 'student',
    joinedAt: connectedAt,
    connectedAt,
    leftAt: `2026-11-19T${to}Z`,
    leftReason: why,
    lossRate,
  };
}

export const ROOMS: LiveRoom[] = [
  {
    sessionId: 's1',
    title: 'Talking about the past',
    scheduledAt: '2026-11-24T08:52:00Z',
    endsAt: '2026-11-24T09:42:00Z',
    node: 'n1',
    region: '',
    since: '2026-11-24T08:40:00Z',
    people: [
      {
        user: 'ines',
        name: 'Inês Carvalho',
        role: 'teacher',
        joinedAt: '2026-11-24T08:50:00Z',
        connectedAt: '2026-11-24T08:50:01Z',
      },
      {
        user: 'jonas',
        name: 'Jonas Weber',
        role: 'student',
        joinedAt: '2026-11-24T08:51:00Z',
        connectedAt: '2026-11-24T08:51:01Z',
      },
    ],
  },
  {
    sessionId: 's2',
    title: 'Why the sky is blue',
    scheduledAt: '2026-11-24T09:30:00Z',
    endsAt: '2026-11-24T10:15:00Z',
    node: 'n1',
    region: '',
    since: '2026-11-24T09:17:00Z',
    people: [
      {
        user: 'daniel',
        name: 'Daniel Okafor',
        role: 'teacher',
        joinedAt: '2026-11-24T09:18:00Z',
        connectedAt: null,
      },
    ],
  },
];

export const KEYS: ApiKey[] = [
  {
    id: 'k1',
    name: 'The platform’s backend',
    scopes: ['sessions:write', 'users:write'],
    createdBy: null,
    createdAt: '2026-06-01T09:00:00Z',
    expiresAt: '2027-06-01T09:00:00Z',
    revokedAt: null,
    lastUsedAt: '2026-11-24T09:00:00Z',
  },
  {
    id: 'k2',
    name: 'Figures for the board',
    scopes: ['analytics:read'],
    createdBy: 'ada',
    createdAt: '2026-03-01T09:00:00Z',
    expiresAt: '2027-03-01T09:00:00Z',
    revokedAt: '2026-10-01T09:00:00Z',
    lastUsedAt: null,
  },
];

/** What is kept of a lesson that is over. */
export function past(each: Session, index: number): PastSession {
  const met = each.tookPlace;
  const lossRate = [0.002, 0.004, 0.018, 0.12][index % 4] ?? null;
  return {
    ...each,
    attended: met
      ? each.participants.map(({ id, role }) => ({
          user: id,
          role,
          minutes: 48,
          packets: 140_000,
          lossRate,
        }))
      : [],
    reviews: each.reviewed
      ? [review(`by ${each.id}`, 'jonas', each.teacher, each.id, 5 - (index % 2), NOW, '')]
      : [],
  };
}

/** Thirty days of a place that does well. */
export const FIGURES: Analytics = {
  from: '2026-10-25T23:00:00Z',
  to: '2026-11-24T23:00:00Z',
  timeZone: 'Europe/Stockholm',
  totals: figures(3_482, 0),
  series: Array.from({ length: 30 }, (_, day) => {
    const start = Date.parse('2026-10-25T23:00:00Z') + day * 86_400_000;
    const instant = (at: number) => new Date(at).toISOString();
    return {
      date: instant(start + 3_600_000).slice(0, 10),
      startsAt: instant(start),
      endsAt: instant(start + 86_400_000),
      figures: figures([5, 6].includes(day % 7) ? 60 : 120 + 5 * (day % 9), day),
    };
  }),
  busiest: Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: 24 }, (__, hour) =>
      hour < 8 || hour > 20 ? 0 : ((hour * 7 + day * 5) % 11) + (hour > 16 ? 8 : 0),
    ),
  ),
  retention: {
    total: { pairs: 80, within30Days: 46, within90Days: 56 },
    cohorts: ['2026-10-01', '2026-11-01'].map((month, after) => ({
      month,
      pairs: 40,
      within30Days: 30 - 14 * after,
      within90Days: 34 - 12 * after,
      completeAfter30Days: after === 0,
      completeAfter90Days: false,
    })),
  },
};

/** So many of them, by shares of lead times. */
function leadTimes(shares: number[], total: number) {
  const bounds = [0, 60, 720, 1440, 4320, 10_080];
  return shares.map((share, n) => ({
    atLeast: bounds[n - 1] ?? null,
    below: bounds[n] ?? null,
    count: Math.round(share * total),
  }));
}

function figures(completed: number, day: number): Analytics['totals'] {
  const cancelled = Math.round(completed * 0.03);
  const missed = Math.round(completed * 0.018);
  const seats = Math.max(2, Math.round(completed * 0.012));
  return {
    booked: completed + cancelled + missed,
    completed,
    minutes: completed * 50,
    minutesInGroups: Math.round(completed * 7),
    minutesTaught: completed * 50,
    minutesLearnt: completed * 50,
    completionRate: 0.952,
    cancelled: {
      total: cancelled,
      byTeacher: 1,
      byStudent: cancelled - 1,
      byOthers: 0,
      leadTimes: leadTimes([0, 0.04, 0.2, 0.22, 0.26, 0.18, 0.1], cancelled),
    },
    seatsGivenBack: {
      total: seats,
      byTeacher: 1,
      byStudent: seats - 2,
      byOthers: 1,
      leadTimes: leadTimes([0, 0.02, 0.1, 0.3, 0.3, 0.2, 0.08], seats),
    },
    declined: 2,
    expired: 1,
    noShows: { total: missed, teacher: 0, student: missed, both: 0 },
    ratings: { average: 4.8 - 0.02 * (day % 7), count: 1906, histogram: [4, 12, 60, 230, 1600] },
    quality: {
      presences: completed * 2,
      connected: completed * 2,
      packets: 1_000_000,
      lost: 4_000,
      lossRate: 0.004 + (day % 13 === 8 ? 0.02 : 0.0005 * (day % 5)),
    },
  };
}

export const PRESENCES: Presence[] = [
  presence('a', 'jonas', '17:00:00', '17:49:30'),
  presence('b', 'ines', '17:01:00', '17:31:20'),
  presence('c', 'ines', '17:31:40', '17:48:50'),
];

function presence(participant: string, user: string, from: string, to: string): Presence {
  const connectedAt = `2026-11-23T${from}Z`;
  return {
    participant,
    user,
    role: user === 'ines' ? 'teacher' : 'student',
    joinedAt: connectedAt,
    connectedAt,
    leftAt: `2026-11-23T${to}Z`,
    leftReason: 'left',
    lossRate: 0.004,
  };
}

/** Inês, already in the room of the next lesson. */
export const PRESENT: Presence[] = [
  {
    ...presence('d', 'ines', '09:00:00', '09:00:00'),
    connectedAt: '2026-11-24T09:17:00Z',
    leftAt: null,
    leftReason: null,
    lossRate: null,
  },
];

export const CHAT: ChatLine[] = [
  {
    id: '1',
    user: 'jonas',
    name: 'Jonas Weber',
    text: 'Como se diz ripe?',
    sentAt: '2026-11-23T17:20:00Z',
  },
  {
    id: '2',
    user: 'ines',
    name: 'Inês Carvalho',
    text: 'A melancia está madura? is what you ask before you buy it.',
    sentAt: '2026-11-23T17:22:00Z',
  },
];
