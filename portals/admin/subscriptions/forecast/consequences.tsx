import { Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { Loaded } from '../../../shared/parts/loaded.tsx';
import { Skeletons } from '../../../shared/parts/skeletons.tsx';
import { useProblemText } from '../../../shared/parts/use-problem-text.ts';
import type { Subscription, Supposed, Supposition } from '../../../shared/rest/types.ts';
import { supposeQuery } from './suppose-query.ts';

const periods = 12;

/**
 * Before a command is given: what it does to what is due, to the next invoice, and to all that are to come. Where that cannot
 * be told, a line says why; it is no alarm, for nothing was tried: what became of the command itself its dialog tells.
 */
export function Consequences({
  subscription,
  supposed,
}: {
  subscription: Subscription;
  supposed: Supposed | null;
}): ReactNode {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const query = useQuery(supposeQuery(subscription, supposed, periods));
  if (supposed === null) return null;
  return (
    <Paper p="md" radius="md" aria-live="polite" component="section" aria-label={t('whatIf.consequences')}>
      {query.isPlaceholderData ? (
        // The answer to what was chosen before must not be read as the answer to this.
        <Skeletons />
      ) : query.isError && query.data === undefined ? (
        <Text size="sm">{t('whatIf.notTold', { reason: problemText(query.error) })}</Text>
      ) : (
        <Loaded query={query}>{(answer) => <ConsequenceLines answer={answer} />}</Loaded>
      )}
    </Paper>
  );
}

function ConsequenceLines({ answer }: { answer: Supposition }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { present, supposed, currency, difference, compared_until } = answer;
  const nextOf = (side: Supposition['present']) => {
    const [next] = side.data;
    return next
      ? t('whatIf.nextIs', { date: format.date(next.due_at), amount: format.money(next.total, currency) })
      : t('whatIf.nextIsNone');
  };
  return (
    <Stack gap={4}>
      {present.due_now !== supposed.due_now && (
        <Text size="sm">
          {t('whatIf.dueChange', {
            before: format.money(present.due_now, currency),
            after: format.money(supposed.due_now, currency),
          })}
        </Text>
      )}
      <Text size="sm" fw={600}>
        {t('whatIf.next', { next: nextOf(supposed) })}
      </Text>
      <Text size="sm" c="dimmed">
        {t('whatIf.nextBefore', { next: nextOf(present) })}
      </Text>
      <Text size="sm" c="dimmed">
        {compared_until === null
          ? t('whatIf.differenceInAll', { amount: format.signedMoney(difference, currency) })
          : t('whatIf.differenceUntil', {
              amount: format.signedMoney(difference, currency),
              date: format.date(compared_until),
            })}
      </Text>
    </Stack>
  );
}
