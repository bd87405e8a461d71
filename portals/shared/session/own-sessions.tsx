import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { components } from '../../../contracts/generated/rest.gen.ts';
import { useFormat } from '../format/use-format.ts';
import { DataTable } from '../parts/data-table.tsx';
import { IntentDialog } from '../parts/intent-dialog.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Section } from '../parts/section.tsx';
import { useRefresh } from '../parts/use-refresh.ts';
import { answered, keyed, rest } from '../rest/client.ts';
import { browserName } from './browser-name.ts';

type OwnSession = components['schemas']['SessionInList'];

/** Where one is signed in, and a way to end what one does not know or need. */
export function OwnSessions(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [ending, setEnding] = useState<OwnSession | null>(null);
  const sessions = useQuery({ queryKey: ['own-sessions'], queryFn: () => answered(rest.GET('/v1/sessions')) });
  return (
    <Section title={t('sessions.title')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('sessions.text')}
      </Text>
      <Loaded query={sessions}>
        {({ data }) => (
          <DataTable
            label={t('sessions.title')}
            rows={data}
            keyOf={(session) => session.session_id}
            columns={[
              { header: t('sessions.browser'), cell: (session) => <BrowserCell session={session} /> },
              { header: t('sessions.address'), cell: (session) => session.ip_address ?? '–' },
              { header: t('sessions.since'), cell: (session) => format.instant(session.started_at) },
              { header: t('sessions.seen'), cell: (session) => format.instant(session.last_seen_at) },
              {
                header: t('sessions.end'),
                align: 'end',
                cell: (session) =>
                  session.is_current ? '–' : <EndButton session={session} onClick={() => setEnding(session)} />,
              },
            ]}
          />
        )}
      </Loaded>
      {ending && <EndDialog session={ending} onClose={() => setEnding(null)} />}
    </Section>
  );
}

const nameOf = ({ user_agent: text }: OwnSession) => (text === null ? '–' : browserName(text));

function BrowserCell({ session }: { session: OwnSession }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap="xs" justify="inherit">
      <span className="break-anywhere">{nameOf(session)}</span>
      {session.is_current && <Badge color="green">{t('sessions.current')}</Badge>}
    </Group>
  );
}

function EndButton({ session, onClick }: { session: OwnSession; onClick: () => void }): ReactNode {
  const { t } = useTranslation();
  const browser = nameOf(session);
  return (
    <Button size="compact-sm" variant="default" onClick={onClick} aria-label={t('sessions.endOf', { browser })}>
      {t('sessions.end')}
    </Button>
  );
}

function EndDialog({ session, onClose }: { session: OwnSession; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  async function end(key: string): Promise<void> {
    const params = { path: { session_id: session.session_id }, ...keyed(key) };
    await answered(rest.DELETE('/v1/sessions/{session_id}', { params, body: {} }));
    await refresh(t('sessions.ended'));
  }
  return (
    <IntentDialog title={t('sessions.endTitle')} confirm={t('sessions.end')} danger onConfirm={end} onClose={onClose}>
      <Text size="sm">{t('sessions.endText', { since: format.instant(session.started_at) })}</Text>
    </IntentDialog>
  );
}
