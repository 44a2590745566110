import { Lectern, ProblemError } from '@lectern/client';
import { LecternProvider } from '@lectern/react';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { useLocation } from 'wouter';
import { appearance } from './faces/appearance.tsx';
import { SignIn } from './pages/SignIn.tsx';
import { Routes } from './Routes.tsx';
import {
  forgetToken,
  keepToken,
  rememberPage,
  takeHandedOver,
  token,
  useToken,
} from './session/token.ts';
import { Boundary } from './shell/Boundary.tsx';
import { Opening, Unopened } from './shell/Opening.tsx';

const handedOver = takeHandedOver();

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
  const [code, setCode] = useState(handedOver.code);
  const entering = useQuery({
    queryKey: ['sign-in', code],
    queryFn: () => lectern.signIn(code ?? ''),
    enabled: code !== null && !signedIn,
    staleTime: Infinity,
    // A code is good once: asking again could only be refused.
    retry: false,
  });
  const entered = entering.data?.token;
  useEffect(() => {
    if (!entered) return;
    keepToken(entered);
    setCode(null);
  }, [entered]);
  const me = useQuery({
    queryKey: ['me'],
    queryFn: () => lectern.me(),
    enabled: signedIn,
    staleTime: Infinity,
  });
  const signIn = useCallback(() => {
    rememberPage(location.pathname + location.search);
    const leaving = token();
    // Whatever comes of it: here the token is gone.
    new Lectern({ token: () => leaving }).signOut().catch(() => undefined);
    forgetToken();
    setCode(null);
    queries.clear();
    navigate('/sign-in');
  }, [navigate]);
  const faces = useMemo(() => appearance, []);

  if (!signedIn || path === '/sign-in') {
    if (entering.isLoading || entered) return <Opening />;
    if (path !== '/sign-in' && path !== '/') rememberPage(path + location.search);
    return <SignIn lectern={lectern} refused={entering.isError} />;
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
