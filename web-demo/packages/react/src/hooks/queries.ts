import {
  addDays,
  type Availability,
  type CalendarFeedsChange,
  type FiguresOf,
  type FiguresQuery,
  type NewProposal,
  type NewSession,
  type Policy,
  type Scope,
  type Session,
  type SessionEdit,
  startOfDay,
  type Tagged,
} from '@lectern/client';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useLectern } from './context.ts';

/** Names of what is kept; a change of a lesson makes all of `lessons` stale. */
export const keys = {
  lessons: ['lessons'] as const,
  lesson: (id: string) => ['lessons', 'one', id] as const,
  between: (from: string, to: string) => ['lessons', 'between', from, to] as const,
  slots: (asked: object) => ['lessons', 'slots', asked] as const,
  hours: ['hours'] as const,
  groups: (teacher: string) => ['lessons', 'groups', teacher] as const,
  analytics: (of: FiguresOf, span: object) => ['analytics', of, span] as const,
  policy: (teacher: string) => ['policy', teacher] as const,
  series: (id: string) => ['lessons', 'series', id] as const,
  feeds: ['calendar-feeds'] as const,
  history: (q: string) => ['lessons', 'history', q] as const,
  all: (filter: object) => ['lessons', 'all', filter] as const,
  notices: ['notices'] as const,
  teachers: (q: string) => ['teachers', q] as const,
  people: (ids: readonly string[]) => ['people', ...ids] as const,
  reviews: (user: string) => ['reviews', user] as const,
};

/** The caller's lessons from one date up to, but not on, another. */
export function useLessons(from: string, to: string) {
  const { lectern, zone } = useLectern();
  return useQuery({
    queryKey: keys.between(from, to),
    queryFn: () =>
      lectern.allSessions({
        from: startOfDay(from, zone),
        to: startOfDay(to, zone),
        timeZone: zone,
      }),
    placeholderData: keepPreviousData,
  });
}

/** One lesson, read again every so often while something may happen to it. */
export function useLesson(id: string, every: number | false = false) {
  const { lectern, zone } = useLectern();
  return useQuery({
    queryKey: keys.lesson(id),
    queryFn: () => lectern.session(id, zone),
    refetchInterval: every,
  });
}

/** The longest series there can be. */
const LONGEST_SERIES = 104;

/** Which lesson of its series one is: the third of eight. */
export interface SeriesPlace {
  number: number;
  of: number;
}

/**
 * The place of each of some lessons in its series, by the lesson's id. Who has
 * a seat in some lessons of a group's series does not see the others.
 */
export function useSeriesPlaces(lessons: readonly Session[]): ReadonlyMap<string, SeriesPlace> {
  const { lectern, me } = useLectern();
  const whole = lessons.filter(({ capacity, teacher }) => capacity === 1 || teacher === me.id);
  const ids = [...new Set(whole.flatMap(({ seriesId }) => seriesId ?? []))];
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.series(id),
      queryFn: () => lectern.allSessions({ seriesId: id }, LONGEST_SERIES),
      staleTime: 60_000,
    })),
    combine: placesOf,
  });
}

/** `combine` is called with each render: the same function makes the same map. */
function placesOf(
  series: readonly { data: Session[] | undefined }[],
): ReadonlyMap<string, SeriesPlace> {
  return new Map(
    series.flatMap(({ data = [] }) =>
      data.map(({ id }, index) => [id, { number: index + 1, of: data.length }] as const),
    ),
  );
}

