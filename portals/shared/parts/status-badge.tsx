import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const colours: Readonly<Record<string, string>> = {
  active: 'green',
  paid: 'green',
  completed: 'green',
  succeeded: 'green',
  approved: 'green',
  won: 'green',
  settled: 'green',
  trialing: 'teal',
  scheduled: 'blue',
  pending: 'blue',
  processing: 'blue',
  retrying: 'blue',
  running: 'blue',
  requested: 'blue',
  open: 'blue',
  incomplete: 'orange',
  past_due: 'orange',
  failed: 'orange',
  requires_action: 'orange',
  needs_review: 'orange',
  unknown: 'orange',
  received: 'blue',
  processed: 'green',
  dead: 'red',
  disputed: 'red',
  payment_failed: 'red',
  failed_permanent: 'red',
  rejected: 'red',
  declined: 'red',
  lost: 'red',
  paused: 'grape',
};

/** A state by its name; the colour only repeats it. */
export function StatusBadge({ status }: { status: string }): ReactNode {
  const { t } = useTranslation();
  return <Badge color={colours[status] ?? 'gray'}>{t(`status.${status}`, { defaultValue: status })}</Badge>;
}
