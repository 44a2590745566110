import { Lectern, ProblemError } from '@lectern/client';
import { LecternProvider } from '@lectern/react';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { useLocation } from 'wouter';
import { appearance } from './faces/appearance.tsx';
import { SignIn } from './pages/SignIn.tsx';
import { Routes } from './Routes.tsx';
import { forgetToken, rememberPage, takeHandedOver, token, useToken } from './session/token.ts';
import { Boundary } from './shell/Boundary.tsx';
import { Opening, Unopened } from './shell/Opening.tsx';

takeHandedOver();

const lectern = new Lectern({ token });
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one; only what the network lost is worth asking again.
      retry: (count, error) => count < 1 && !(error instanceof ProblemError && error.status < 500),
      retryDelay: 700,
    },
  },
});

export function App() {
  const [, navigate] = useLocation();
  return (
    <I18nProvider locale="en-GB">
      <RouterProvider navigate={navigate}>
        <QueryClientProvider client={queries}>
          <Boundary>
            <Entry />
          </Boundary>
        </QueryClientProvider>
      </RouterProvider>
    </I18nProvider>
  );
}

/** Finds out who is here before any page is shown. */
function Entry() {
  const [path, navigate] = useLocation();
  const signedIn = useToken() !== null;
  const me = useQuery({
    queryKey: ['me'],
    queryFn: () => lectern.me(),
    enabled: signedIn,
    staleTime: Infinity,
  });
  const signIn = useCallback(() => {
    rememberPage(location.pathname + location.search);
    forgetToken();
    queries.clear();
    navigate('/sign-in');
  }, [navigate]);
  const faces = useMemo(() => appearance, []);

  if (!signedIn || path === '/sign-in') {
    if (path !== '/sign-in' && path !== '/') rememberPage(path + location.search);
    return <SignIn lectern={lectern} />;
  }
  if (me.isPending) return <Opening />;
  if (me.isError) {
    return <Unopened error={me.error} retry={() => void me.refetch()} signIn={signIn} />;
  }
  return (
    <LecternProvider
      lectern={lectern}
      queries={queries}
      me={me.data}
      signIn={signIn}
      appearance={faces}
    >
      <Routes />
    </LecternProvider>
  );
}