/** Lessons that are over, page after page. */
export function useHistory(q = '') {
  const { lectern, zone } = useLectern();
  return useInfiniteQuery({
    queryKey: keys.history(q),
    queryFn: ({ pageParam }) =>
      lectern.history({
        timeZone: zone,
        ...(q && { q }),
        ...(pageParam && { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** Zones of people, to say what time it is for them. */
export function useZones(ids: readonly string[]): ReadonlyMap<string, string> {
  const { lectern } = useLectern();
  const wanted = [...new Set(ids)].sort();
  const { data } = useQuery({
    queryKey: keys.people(wanted),
    queryFn: () => lectern.people(wanted),
    enabled: wanted.length > 0,
    staleTime: 300_000,
    placeholderData: keepPreviousData,
  });
  return new Map(data?.map((person) => [person.id, person.timeZone]));
}

export function useTeachers(q = '') {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.teachers(q),
    queryFn: () => lectern.teachers(q ? { q } : {}),
    placeholderData: keepPreviousData,
  });
}

/** Whether the caller is somebody whom others can book. */
export function useTeaches(): boolean {
  const { me } = useLectern();
  return useTeachers().data?.some(({ id }) => id === me.id) ?? false;
}

export interface SlotsAsked {
  teacher: string;
  /** Minutes. */
  duration: number;
  /** The zone whose dates are meant. */
  zone: string;
  /** The first date, and how many of them: 62 at most. */
  from: string;
  days: number;
}

/** When a lesson with a teacher can begin. */
export function useSlots(asked: SlotsAsked, enabled = true) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.slots(asked),
    queryFn: async () => {
      const { slots } = await lectern.slots(asked.teacher, {
        from: asked.from,
        to: addDays(asked.from, asked.days),
        duration: asked.duration,
        timeZone: asked.zone,
      });
      return slots;
    },
    enabled,
    refetchInterval: 60_000,
  });
}

/** Group lessons of a teacher that have not begun. */
export function useGroupLessons(teacher: string) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.groups(teacher),
    queryFn: () => lectern.groupLessons(teacher),
    refetchInterval: 60_000,
  });
}

/** The rules that a teacher's lessons are booked by. */
export function usePolicyOf(teacher: string) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.policy(teacher),
    queryFn: () => lectern.policyOf(teacher),
    retry: false,
    staleTime: 300_000,
  });
}

/** When the caller teaches; version 0 was never set. */
export function useOwnHours() {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: [...keys.hours, 'week'],
    queryFn: async () => (await lectern.availability()).value,
    staleTime: 60_000,
  });
}

/** When the caller teaches, and by what rules. */
export function useHours() {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.hours,
    queryFn: async () => {
      const [availability, policy] = await Promise.all([lectern.availability(), lectern.policy()]);
      return { availability, policy };
    },
    // What is being changed is not pulled away; a save says when it is stale.
    staleTime: Infinity,
  });
}

/** Where the caller's calendar can be subscribed to, and what keeps them busy. */
export function useCalendarFeeds(enabled = true) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: keys.feeds,
    queryFn: () => lectern.calendarFeeds(),
    enabled,
    // A calendar that was just added is read within the minute.
    refetchInterval: ({ state }) =>
      state.data?.value.busy.some((each) => each.state === 'pending') ? 5_000 : false,
  });
}

export function useCalendarFeedsChange() {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: CalendarFeedsChange; etag: string }) =>
      lectern.setCalendarFeeds(change, etag),
    onSuccess: (now) => {
      queries.setQueryData(keys.feeds, now);
      return queries.invalidateQueries({ queryKey: keys.lessons });
    },
    // A refusal says that they are no longer what is shown.
    onError: () => queries.invalidateQueries({ queryKey: keys.feeds }),
  });
}

export function useHoursChanges() {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async (change: {
      availability?: Tagged<Availability>;
      policy?: Tagged<Partial<Policy>>;
    }) => {
      const { availability, policy } = change;
      if (availability) await lectern.setAvailability(availability.value, availability.etag);
      if (policy) await lectern.setPolicy(policy.value, policy.etag);
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.hours }),
        queries.invalidateQueries({ queryKey: keys.lessons }),
      ]),
  });
  return { save };
}

/** What was written about somebody, the latest first, and all of it in numbers. */
export function useReviewsOf(user: string) {
  const { lectern } = useLectern();
  return useInfiniteQuery({
    queryKey: keys.reviews(user),
    queryFn: ({ pageParam }) => lectern.reviews(user, pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** What the caller has written after a lesson. */
export function useOwnReviews(id: string, enabled: boolean) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: [...keys.lesson(id), 'reviews'],
    queryFn: () => lectern.ownReviews(id),
    enabled,
  });
}

/** What can be done about a review that others see. */
export function useReviewChanges(user: string) {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  const reply = useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) => lectern.reply(id, text),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.reviews(user) }),
  });
  const report = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => lectern.report(id, reason),
  });
  return { reply, report };
}

/** What lessons come to between two dates. */
export function useAnalytics(of: FiguresOf, span: Omit<FiguresQuery, 'timeZone'>) {
  const { lectern, zone } = useLectern();
  return useQuery({
    queryKey: keys.analytics(of, span),
    queryFn: () => lectern.analytics(of, { ...span, timeZone: zone }),
    staleTime: 60_000,
  });
}

