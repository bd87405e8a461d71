import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dispute } from '../../shared/rest/types.ts';

const colours = { open: 'orange', won: 'green', lost: 'red' } as const;

/** What became of the money: held while it is open, ours again, or gone. */
export function DisputeState({ status }: { status: Dispute['status'] }): ReactNode {
  const { t } = useTranslation();
  return <Badge color={colours[status]}>{t(`disputes.state.${status}`)}</Badge>;
}
