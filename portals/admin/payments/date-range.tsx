import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const dayMs = 86_400_000;
const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '');

/** Whole days, the last one included, as the half-open range of instants that the interface takes. */
export function instantsOf(from: string | undefined, to: string | undefined) {
  return {
    ...(isDay(from) && { created_from: `${from}T00:00:00Z` }),
    ...(isDay(to) && { created_to: new Date(Date.parse(`${to}T00:00:00Z`) + dayMs).toISOString() }),
  };
}

/** From which day to which, in UTC. */
export function DateRange(props: {
  from: string;
  to: string;
  onChange: (changed: Record<string, string>) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { from, to, onChange } = props;
  return (
    <>
      <TextInput
        type="date"
        label={t('dateRange.from')}
        value={from}
        max={to === '' ? undefined : to}
        onChange={({ currentTarget }) => onChange({ from: currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('dateRange.to')}
        value={to}
        min={from === '' ? undefined : from}
        onChange={({ currentTarget }) => onChange({ to: currentTarget.value })}
      />
    </>
  );
}
