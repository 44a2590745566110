import { cityOf, type DemoPerson, type Lectern, ProblemError } from '@lectern/client';
import { Button, buttonClass, Skeleton, StateView } from '@lectern/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, DoorOpen, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { appearance } from '../faces/appearance.tsx';
import { keepToken, peekPage, takePage } from '../session/token.ts';
import { Mark } from '../shell/Mark.tsx';

const GROUPS = [
  { role: 'student', title: 'Students' },
  { role: 'teacher', title: 'Teachers' },
  { role: 'admin', title: 'Runs the place' },
] as const;

interface SignInProps {
  lectern: Lectern;
  /** Whether they came with a code that was not good. */
  refused: boolean;
}

/** The door. In the demo one chooses a person; elsewhere the platform signs in. */
export function SignIn({ lectern, refused }: SignInProps) {
  const people = useQuery({
    queryKey: ['demo', 'people'],
    queryFn: () => lectern.demoPeople(),
    staleTime: Infinity,
  });
  useEffect(() => {
    document.title = 'Sign in · Lectern';
  }, []);
  return (
    <main className="door">
      <div className="door-art">
        <div className="door-faces" aria-hidden="true">
          {appearance.scene('ines')}
          {appearance.scene('jonas')}
        </div>
        <p className="brand door-brand">
          <Mark /> <span className="l-display">Lectern</span>
        </p>
        <div className="door-words">
          <p className="l-display">
            One lesson, one room,
            <br />
            both of you on time.
          </p>
          <p>Book with a teacher, meet face to face, and keep what you learned together.</p>
        </div>
      </div>
      <div className="door-people">
        {people.isPending && <DoorSkeleton />}
        {people.isError && (
          <NoPeople
            lectern={lectern}
            refused={refused}
            error={people.error}
            retry={() => void people.refetch()}
          />
        )}
        {people.data && <People lectern={lectern} people={people.data} />}
      </div>
    </main>
  );
}

function People({ lectern, people }: { lectern: Lectern; people: DemoPerson[] }) {
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: (id: string) => lectern.demoSignIn(id),
    onSuccess: ({ token }) => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'demo' });
      navigate(takePage());
      keepToken(token);
    },
  });
  return (
    <>
      <h1>Who are you today?</h1>
      <p className="door-note">
        This is the demo. Choose a person to look around as them; nothing you do here leaves this
        machine.
      </p>
      {enter.isError && (
        <div className="l-banner l-banner--bad" role="alert">
          <div>
            <strong>That did not work.</strong> Try again in a moment.
          </div>
        </div>
      )}
      {GROUPS.map(({ role, title }) => {
        const group = people.filter((person) => person.role === role);
        if (group.length === 0) return null;
        return (
          <section key={role} className="door-group" data-role={role}>
            <h2>{title}</h2>
            <ul>
              {group.map((person) => (
                <li key={person.id}>
                  <PersonButton
                    person={person}
                    busy={enter.isPending && enter.variables === person.id}
                    onPress={() => enter.mutate(person.id)}
                  />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

interface PersonButtonProps {
  person: DemoPerson;
  busy: boolean;
  onPress: () => void;
}

function PersonButton({ person, busy, onPress }: PersonButtonProps) {
  return (
    <button type="button" className="person" aria-busy={busy || undefined} onClick={onPress}>
      <span className={`l-avatar hue-${appearance.hue(person.id)}`} data-size="56">
        {appearance.face(person.id)}
      </span>
      <span className="person-words">
        <b>{person.name}</b>
        <span>
          {lineOf(person)}
          {person.role === 'student' && <span className="person-more"> · {person.headline}</span>}
        </span>
      </span>
      <ChevronRight aria-hidden />
    </button>
  );
}

/** What somebody teaches or does, and where their clock is. */
function lineOf(person: DemoPerson): string {
  const city = cityOf(person.timeZone);
  const [subject] = person.headline.split(' ');
  switch (person.role) {
    case 'teacher':
      return `${subject} · ${city}`;
    case 'admin':
      return `Administrator · ${city}`;
    case 'student':
      return city;
  }
}

interface NoPeopleProps extends SignInProps {
  error: Error;
  retry: () => void;
}

function NoPeople({ lectern, refused, error, retry }: NoPeopleProps) {
  if (error instanceof ProblemError && error.status === 404) {
    return <OnPlatform lectern={lectern} refused={refused} />;
  }
  return (
    <StateView
      level={1}
      title="The door did not open"
      icon={TriangleAlert}
      tone="bad"
      actions={
        <Button kind="primary" onClick={retry}>
          Try again
        </Button>
      }
    >
      <p>The server could not be reached. Try again in a moment.</p>
    </StateView>
  );
}

/**
 * The way to the platform's own sign-in page, and back. Who opened a page of a
 * lesson is sent there at once; who signed out, or came with a code that is no
 * longer good, goes when they choose to.
 */
function OnPlatform({ lectern, refused }: SignInProps) {
  const [path] = useLocation();
  const place = useQuery({
    queryKey: ['demo', 'sign-in'],
    queryFn: () => lectern.signInPlace(),
    staleTime: Infinity,
  });
  const way = place.data ? wayTo(place.data) : null;
  const atOnce = way !== null && path !== '/sign-in' && !refused;
  useEffect(() => {
    if (atOnce) location.replace(way);
  }, [atOnce, way]);
  if (place.isPending || atOnce) return <DoorSkeleton />;
  return (
    <StateView
      level={1}
      title={refused ? 'This link was used already' : 'Sign in on your platform'}
      icon={DoorOpen}
      tone="info"
      actions={
        way && (
          <a className={buttonClass({ kind: 'primary' })} href={way}>
            {refused ? 'Sign in again' : 'Sign in'}
          </a>
        )
      }
    >
      {refused ? (
        <p>A link signs you in once, within a minute. Sign in again and you are back here.</p>
      ) : (
        <p>
          Lectern opens from the place where you have your account.{' '}
          {way ? 'Sign in there and you are back on this page.' : 'Go there and open your lesson.'}
        </p>
      )}
    </StateView>
  );
}

/** The platform's page, told where to come back to. */
function wayTo(place: string): string {
  const way = new URL(place);
  way.searchParams.set('returnTo', location.origin + peekPage());
  return way.href;
}

function DoorSkeleton() {
  return (
    <div className="door-skeleton" role="status" aria-label="Loading">
      <h1 className="l-hidden">Sign in</h1>
      <Skeleton width={280} height={34} />
      <Skeleton height={84} />
      <Skeleton height={84} />
      <Skeleton height={84} />
    </div>
  );
}
