import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ZoneProvider } from '../format/zone.tsx';
import { ProblemPanel } from '../parts/problem-panel.tsx';
import { asProblem } from '../rest/problem.ts';
import { fetchSession } from './fetch-session.ts';
import type { SignedIn } from './session.ts';
import { SessionProvider } from './session-context.tsx';

/** Shows the portal to whoever it is for, and a way in to everybody else. */
export function SessionGate(props: {
  admits: readonly SignedIn['kind'][];
  signIn: ReactNode;
  /** For an operator who is in no business yet. */
  outside?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const session = useQuery({
    queryKey: ['session'],
    queryFn: fetchSession,
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  });
  if (session.isPending) {
    return (
      <Center mih="100vh">
        <Loader aria-label={t('parts.loading')} />
      </Center>
    );
  }
  if (session.data !== undefined && props.admits.includes(session.data.kind) && !isGone(session.error)) {
    const { tenant } = session.data;
    if (tenant === null) return props.outside ?? props.signIn;
    return (
      <SessionProvider value={{ ...session.data, tenant }}>
        <ZoneProvider zone={session.data.timezone}>{props.children}</ZoneProvider>
      </SessionProvider>
    );
  }
  if (session.data !== undefined || isGone(session.error)) return props.signIn;
  return (
    <Center mih="100vh" p="md">
      <ProblemPanel error={session.error} onRetry={() => void session.refetch()} />
    </Center>
  );
}

function isGone(error: unknown): boolean {
  return error !== null && asProblem(error).status === 401;
}