/** Notices, newest first, and how many are unread. */
export function useNotices() {
  const { lectern } = useLectern();
  return useInfiniteQuery({
    queryKey: keys.notices,
    queryFn: ({ pageParam }) => lectern.notifications(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    // The server tells when there is something new; this is for when it cannot.
    refetchInterval: 60_000,
  });
}

export function useMarkRead() {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (which: { ids: string[] } | { all: true }) => lectern.markRead(which),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.notices }),
  });
}

/** Who was in a lesson's room, and what was said there. */
export function useRecord(id: string, enabled: boolean) {
  const { lectern } = useLectern();
  return useQuery({
    queryKey: [...keys.lesson(id), 'record'],
    queryFn: async () => {
      const [presences, chat] = await Promise.all([lectern.attendance(id), lectern.chat(id)]);
      return { presences, chat };
    },
    enabled,
  });
}

/** Who is in a lesson's room right now, by user id. */
export function useInRoom(id: string | null, enabled: boolean): readonly string[] {
  const { lectern } = useLectern();
  const { data } = useQuery({
    queryKey: [...keys.lesson(id ?? ''), 'room'],
    queryFn: () => lectern.attendance(id ?? ''),
    enabled: enabled && id !== null,
    refetchInterval: 5_000,
  });
  return (data ?? []).filter((presence) => presence.leftAt === null).map(({ user }) => user);
}

/** What a teacher says to a request. */
interface Answer {
  id: string;
  yes: boolean;
  reason?: string;
  scope?: Scope;
}

/** Changes to lessons. Each makes every list of lessons stale. */
export function useLessonChanges() {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  const onSuccess = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: keys.lessons }),
      queries.invalidateQueries({ queryKey: keys.notices }),
    ]);
  const book = useMutation({
    mutationFn: ({ session, key }: { session: NewSession; key: string }) =>
      lectern.book(session, key),
    onSuccess,
  });
  const update = useMutation({
    mutationFn: ({
      lesson,
      edit,
      scope,
    }: {
      lesson: Pick<Session, 'id' | 'version'>;
      edit: SessionEdit;
      scope?: Scope;
    }) => lectern.update(lesson.id, lesson.version, edit, scope),
    onSuccess,
  });
  const cancel = useMutation({
    mutationFn: ({ id, reason, scope }: { id: string; reason: string; scope?: Scope }) =>
      lectern.cancel(id, reason || undefined, scope),
    onSuccess,
  });
  const answer = useMutation({
    mutationFn: ({ id, yes, reason, scope }: Answer) =>
      yes ? lectern.confirm(id, scope) : lectern.decline(id, reason, scope),
    onSuccess,
  });
  const propose = useMutation({
    mutationFn: ({ id, proposal, scope }: { id: string; proposal: NewProposal; scope?: Scope }) =>
      lectern.propose(id, proposal, scope),
    onSuccess,
  });
  const settle = useMutation({
    mutationFn: ({ lesson, how }: { lesson: Session; how: 'accept' | 'decline' | 'withdraw' }) => {
      const proposal = lesson.proposal?.id ?? '';
      if (how === 'accept') return lectern.acceptProposal(lesson.id, proposal);
      if (how === 'decline') return lectern.declineProposal(lesson.id, proposal);
      return lectern.withdrawProposal(lesson.id, proposal);
    },
    // A refusal says that the lesson is no longer what is shown.
    onSettled: onSuccess,
  });
  const seat = useMutation({
    mutationFn: ({ id, take }: { id: string; take: boolean }) =>
      take ? lectern.takeSeat(id) : lectern.giveSeatBack(id),
    // Who has given a seat back cannot ask for the lesson again, and sees this of it.
    onSuccess: (now) => queries.setQueryData(keys.lesson(now.id), now),
    onSettled: onSuccess,
  });
  const review = useMutation({
    mutationFn: (given: {
      sessionId: string;
      revieweeId: string;
      rating: number;
      comment: string;
    }) => lectern.review(given),
    onSuccess,
  });
  const editReview = useMutation({
    mutationFn: ({
      sessionId,
      ...given
    }: {
      sessionId: string;
      revieweeId: string;
      rating: number;
      comment: string;
    }) => lectern.editReview(sessionId, given),
    onSuccess,
  });
  const dispute = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => lectern.dispute(id, reason),
    onSuccess,
  });
  return { book, update, cancel, answer, propose, settle, seat, review, editReview, dispute };
}

/** The dates that `useLessons` takes for so many days from one on. */
export function span(from: string, days: number): [string, string] {
  return [from, addDays(from, days)];
}
