import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../shared/session/session-context.tsx';
import type { AskedAttempt } from './asked-attempt.ts';
import { LookUpDialog } from './look-up-dialog.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';

const lookedUp = ['unknown', 'needs_review', 'requires_action'];

/** What can be done about an outcome nobody knows: ask the provider now, or, when asking has come to its end, say it. */
export function UndecidedActions({ attempt, status }: { attempt: AskedAttempt; status: string }): ReactNode {
  const { t } = useTranslation();
  const mayRepair = useMay('operations:repair');
  const [asking, setAsking] = useState<'lookUp' | 'resolve' | null>(null);
  if (!mayRepair || !lookedUp.includes(status)) return null;
  const close = () => setAsking(null);
  return (
    <Group gap="xs">
      <Button size="compact-sm" variant="default" onClick={() => setAsking('lookUp')}>
        {t('lookUp.title')}
      </Button>
      {status === 'needs_review' && (
        <Button size="compact-sm" variant="default" onClick={() => setAsking('resolve')}>
          {t('resolve.title')}
        </Button>
      )}
      {asking === 'lookUp' && <LookUpDialog attempt={attempt} onClose={close} />}
      {asking === 'resolve' && <ResolveDialog attempt={attempt} onClose={close} />}
    </Group>
  );
}
