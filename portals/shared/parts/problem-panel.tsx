import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../rest/problem.ts';
import { useProblemText } from './use-problem-text.ts';

/** What went wrong, what to do, and the number to name to support. */
export function ProblemPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const problem = asProblem(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t('problem.title')} role="alert">
      <Text size="sm">{problemText(problem)}</Text>
      {problem.requestId !== null && (
        <Text size="xs" mt={4} className="break-anywhere">
          {t('problem.request', { id: problem.requestId })}
        </Text>
      )}
      {onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('problem.again')}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
