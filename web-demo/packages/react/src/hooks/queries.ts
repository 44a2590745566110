import {
  addDays,
  type NewSession,
  type Session,
  type SessionEdit,
  startOfDay,
} from '@lectern/client';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useLectern } from './context.ts';

/** Names of what is kept; a change of a lesson makes all of `lessons` stale. */
export const keys = {
  lessons: ['lessons'] as const,
  lesson: (id: string) => ['lessons', 'one', id] as const,
  between: (from: string, to: string) => ['lessons', 'between', from, to] as const,
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

export function useReviewsOf(user: string) {
  const { lectern } = useLectern();
  return useQuery({ queryKey: keys.reviews(user), queryFn: () => lectern.reviews(user) });
}

/** Notices, newest first, and how many are unread. */
export function useNotices() {
  const { lectern } = useLectern();
  return useInfiniteQuery({
    queryKey: keys.notices,
    queryFn: ({ pageParam }) => lectern.notifications(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 20_000,
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
    }: {
      lesson: Pick<Session, 'id' | 'version'>;
      edit: SessionEdit;
    }) => lectern.update(lesson.id, lesson.version, edit),
    onSuccess,
  });
  const cancel = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      lectern.cancel(id, reason || undefined),
    onSuccess,
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
  return { book, update, cancel, review };
}

/** The dates that `useLessons` takes for so many days from one on. */
export function span(from: string, days: number): [string, string] {
  return [from, addDays(from, days)];
}
